#include "node/loop_times.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace bellwether::node {
namespace {

using namespace std::chrono_literals;
using protocol::Time;

std::uint64_t counter(const LoopTimes& times, std::string_view name) {
    for (const auto& each : times.counters()) {
        if (each.name == name) return each.value;
    }
    return 0;
}

TEST(LoopTimes, CountALateTurnAsLatenessAndAVeryLateOneAsAPause) {
    LoopTimes times;
    const Time due{10s};
    times.begin_turn(due, due + 3ms, {});
    EXPECT_EQ(counter(times, "loop_pauses"), 0U);
    times.begin_turn(due, due + 1234ms, {});
    times.begin_turn(due, due + 70ms, {});
    EXPECT_EQ(counter(times, "loop_turns"), 3U);
    EXPECT_EQ(counter(times, "loop_pauses"), 2U);
    EXPECT_EQ(counter(times, "loop_longest_pause_ms"), 1234U);
    EXPECT_EQ(counter(times, "loop_longest_lateness_us"), 3000U);
}

TEST(LoopTimes, TakeATurnBeforeItsTimeForPunctual) {
    LoopTimes times;
    times.begin_turn(protocol::never, Time{1h}, {});
    EXPECT_EQ(counter(times, "loop_longest_lateness_us"), 0U);
}

TEST(LoopTimes, RememberTheLongestTurn) {
    LoopTimes times;
    times.begin_turn(protocol::never, Time{1s}, 100ms);
    times.end_turn(Time{1s + 5ms}, 101ms);
    times.begin_turn(protocol::never, Time{2s}, 101ms);
    times.end_turn(Time{2s + 4ms}, 104ms);
    EXPECT_EQ(counter(times, "loop_longest_turn_us"), 5000U);
    EXPECT_EQ(counter(times, "loop_longest_work_us"), 3000U) << "of another turn";
}

}  // namespace
}  // namespace bellwether::node
