#include "tools/run/back_off.hpp"

#include <gtest/gtest.h>

namespace bellwether::run {
namespace {

using namespace std::chrono_literals;

TEST(BackingOff, DoublesFromATenthOfASecondToTen) {
    BackOff back_off;
    EXPECT_EQ(back_off.after(1s), 100ms);
    EXPECT_EQ(back_off.after(1s), 200ms);
    EXPECT_EQ(back_off.after(1s), 400ms);
    for (int i = 0; i < 10; ++i) (void)back_off.after(59s);
    EXPECT_EQ(back_off.after(59s), 10s);
}

TEST(BackingOff, BeginsAgainAfterAMinuteOfRunning) {
    BackOff back_off;
    for (int i = 0; i < 10; ++i) (void)back_off.after(1s);
    EXPECT_EQ(back_off.after(60s), 100ms);
    EXPECT_EQ(back_off.after(1s), 200ms);
}

}  // namespace
}  // namespace bellwether::run
