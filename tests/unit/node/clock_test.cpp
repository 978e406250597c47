#include "node/clock.hpp"

#include <poll.h>

#include <gtest/gtest.h>

namespace bellwether::node {
namespace {

using namespace std::chrono_literals;
using protocol::Time;

bool rings_within(const Alarm& alarm, int milliseconds) {
    pollfd item{.fd = alarm.fd(), .events = POLLIN, .revents = 0};
    return ::poll(&item, 1, milliseconds) == 1;
}

TEST(Clock, NeverGoesBack) {
    const Time before = clock_now();
    EXPECT_LE(before, clock_now());
    EXPECT_GT(before, Time{});
}

TEST(Alarm, RingsAtItsMomentAndNotBefore) {
    Alarm alarm;
    const Time moment = clock_now() + 20ms;
    alarm.set(moment);
    ASSERT_TRUE(rings_within(alarm, 5000));
    EXPECT_GE(clock_now(), moment);
}

TEST(Alarm, RingsAtOnceForAMomentThatHasPassed) {
    Alarm alarm;
    alarm.set(clock_now() - 1h);
    EXPECT_TRUE(rings_within(alarm, 5000));
    alarm.set(protocol::long_ago);
    EXPECT_TRUE(rings_within(alarm, 5000));
}

TEST(Alarm, IsSilentUntilItIsSetAndAfterNever) {
    Alarm alarm;
    EXPECT_FALSE(rings_within(alarm, 0));
    alarm.set(clock_now() - 1ms);
    alarm.set(protocol::never);
    EXPECT_FALSE(rings_within(alarm, 20));
}

TEST(Alarm, RingsAgainForTheSameMomentOnceSilenced) {
    Alarm alarm;
    const Time past = clock_now() - 1ms;
    alarm.set(past);
    ASSERT_TRUE(rings_within(alarm, 5000));
    alarm.silence();
    EXPECT_FALSE(rings_within(alarm, 0));
    alarm.set(past);
    EXPECT_TRUE(rings_within(alarm, 5000));
}

TEST(Alarm, ThatHasNotRungKeepsItsMomentWhenSilenced) {
    Alarm alarm;
    alarm.set(clock_now() + 20ms);
    alarm.silence();
    EXPECT_TRUE(rings_within(alarm, 5000));
}

}  // namespace
}  // namespace bellwether::node
