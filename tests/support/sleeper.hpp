// A child process that does nothing until it is killed.
#pragma once

#include <csignal>
#include <cstdint>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

namespace bellwether::testing {

class Sleeper {
public:
    Sleeper() : pid_{::fork()} {
        if (pid_ < 0) throw std::runtime_error{"cannot fork"};
        if (pid_ != 0) return;
        for (;;) ::pause();
    }
    ~Sleeper() {
        kill();
        reap();
    }
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;

    [[nodiscard]] std::uint32_t pid() const { return static_cast<std::uint32_t>(pid_); }
    void kill() const {
        if (!reaped_) ::kill(pid_, SIGKILL);
    }
    // Waits for its end, which makes its number free.
    void reap() {
        if (!reaped_) reaped_ = ::waitpid(pid_, nullptr, 0) == pid_;
    }
    // Also of one that is a zombie: nobody has killed it.
    [[nodiscard]] bool is_running() {
        if (!reaped_) reaped_ = ::waitpid(pid_, nullptr, WNOHANG) == pid_;
        return !reaped_;
    }

private:
    pid_t pid_;
    bool reaped_ = false;
};

}  // namespace bellwether::testing
