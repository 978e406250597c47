#include "tools/run/signals.hpp"

#include <fcntl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace bellwether::run {

namespace {

constexpr std::array<int, 6> passed_on{SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2};

}  // namespace

InheritedSignals::InheritedSignals() {
    ::sigprocmask(SIG_SETMASK, nullptr, &mask_);
    ::sigaction(SIGPIPE, nullptr, &pipe_);
}

void InheritedSignals::restore() const {
    ::sigaction(SIGPIPE, &pipe_, nullptr);
    ::sigprocmask(SIG_SETMASK, &mask_, nullptr);
}

Signals::Signals() : has_terminal_{node::Descriptor{::open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY)}} {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : passed_on) {
        // Ignored by whoever started us, as by nohup: it stays so for the command, too.
        struct sigaction action {};
        if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) continue;
        sigaddset(&set, signal);
    }
    ::sigprocmask(SIG_BLOCK, &set, &before_);
    descriptor_ = node::Descriptor{::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)};
    if (!descriptor_) throw std::system_error(errno, std::generic_category(), "signalfd");
}

std::optional<int> Signals::next() const {
    signalfd_siginfo info{};
    if (::read(fd(), &info, sizeof info) != sizeof info) return std::nullopt;
    return static_cast<int>(info.ssi_signo);
}

bool Signals::ends_a_wait(int signal) const { return is_for_all(signal) || (signal == SIGHUP && has_terminal_); }

bool is_for_all(int signal) { return signal == SIGTERM || signal == SIGINT || signal == SIGQUIT; }

}  // namespace bellwether::run
