#include "node/intake.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <limits>
#include <memory>
#include <vector>

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "node/account.hpp"
#include "node/zmtp_greeting.hpp"

namespace bellwether::node {
namespace {

using Begun = std::vector<std::byte>;

constexpr std::int64_t borne_in_a_crowd = 256;  // A greeting and a few topics.

// What the connections that may wait have in common.
struct Queue {
    std::atomic<std::int64_t> taken_in{0};  // Since the last intake_is_used_up().
    std::atomic<bool> waits{false};         // One does, and the bell has been rung for it.
    std::atomic<bool> end_waits{false};     // One that is full or to end does, before those that are to be read.
    std::atomic<bool> crowded{false};

    // Rung first: then whoever finds that one waits finds the bell rung, too.
    void wait_for_use() {
        if (waits) return;
        (void)::eventfd_write(waiting_bell(), 1);
        waits = true;
    }

    void go_on() {
        taken_in = 0;
        eventfd_t rung = 0;
        if (waits.exchange(false)) (void)::eventfd_read(waiting_bell(), &rung);
    }
};

Queue queue;
std::atomic<std::size_t> watched_now{0};

class Intake {
public:
    using Time = Account::Time;

    void begin(const Intake& listener, Time now) {
        if (!watched_.exchange(false)) ++watched_now;  // What the last one wrote comes before what is written now.
        unaccounted_ = listener.unaccounted_.load();
        at_once_ = listener.at_once_.load();
        account_.open(now);
        found_full_ = false;
        ended_ = false;
        await_greeting(std::make_unique<Begun>());
        watched_ = true;
    }

    // Also of what was only given limits.
    void end() {
        if (watched_.exchange(false)) --watched_now;
        const bool was_to_end = ended_.exchange(false) || found_full_.exchange(false);
        if (was_to_end) let_others_go_on();
        unaccounted_ = 0;
        at_once_ = 0;
        if (greeting_ != nullptr) await_greeting({});
    }

    void limit(const IntakeLimits& limits) {
        unaccounted_ = limits.unaccounted;
        at_once_ = limits.at_once;
    }

    void account_for(std::int64_t bytes, Time now) {
        account_.account_for(bytes);
        if (found_full_ && account_.owed(now) <= borne() && found_full_.exchange(false)) let_others_go_on();
    }

    void refuse_more() { ended_ = true; }

    [[nodiscard]] bool is_watched() const { return watched_; }
    [[nodiscard]] bool has_limits() const { return unaccounted_ != 0; }

    // Once it was found so, pings do not change it any more.
    [[nodiscard]] bool is_full(Time now) const {
        return found_full_ || (unaccounted_ != 0 && account_.owed(now) > borne());
    }

    // 0, or the error for which nothing is to be read.
    [[nodiscard]] int objection(Time now) {
        if (ended_) return objection_of_ended();
        if (is_full(now)) {
            if (!found_full_.exchange(true)) ring_full_bell();
            if (may_wait()) queue.end_waits = true;
            return EAGAIN;
        }
        return must_wait() || (may_wait() && queue.end_waits) ? EAGAIN : 0;
    }

    // How much may be read now that there is no objection.
    [[nodiscard]] std::size_t room(Time now) const {
        std::int64_t bytes = std::numeric_limits<std::int64_t>::max();
        if (unaccounted_ != 0) bytes = borne() + 1 - account_.owed(now);
        if (may_wait()) bytes = std::min(bytes, at_once_ - queue.taken_in);
        return static_cast<std::size_t>(std::max(std::int64_t{1}, bytes));
    }

    // False: it is not to be heard out.
    [[nodiscard]] bool take(const void* bytes, std::size_t size, Time now) {
        if (greeting_ != nullptr && is_refused(bytes, size)) return false;
        account_.take(static_cast<std::int64_t>(size), now);
        note(static_cast<std::int64_t>(size));
        return true;
    }

