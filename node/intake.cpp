#include "node/intake.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include <sched.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "node/account.hpp"
#include "node/zmtp_greeting.hpp"

namespace bellwether::node {
namespace {

using Begun = std::vector<std::byte>;

// Since the last intake_is_used_up().
std::atomic<std::int64_t> taken_in{0};

class Intake {
public:
    void begin(const Intake& listener) {
        unaccounted_ = listener.unaccounted_.load();
        at_once_ = listener.at_once_.load();
        account_.open(Account::Clock::now());
        rung_ = false;
        ended_ = false;
        watched_ = true;
        await_greeting(std::make_unique<Begun>());
    }

    // Also of what was only given limits.
    void end() {
        watched_ = false;
        unaccounted_ = 0;
        at_once_ = 0;
        if (greeting_ != nullptr) await_greeting({});
    }

    void limit(const IntakeLimits& limits) {
        unaccounted_ = limits.unaccounted;
        at_once_ = limits.at_once;
    }

    void account_for(std::int64_t bytes) { account_.account_for(bytes); }
    void refuse_more() { ended_ = true; }

    [[nodiscard]] bool is_watched() const { return watched_.load(std::memory_order_relaxed); }
    [[nodiscard]] bool has_limits() const { return unaccounted_ != 0; }
    [[nodiscard]] bool is_full() const { return unaccounted_ != 0 && account_.owed() > unaccounted_; }

    // 0, or the error for which nothing is to be read.
    [[nodiscard]] int objection() {
        if (ended_) return ECONNRESET;
        if (is_full()) {
            if (!rung_.exchange(true)) ring_full_bell();
            return EAGAIN;
        }
        rung_ = false;
        return at_once_ != 0 && taken_in >= at_once_ ? EAGAIN : 0;
    }

    // False: it is not to be heard out.
    [[nodiscard]] bool take(const void* bytes, std::size_t size) {
        if (greeting_ != nullptr && is_refused(bytes, size)) return false;
        count(static_cast<std::int64_t>(size));
        return true;
    }

private:
    void await_greeting(std::unique_ptr<Begun> begun) {
        const std::unique_ptr<Begun> over{greeting_.exchange(begun.release())};
    }

    [[nodiscard]] bool is_refused(const void* bytes, std::size_t size) {
        Begun& begun = *greeting_.load();
        const std::size_t more = std::min(size, max_greeting_bytes - begun.size());
        const auto* first = static_cast<const std::byte*>(bytes);
        begun.insert(begun.end(), first, first + more);
        const Greeting judgement = judge_greeting(begun);
        if (judgement == Greeting::harmless) await_greeting({});
        return judgement == Greeting::refused;
    }

    void count(std::int64_t bytes) {
        account_.take(bytes, Account::Clock::now());
        // A greeting tells nobody to use anything up.
        if (at_once_ != 0 && greeting_ == nullptr) taken_in += bytes;
    }

    std::atomic<bool> watched_{false};
    std::atomic<bool> ended_{false};
    std::atomic<bool> rung_{false};
    std::atomic<std::int64_t> unaccounted_{0};
    std::atomic<std::int64_t> at_once_{0};
    Account account_;
    std::atomic<Begun*> greeting_{nullptr};  // What has come of it; null when it is complete.
};

// By descriptor. Never destroyed, as threads of libraries may still close something when the process ends.
std::array<Intake, max_descriptors> intakes{};

Intake* intake_of(int fd) {
    const auto index = static_cast<std::size_t>(fd);
    return fd >= 0 && index < intakes.size() ? &intakes.at(index) : nullptr;
}

}  // namespace

void limit_intake_of_listener(int fd, const IntakeLimits& limits) {
    if (auto* intake = intake_of(fd)) intake->limit(limits);
}

void limit_intake(int fd, const IntakeLimits& limits) {
    auto* intake = intake_of(fd);
    if (intake != nullptr && intake->is_watched() && !intake->has_limits()) intake->limit(limits);
}

void watch_intake(int fd, int listener) {
    auto* intake = intake_of(fd);
    const auto* from = intake_of(listener);
    if (intake != nullptr && from != nullptr) intake->begin(*from);
}

void account_for_intake(int fd, std::int64_t bytes) {
    if (auto* intake = intake_of(fd)) intake->account_for(bytes);
}

bool is_full(int fd) {
    const auto* intake = intake_of(fd);
    return intake != nullptr && intake->is_full();
}

void end_intake(int fd) {
    if (auto* intake = intake_of(fd)) intake->refuse_more();
}

int full_bell() {
    static const int bell = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return bell;
}

void ring_full_bell() { (void)::eventfd_write(full_bell(), 1); }

void intake_is_used_up() { taken_in = 0; }

}  // namespace bellwether::node

using bellwether::node::intake_of;

// In the place of the C library's, also for libzmq.
extern "C" ssize_t recv(int fd, void* buf, std::size_t n, int flags) {
    auto* intake = intake_of(fd);
    if (intake == nullptr || !intake->is_watched()) return ::recvfrom(fd, buf, n, flags, nullptr, nullptr);
    if (const int error = intake->objection(); error != 0) {
        // libzmq is told at once again that there is something to read; whom it waits for may need the processor.
        ::sched_yield();
        errno = error;
        return -1;
    }
    const ssize_t got = ::recvfrom(fd, buf, n, flags, nullptr, nullptr);
    if (got <= 0 || intake->take(buf, static_cast<std::size_t>(got))) return got;
    errno = bellwether::node::greeting_refused;
    return -1;
}

extern "C" int close(int fd) {
    if (auto* intake = intake_of(fd)) intake->end();
    return static_cast<int>(::syscall(SYS_close, fd));
}
