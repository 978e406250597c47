#include "protocol/wording.hpp"

#include <gtest/gtest.h>

namespace bellwether::protocol {
namespace {

using namespace std::chrono_literals;

TEST(Wording, ADurationIsReadInItsLargestUnit) {
    EXPECT_EQ(text(Duration{0}), "0 us");
    EXPECT_EQ(text(Duration{350us}), "350 us");
    EXPECT_EQ(text(Duration{112ms}), "112 ms");
    EXPECT_EQ(text(Duration{29s}), "29 s");
    EXPECT_EQ(text(Duration{10min}), "10 min");
    EXPECT_EQ(text(Duration{1h}), "1 h");
}

TEST(Wording, OneDecimalIsShownBehindOneDigit) {
    EXPECT_EQ(text(Duration{1500ms}), "1.5 s");
    EXPECT_EQ(text(Duration{1999us}), "1.9 ms");
    EXPECT_EQ(text(Duration{9040ms}), "9 s");
    EXPECT_EQ(text(Duration{90s}), "1.5 min");
    EXPECT_EQ(text(Duration{112'900us}), "112 ms");
}

TEST(Wording, WhatIsOverIsNegative) {
    EXPECT_EQ(text(Duration{-2ms}), "-2 ms");
    EXPECT_EQ(text(Duration::min()).front(), '-');
}

TEST(Wording, NumbersAndWordsAreThemselves) {
    EXPECT_EQ(text(Term{8}), "8");
    EXPECT_EQ(text(std::size_t{3}), "3");
    EXPECT_EQ(text(Reason::drain), "drain");
    EXPECT_EQ(for_more(112ms), " for 112 ms more");
}

}  // namespace
}  // namespace bellwether::protocol
