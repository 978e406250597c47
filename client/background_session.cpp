#include "client/background_session.hpp"

#include <poll.h>

#include <array>
#include <csignal>
#include <utility>

namespace bellwether::client {

using namespace std::chrono_literals;

namespace {

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
      thread_{[this] { attend(); }} {}

BackgroundSession::~BackgroundSession() {
    ask(done_);
    thread_.join();
}

void BackgroundSession::revoked(protocol::Token token) {
    std::uint64_t known = revoked_;
    while (known < token.value && !revoked_.compare_exchange_weak(known, token.value)) {
    }
    bell_.ring();
}

void BackgroundSession::ask(std::atomic<bool>& wish) {
    wish = true;
    bell_.ring();
}

void BackgroundSession::attend() {
    leave_signals_to_others();
    std::array<pollfd, 2> items{{{session_.fd(), POLLIN, 0}, {bell_.fd(), POLLIN, 0}}};
    while (!done_) {
        while (const auto event = session_.next(0ms)) callback_(*event);
        (void)::poll(items.data(), items.size(), -1);
        bell_.silence();
        if (const auto token = session_.token().value; token != 0 && token == revoked_) session_.revoked();
        if (resign_.exchange(false)) session_.resign();
    }
}

}  // namespace bellwether::client
