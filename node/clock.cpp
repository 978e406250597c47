#include "node/clock.hpp"

#include <sys/timerfd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <ctime>
#include <system_error>

namespace bellwether::node {

using protocol::Duration;
using protocol::Time;

namespace {

constexpr std::int64_t second = 1'000'000'000;

timespec timespec_of(Time time) {
    const std::int64_t ns = time.time_since_epoch().count();
    return {.tv_sec = ns / second, .tv_nsec = ns % second};
}

}  // namespace

Time clock_now() {
    timespec now{};
    [[maybe_unused]] const int result = ::clock_gettime(CLOCK_BOOTTIME, &now);
    assert(result == 0);
    return Time{Duration{now.tv_sec * second + now.tv_nsec}};
}

Duration time_worked() {
    timespec worked{};
    [[maybe_unused]] const int result = ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &worked);
    assert(result == 0);
    return Duration{worked.tv_sec * second + worked.tv_nsec};
}

Alarm::Alarm() : timer_(::timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC)) {
    if (!timer_) throw std::system_error(errno, std::generic_category(), "no timer for the clock");
}

void Alarm::set(Time time) {
    if (time == set_to_) return;
    set_to_ = time;
    itimerspec spec{};
    // All zeros switch a timer off, so the beginning of time is one nanosecond late.
    if (time != protocol::never) spec.it_value = timespec_of(std::max(time, Time{Duration{1}}));
    [[maybe_unused]] const int result = ::timerfd_settime(fd(), TFD_TIMER_ABSTIME, &spec, nullptr);
    assert(result == 0);
}

void Alarm::silence() {
    std::uint64_t rings = 0;
    const bool rang = ::read(fd(), &rings, sizeof rings) == sizeof rings;
    // Only a ring makes the same moment news again: set() would take it for already set.
    if (rang) set_to_ = protocol::never;
}

}  // namespace bellwether::node
