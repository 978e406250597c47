#include <gtest/gtest.h>

#include "protocol/local_codec.hpp"
#include "tests/support/wire_messages.hpp"

namespace bellwether::protocol {
namespace {

std::string json(std::string_view hex) { return to_json(tests::bytes_of(hex)).value_or("refused"); }

TEST(Json, ValuesAreWritten) {
    EXPECT_EQ(json("c0"), "null");
    EXPECT_EQ(json("c3"), "true");
    EXPECT_EQ(json("c2"), "false");
    EXPECT_EQ(json("cf ff ff ff ff ff ff ff ff"), "18446744073709551615");
    EXPECT_EQ(json("ff"), "-1");
    EXPECT_EQ(json("d3 80 00 00 00 00 00 00 00"), "-9223372036854775808");
    EXPECT_EQ(json("a2 68 69"), R"("hi")");
    EXPECT_EQ(json("c4 03 00 ab ff"), R"("00abff")");
    EXPECT_EQ(json("d4 01 02"), "null");
}

TEST(Json, ArraysAndMapsAreCompactAndInOrder) {
    EXPECT_EQ(json("90"), "[]");
    EXPECT_EQ(json("80"), "{}");
    EXPECT_EQ(json("82 a1 62 93 01 02 80 a1 61 91 c0"), R"({"b":[1,2,{}],"a":[null]})");
}

TEST(Json, TextIsEscaped) {
    EXPECT_EQ(json("a7 22 5c 0a 0d 09 01 7f"), R"("\"\\\n\r\t\u0001\u007f")");
    EXPECT_EQ(json("81 a1 22 01"), R"({"\"":1})");
}

TEST(Json, WhatIsNoUtf8IsReplaced) {
    EXPECT_EQ(json("a2 c3 a9"), "\"\xc3\xa9\"");
    EXPECT_EQ(json("a4 f0 9f 90 91"), "\"\xf0\x9f\x90\x91\"");
    const std::string unknown = "\xef\xbf\xbd";
    EXPECT_EQ(json("a1 c3"), '"' + unknown + '"');                                  // Cut off.
    EXPECT_EQ(json("a3 ff 80 61"), '"' + unknown + unknown + "a\"");                // No beginning.
    EXPECT_EQ(json("a2 c0 80"), '"' + unknown + unknown + '"');                     // Longer than need be.
    EXPECT_EQ(json("a3 e0 80 80"), '"' + unknown + unknown + unknown + '"');        // The same in three bytes.
    EXPECT_EQ(json("a3 ed a0 80"), '"' + unknown + unknown + unknown + '"');        // Half a surrogate.
    EXPECT_EQ(json("a4 f4 90 80 80"), '"' + unknown + unknown + unknown + unknown + '"');  // Beyond the last.
}

TEST(Json, WhatItHasNoWordsForIsRefused) {
    EXPECT_EQ(json(""), "refused");
    EXPECT_EQ(json("c1"), "refused");
    EXPECT_EQ(json("ca 00 00 00 00"), "refused");
    EXPECT_EQ(json("81 01 02"), "refused");
    EXPECT_EQ(json("05 05"), "refused");
    EXPECT_EQ(json("92 01"), "refused");
    EXPECT_EQ(json("df ff ff ff ff"), "refused");
}

TEST(Json, SixteenLevelsAreDeepEnough) {
    tests::Bytes nested(16, std::byte{0x91});
    nested.push_back(std::byte{0xc0});
    EXPECT_TRUE(to_json(nested));
    nested.insert(nested.begin(), std::byte{0x91});
    EXPECT_FALSE(to_json(nested));
}

}  // namespace
}  // namespace bellwether::protocol
