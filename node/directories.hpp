// Where a node keeps its state and its sockets.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace bellwether::node {

// What of the process and its environment decides about the default bases.
struct Surroundings {
    unsigned uid{};
    std::string xdg_state_home;
    std::string xdg_runtime_dir;
    std::string home;

    [[nodiscard]] static Surroundings of_this_process();
};

// A base that the operator named; empty: the default one.
struct Bases {
    std::filesystem::path state;
    std::filesystem::path run;
};

struct Directories {
    std::filesystem::path state;  // BASE/<cluster>/<node>, absolute.
    std::filesystem::path run;
};

// Throws WrongCall if there is no home for the state, or the path of a socket would be too long.
[[nodiscard]] Directories directories_of(std::string_view cluster, std::string_view node, const Bases& named,
                                         const Surroundings& surroundings);

// /tmp/bellwether-<uid> can be made by anybody. Where `directory` lies in it, makes it for us alone, or throws
// std::runtime_error with a sentence if somebody else was first.
void claim_fallback_base(const std::filesystem::path& directory, const Surroundings& surroundings);

}  // namespace bellwether::node
