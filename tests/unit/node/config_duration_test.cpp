#include "node/config_duration.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <variant>

namespace bellwether::node {
namespace {

using namespace std::chrono_literals;

std::string refusal(std::string_view text) {
    const auto parsed = parse_duration(text);
    const auto* refusal = std::get_if<Refusal>(&parsed);
    return refusal == nullptr ? "" : refusal->why;
}

TEST(Durations, AreAWholeNumberAndAUnit) {
    EXPECT_EQ(std::get<0>(parse_duration("50ms")), 50ms);
    EXPECT_EQ(std::get<0>(parse_duration("2s")), 2s);
    EXPECT_EQ(std::get<0>(parse_duration("0s")), 0s);
    EXPECT_EQ(std::get<0>(parse_duration("7ns")), 7ns);
    EXPECT_EQ(std::get<0>(parse_duration("7us")), 7us);
    EXPECT_EQ(std::get<0>(parse_duration("3m")), 3min);
    EXPECT_EQ(std::get<0>(parse_duration("24h")), 24h);
}

TEST(Durations, WithoutAUnitAreRefusedWithTheStringsThatWouldBeRight) {
    EXPECT_EQ(refusal("50"), R"(has no unit: write "50ms" or "50s")");
}

TEST(Durations, OfAnyOtherFormAreRefused) {
    for (const char* text : {"", "ms", "1.5s", "1h30m", "-5ms", "+5ms", " 5ms", "5 ms", "5MS", "5d", "0x5s"}) {
        EXPECT_NE(refusal(text), "") << text;
    }
}

TEST(Durations, ThatNoClockCanHoldAreRefused) {
    EXPECT_EQ(refusal("99999999999999999999ns"), "is too long");
    EXPECT_EQ(refusal("2562048h"), "is too long");
    EXPECT_EQ(refusal("9223372036854775807s"), "is too long");
    EXPECT_EQ(refusal("9223372036854775807ns"), "");
}

TEST(Durations, AreShownInTheLargestUnitThatLeavesThemWhole) {
    EXPECT_EQ(to_text(0ns), "0s");
    EXPECT_EQ(to_text(300ms), "300ms");
    EXPECT_EQ(to_text(12500us), "12500us");
    EXPECT_EQ(to_text(60s), "1m");
    EXPECT_EQ(to_text(24h), "24h");
    EXPECT_EQ(to_text(90s), "90s");
    EXPECT_EQ(unit_of(2s), "s");
}

TEST(Durations, AreReadBackAsTheyAreShown) {
    for (std::int64_t ns = 1; ns < std::int64_t{1} << 60; ns = ns * 3 + 1) {
        EXPECT_EQ(std::get<0>(parse_duration(to_text(protocol::Duration{ns}))).count(), ns);
    }
}

}  // namespace
}  // namespace bellwether::node
