// The command: looked for before there is anything to lead, and forked before it may run.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "node/descriptor.hpp"
#include "tools/run/signals.hpp"

namespace bellwether::run {

inline constexpr int exit_cannot_execute = 126;
inline constexpr int exit_not_found = 127;

// 0 if the command could be executed; else the status a shell would end with.
[[nodiscard]] int look_for(const std::string& command);

struct Program {
    std::vector<std::string> words;  // The command and its arguments.
    std::vector<std::pair<std::string, std::string>> environment;  // Added to ours.
    InheritedSignals signals{};  // As they are where this is made.
};

// A child in a process group of its own that waits for its token, and becomes the program when it has it. It dies with
// its parent, and when told nothing.
class WaitingProgram {
public:
    // For a process that has one thread. `in_child` is the first thing the child does. Throws std::system_error.
    WaitingProgram(const Program& program, const std::function<void()>& in_child);

    [[nodiscard]] pid_t pid() const { return pid_; }
    void go(std::uint64_t token);

private:
    pid_t pid_{};
    node::Descriptor starter_;
};

}  // namespace bellwether::run
