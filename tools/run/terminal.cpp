#include "tools/run/terminal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

namespace bellwether::run {

namespace {

// Who changes the terminal from the background is stopped, unless it has the signal blocked.
class BackgroundOutputAllowed {
public:
    BackgroundOutputAllowed() {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGTTOU);
        ::sigprocmask(SIG_BLOCK, &set, &before_);
    }
    ~BackgroundOutputAllowed() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
    BackgroundOutputAllowed(const BackgroundOutputAllowed&) = delete;
    BackgroundOutputAllowed& operator=(const BackgroundOutputAllowed&) = delete;

private:
    sigset_t before_{};
};

}  // namespace

Terminal::Terminal() {
    struct stat output {};
    // What reads the other end of a pipe may be a pager, which is of our job and needs the terminal itself.
    const bool in_a_pipeline = ::fstat(STDOUT_FILENO, &output) == 0 && S_ISFIFO(output.st_mode);
    if (in_a_pipeline || ::isatty(STDIN_FILENO) == 0) return;
    terminal_ = node::Descriptor{::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)};
}

bool Terminal::is_ours() const { return terminal_ && ::tcgetpgrp(terminal_.get()) == ::getpgrp(); }

void Terminal::lend(pid_t group) {
    if (!is_ours() || ::tcgetattr(terminal_.get(), &settings_) != 0) return;
    lent_ = ::tcsetpgrp(terminal_.get(), group) == 0;
}

void Terminal::take_back() {
    if (!lent_) return;
    const BackgroundOutputAllowed allowed;
    ::tcsetpgrp(terminal_.get(), ::getpgrp());
    ::tcsetattr(terminal_.get(), TCSADRAIN, &settings_);
    lent_ = false;
}

}  // namespace bellwether::run
