#include "protocol/metadata.hpp"

#include <gtest/gtest.h>

#include "protocol/params.hpp"
#include "tests/support/wire_messages.hpp"

namespace bellwether::protocol {
namespace {

bool good(std::string_view hex) { return is_metadata(tests::bytes_of(hex)); }

TEST(Metadata, IsAMapWithTextForKeysOrNothing) {
    EXPECT_TRUE(good(""));
    EXPECT_TRUE(good("80"));
    EXPECT_TRUE(good("82 a1 61 01 a1 62 a1 78"));
    EXPECT_TRUE(good("81 a1 61 92 81 a1 62 c0 c3"));
}

TEST(Metadata, IsNothingElse) {
    EXPECT_FALSE(good("c0"));
    EXPECT_FALSE(good("90"));
    EXPECT_FALSE(good("01"));
}

TEST(Metadata, KeysAreTextAtEveryLevel) {
    EXPECT_FALSE(good("81 01 02"));
    EXPECT_FALSE(good("81 a1 61 81 01 02"));
    EXPECT_FALSE(good("81 a1 61 91 81 01 02"));
}

TEST(Metadata, IsWholeAndNothingFollows) {
    EXPECT_FALSE(good("81 a1 61"));
    EXPECT_FALSE(good("81"));
    EXPECT_FALSE(good("80 80"));
    EXPECT_FALSE(good("df ff ff ff ff"));
}

TEST(Metadata, HoldsNoFloat) { EXPECT_FALSE(good("81 a1 61 ca 00 00 00 00")); }

TEST(Metadata, HasALimitInDepthAndInBytes) {
    std::string nested = "c0";
    for (std::size_t level = 0; level < max_metadata_depth; ++level) nested = "81 a1 61 " + nested;
    EXPECT_TRUE(good(nested));
    EXPECT_FALSE(good("81 a1 61 " + nested));

    tests::Bytes large = tests::bytes_of("81 a1 61 c5 03 f9");
    large.resize(max_metadata - 1);
    EXPECT_TRUE(is_metadata(large));
    large = tests::bytes_of("81 a1 61 c5 03 fb");
    large.resize(max_metadata + 1);
    EXPECT_FALSE(is_metadata(large));
}

}  // namespace
}  // namespace bellwether::protocol
