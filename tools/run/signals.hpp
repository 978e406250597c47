// The signals that are for the command, as something to wait for.
#pragma once

#include <csignal>
#include <optional>

#include "node/descriptor.hpp"

namespace bellwether::run {

// What a program inherits of how signals are met. Taken when it is made, so before anything is changed.
class InheritedSignals {
public:
    InheritedSignals();
    void restore() const;

private:
    sigset_t mask_{};
    struct sigaction pipe_ {};
};

// While there is one, these signals wait here instead of ending the process, in all threads that are started later.
class Signals {
public:
    Signals();
    ~Signals() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    [[nodiscard]] int fd() const { return descriptor_.get(); }
    [[nodiscard]] std::optional<int> next() const;
    // Of one that comes while there is no command. SIGHUP does if it may be a terminal that is gone; else it is, like
    // SIGUSR1, a word to a command that does not run here.
    [[nodiscard]] bool ends_a_wait(int signal) const;

private:
    sigset_t before_{};
    bool has_terminal_;
    node::Descriptor descriptor_;
};

// Those that end a process go to all that the command consists of; the others are a word to the command itself.
[[nodiscard]] bool is_for_all(int signal);

}  // namespace bellwether::run
