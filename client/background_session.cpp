#include "client/background_session.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace bellwether::client {

using namespace std::chrono_literals;

namespace {

int new_bell() {
    const int bell = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (bell < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    return bell;
}

// The signals of a process are for the threads it knows of.
void leave_signals_to_others() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace

BackgroundSession::BackgroundSession(const std::filesystem::path& run_dir, protocol::session::Campaign campaign,
                                     Callback callback)
    : session_{context_, run_dir, std::move(campaign)},
      guard_{session_.guard()},
      callback_{std::move(callback)},
      bell_{new_bell()},
      thread_{[this] { attend(); }} {}

BackgroundSession::~BackgroundSession() {
    ask(done_);
    thread_.join();
    ::close(bell_);
}

void BackgroundSession::ask(std::atomic<bool>& wish) {
    wish = true;
    const std::uint64_t once = 1;
    [[maybe_unused]] const auto written = ::write(bell_, &once, sizeof once);
}

void BackgroundSession::attend() {
    leave_signals_to_others();
    std::array<pollfd, 2> items{{{session_.fd(), POLLIN, 0}, {bell_, POLLIN, 0}}};
    while (!done_) {
        while (const auto event = session_.next(0ms)) callback_(*event);
        (void)::poll(items.data(), items.size(), -1);
        std::uint64_t rings = 0;
        [[maybe_unused]] const auto read = ::read(bell_, &rings, sizeof rings);
        if (revoked_.exchange(false)) session_.revoked();
        if (resign_.exchange(false)) session_.resign();
    }
}

}  // namespace bellwether::client