    // libzmq will look for it at all that anybody has subscribed to.
    void take_end() { note(at_once_); }

private:
    void let_others_go_on() const {
        if (may_wait()) queue.end_waits = false;
    }

    [[nodiscard]] bool may_wait() const { return at_once_ != 0; }

    [[nodiscard]] bool must_wait() const {
        if (!may_wait() || queue.taken_in < at_once_) return false;
        queue.wait_for_use();
        return true;
    }

    [[nodiscard]] int objection_of_ended() {
        if (must_wait()) {
            queue.end_waits = true;
            return EAGAIN;
        }
        let_others_go_on();
        take_end();
        return ECONNRESET;
    }

    [[nodiscard]] std::int64_t borne() const {
        return may_wait() && queue.crowded ? std::min(unaccounted_.load(), borne_in_a_crowd) : unaccounted_.load();
    }

    // A greeting is nothing to use up.
    void note(std::int64_t bytes) {
        if (may_wait() && greeting_ == nullptr) queue.taken_in += bytes;
    }

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

    std::atomic<bool> watched_{false};
    std::atomic<bool> ended_{false};
    std::atomic<bool> found_full_{false};
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
    auto* intake = intake_of(fd);
    if (intake != nullptr && !intake->is_watched()) intake->limit(limits);
}

void limit_intake(int fd, const IntakeLimits& limits) {
    auto* intake = intake_of(fd);
    if (intake != nullptr && intake->is_watched() && !intake->has_limits()) intake->limit(limits);
}

void watch_intake(int fd, int listener) {
    auto* intake = intake_of(fd);
    const auto* from = intake_of(listener);
    if (intake != nullptr && from != nullptr) intake->begin(*from, Account::Clock::now());
}

std::size_t watched_from(int fd) {
    const auto end = intakes.begin() + std::min<std::ptrdiff_t>(fd, max_descriptors);
    const auto lower = std::count_if(intakes.begin(), end, [](const Intake& each) { return each.is_watched(); });
    return watched_now - static_cast<std::size_t>(lower);
}

void account_for_intake(int fd, std::int64_t bytes) {
    if (auto* intake = intake_of(fd)) intake->account_for(bytes, Account::Clock::now());
}

bool is_full(int fd) {
    const auto* intake = intake_of(fd);
    return intake != nullptr && intake->is_full(Account::Clock::now());
}

void end_intake(int fd) {
    if (auto* intake = intake_of(fd)) intake->refuse_more();
}

int full_bell() {
    static const int bell = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return bell;
}

void ring_full_bell() { (void)::eventfd_write(full_bell(), 1); }

int waiting_bell() {
    static const int bell = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return bell;
}

void intake_is_used_up() { queue.go_on(); }

void intake_is_crowded(bool crowded) {
    if (queue.crowded.exchange(crowded) || !crowded) return;
    ring_full_bell();  // Some may be full by that, and silent.
}

}  // namespace bellwether::node

using bellwether::node::intake_of;

// In the place of the C library's, also for libzmq.
extern "C" ssize_t recv(int fd, void* buf, std::size_t n, int flags) {
    auto* intake = intake_of(fd);
    if (intake == nullptr || !intake->is_watched()) return ::recvfrom(fd, buf, n, flags, nullptr, nullptr);
    const auto now = bellwether::node::Account::Clock::now();
    if (const int error = intake->objection(now); error != 0) {
        errno = error;
        return -1;
    }
    const ssize_t got = ::recvfrom(fd, buf, std::min(n, intake->room(now)), flags, nullptr, nullptr);
    if (got < 0 && errno == EAGAIN) return got;
    if (got <= 0) intake->take_end();
    if (got <= 0 || intake->take(buf, static_cast<std::size_t>(got), now)) return got;
    errno = bellwether::node::greeting_refused;
    return -1;
}

extern "C" int close(int fd) {
    if (auto* intake = intake_of(fd)) intake->end();
    return static_cast<int>(::syscall(SYS_close, fd));
}
