#include "protocol/local_fields.hpp"

#include <gtest/gtest.h>

#include "tests/support/wire_messages.hpp"

namespace bellwether::protocol {
namespace {

using namespace std::chrono_literals;

ReceivedMap map_of(std::string_view hex) { return *ReceivedMap::parse(tests::bytes_of(hex)); }

TEST(LocalFields, OnlyThisVersionIsRead) {
    EXPECT_TRUE(is_version(map_of("81 a1 76 01")));
    EXPECT_FALSE(is_version(map_of("81 a1 76 02")));
    EXPECT_FALSE(is_version(map_of("80")));
}

TEST(LocalFields, WhatAStrangerWroteIsQuotedPrintableAndShort) {
    EXPECT_EQ(in_quotes("vote"), "\"vote\"");
    EXPECT_EQ(in_quotes("a\n\"b\x7f"), "\"a??b?\"");
    EXPECT_EQ(in_quotes(std::string(65, 'x')), '"' + std::string(64, 'x') + "...\"");
}

TEST(LocalFields, ATimeFitsTheClock) {
    Time time{1s};
    EXPECT_TRUE(read_time(map_of("80"), "t", time));
    EXPECT_EQ(time, Time{1s});
    EXPECT_TRUE(read_time(map_of("81 a1 74 05"), "t", time));
    EXPECT_EQ(time, Time{5ns});
    EXPECT_FALSE(read_time(map_of("81 a1 74 cf 80 00 00 00 00 00 00 00"), "t", time));
    EXPECT_FALSE(read_time(map_of("81 a1 74 ff"), "t", time));
}

TEST(LocalFields, AReasonOfANewerVersionIsUnknown) {
    Reason reason = Reason::drain;
    EXPECT_TRUE(read_reason(map_of("81 a6 72 65 61 73 6f 6e a3 6e 65 77"), reason));
    EXPECT_EQ(reason, Reason::unknown);
    EXPECT_TRUE(read_reason(map_of("81 a6 72 65 61 73 6f 6e a5 64 72 61 69 6e"), reason));
    EXPECT_EQ(reason, Reason::drain);
    EXPECT_FALSE(read_reason(map_of("81 a6 72 65 61 73 6f 6e 05"), reason));
}

}  // namespace
}  // namespace bellwether::protocol
