// Finds the daemon that is meant: by its run directory, by its name, or because there is only one on this host.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace bellwether::client {

struct Wanted {
    std::optional<std::filesystem::path>
        run_dir;  // The node's own or any above it. Nothing: where daemons are by default.
    std::optional<std::string> cluster;
    std::optional<std::string> node;
};

struct NotFound {
    enum class Why : std::uint8_t {
        none,       // There is none.
        ambiguous,  // There are several, and the text lists them.
        forbidden,  // None was found, and this user may not look everywhere.
    };
    Why why{};
    std::string text;  // A sentence for people.
};

// The run directory of the one node that is wanted. It need not run: a killed daemon leaves its directory behind.
// Where no place is given, only daemons that run count. With cluster and node given there is an answer even if the
// directory does not exist yet.
[[nodiscard]] std::variant<std::filesystem::path, NotFound> locate(const Wanted& wanted);

// `dir` itself or what is below it, at most a few levels: every directory that holds a control.sock, sorted.
[[nodiscard]] std::vector<std::filesystem::path> nodes_below(const std::filesystem::path& dir);

// The one a daemon of this user has; then the system's, if that is another.
[[nodiscard]] std::vector<std::filesystem::path> default_run_bases();

}  // namespace bellwether::client
