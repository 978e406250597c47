// The guardian: a small process with one thread that starts the command and sees to it that nothing of it is left after
// the deadline, also when `run` itself is stopped or killed. It is the parent of the command and adopts its orphans, so
// whatever the command started is found, and the last one of it is waited for.
//
// It stays in the session of its terminal, as the command has to, but in a process group of its own and deaf to every
// signal that can be blocked. Its only masters are `run`, over a socket, and the clock.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "node/descriptor.hpp"
#include "protocol/time.hpp"
#include "tools/run/cgroup.hpp"
#include "tools/run/program.hpp"

namespace bellwether::run {

// What `run` tells it.
struct Order {
    enum class Kind : std::uint8_t {
        prepare,  // Fork the command, to wait for its token.
        go,  // `value` is the token: execute it.
        deadline,  // All is to be gone by this time, in ns; moves with each extension of the lease.
        stop,  // SIGTERM to the group; all is to be gone by this time, and extensions change nothing.
        kill,  // At once.
        signal_all,  // This signal to the group.
        signal_one,  // To the command alone.
    };
    Kind kind{};
    std::int64_t value{};
};

// What it tells.
struct Report {
    enum class Kind : std::uint8_t {
        ready,  // `value` is the pid of the command, which waits.
        stopped,  // By this signal.
        ended,  // With this status, as of waitpid(); nothing of it is left.
        expired,  // It was killed as it was time, or ordered; nothing of it is left.
    };
    Kind kind{};
    std::int64_t value{};
    protocol::Time time{};  // When it was so. Who reads it may have stood still since.
};

// As `run` sees it.
class Guardian {
public:
    // Forks, so there must be no other thread yet. Throws std::system_error.
    explicit Guardian(const Program& program);
    ~Guardian();  // It ends everything that is left, and itself.
    Guardian(const Guardian&) = delete;
    Guardian& operator=(const Guardian&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    // Says what keeps the command's children together, for people.
    [[nodiscard]] const std::string& means() const { return means_; }
    [[nodiscard]] int fd() const { return channel_.get(); }

    void order(Order::Kind kind, std::int64_t value = 0);
    [[nodiscard]] std::optional<Report> next_report();
    [[nodiscard]] bool is_dead() const { return dead_; }

    // Does its work for it, should it be dead or not get to it: kills the guardian, the group and all orphans. Returns
    // when nothing is left.
    void replace(std::optional<pid_t> command);

private:
    pid_t pid_{};
    node::Descriptor channel_;
    std::unique_ptr<Cgroup> cgroup_;
    std::string means_;
    bool dead_{};
};

}  // namespace bellwether::run
