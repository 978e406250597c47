#include "node/loop_times.hpp"

#include <algorithm>
#include <chrono>

#include <spdlog/spdlog.h>

namespace bellwether::node {

using namespace std::chrono_literals;
using protocol::Duration;
using protocol::Time;

namespace {

constexpr Duration pause_threshold = 50ms;

template <class Unit>
std::uint64_t count_in(Duration duration) {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<Unit>(duration).count());
}

}  // namespace

void LoopTimes::begin_turn(Time due, Time now, Duration worked) {
    ++turns_;
    begin_ = now;
    worked_before_ = worked;
    if (now <= due) return;
    const Duration late = now - due;
    if (late <= pause_threshold) {
        longest_lateness_ = std::max(longest_lateness_, late);
        return;
    }
    ++pauses_;
    longest_pause_ = std::max(longest_pause_, late);
    spdlog::warn("paused for {} ms: this process did not run, or its host slept",
                 count_in<std::chrono::milliseconds>(late));
}

void LoopTimes::end_turn(Time now, Duration worked) {
    longest_turn_ = std::max(longest_turn_, now - begin_);
    longest_work_ = std::max(longest_work_, worked - worked_before_);
}

std::vector<protocol::Counter> LoopTimes::counters() const {
    return {{"loop_turns", turns_},
            {"loop_pauses", pauses_},
            {"loop_longest_pause_ms", count_in<std::chrono::milliseconds>(longest_pause_)},
            {"loop_longest_lateness_us", count_in<std::chrono::microseconds>(longest_lateness_)},
            {"loop_longest_turn_us", count_in<std::chrono::microseconds>(longest_turn_)},
            {"loop_longest_work_us", count_in<std::chrono::microseconds>(longest_work_)}};
}

}  // namespace bellwether::node
