// A process that stands for leadership through the daemon of a node, to be killed; its program is
// tests/system/stander_main.cpp.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/child_process.hpp"
#include "tests/support/mesh_sockets.hpp"
#include "tests/support/places.hpp"
#include "tests/support/real_mesh.hpp"

namespace bellwether::testing {

struct Grant {
    std::uint64_t token{};
    protocol::Time heard{};
};

// A process on the host of a node.
class Stander {
public:
    Stander(const RealMesh& mesh, const std::string& node, const std::string& election, bool with_child = false,
            const std::function<Launch(Launch)>& placed = {})
        : output_{mesh.directory() / ("stander-" + std::to_string(++started_) + ".log")},
          process_{launch(arguments(mesh.run_dir(node), election, with_child), placed)} {}

    [[nodiscard]] std::string said() const { return content_of(output_); }
    [[nodiscard]] bool has_said(const std::string& word) const {
        const bool has = eventually([&] { return said().find(word) != std::string::npos; }, patience);
        EXPECT_TRUE(has) << "not " << word << " but " << said();
        return has;
    }
    // The latest.
    [[nodiscard]] std::optional<Grant> granted() const {
        std::optional<Grant> latest;
        for (const std::string& line : lines_of(said())) {
            std::istringstream words{line};
            std::string word;
            std::uint64_t token = 0;
            std::uint64_t ns = 0;
            if (words >> word >> token >> ns && word == "granted") latest = Grant{token, protocol::at_ns(ns)};
        }
        return latest;
    }
    [[nodiscard]] Grant await_grant() const {
        (void)has_said("granted");
        return granted().value_or(Grant{});
    }
    // Of its child, once the node watches that.
    [[nodiscard]] pid_t await_held() const {
        (void)has_said("held");
        std::istringstream words{said().substr(std::min(said().find("held"), said().size()))};
        std::string word;
        pid_t pid = 0;
        words >> word >> pid;
        return pid;
    }
    ChildProcess& process() { return process_; }

private:
    [[nodiscard]] Launch launch(std::vector<std::string> words, const std::function<Launch(Launch)>& placed) const {
        Launch plain{.program = tests::bin_dir() / "stander", .arguments = std::move(words), .output = output_};
        return placed ? placed(std::move(plain)) : plain;
    }
    static std::vector<std::string> arguments(const std::filesystem::path& run_dir, const std::string& election,
                                              bool with_child) {
        std::vector<std::string> words{run_dir.string(), election};
        if (with_child) words.emplace_back("child");
        return words;
    }

    inline static int started_ = 0;
    std::filesystem::path output_;
    ChildProcess process_;
};

// Zombies are dead.
inline bool is_running(pid_t pid) {
    std::string stat = content_of(std::filesystem::path{"/proc"} / std::to_string(pid) / "stat");
    const std::size_t end = stat.rfind(')');
    return end != std::string::npos && stat.size() > end + 2 && stat[end + 2] != 'Z' && stat[end + 2] != 'X';
}

}  // namespace bellwether::testing
