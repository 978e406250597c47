#include "node/config_metadata.hpp"

#include <gtest/gtest.h>

#include <msgpack.hpp>
#include <cstdint>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "protocol/params.hpp"

namespace bellwether::node {
namespace {

std::vector<std::uint8_t> encode(std::string_view toml, Mistakes& mistakes) {
    const auto document = parse_document(toml);
    return encode_metadata(std::get<Table>(document), {1, 1}, mistakes);
}

std::string shown(const std::vector<std::uint8_t>& bytes) {
    std::ostringstream out;
    out << msgpack::unpack(reinterpret_cast<const char*>(bytes.data()), bytes.size()).get();
    return out.str();
}

TEST(Metadata, IsAMsgpackMapOfWhatTheTableSays) {
    Mistakes mistakes;
    const auto bytes =
        encode("zone = 'b'\napi = 'h:1'\nweight = -3\nready = true\ntags = ['x', [1]]\nat.rack = 7", mistakes);
    EXPECT_TRUE(mistakes.empty());
    EXPECT_EQ(shown(bytes), R"({"api":"h:1","at":{"rack":7},"ready":true,"tags":["x",[1]],"weight":-3,"zone":"b"})");
}

TEST(Metadata, OfEqualTablesIsEqualBytes) {
    Mistakes mistakes;
    EXPECT_EQ(encode("a = 1\nb = 2", mistakes), encode("b = 2\na = 1", mistakes));
}

TEST(Metadata, OfAnEmptyTableIsNothing) {
    Mistakes mistakes;
    EXPECT_TRUE(encode("", mistakes).empty());
}

TEST(Metadata, OfFloatsAndDatesIsRefusedEachAtItsPlace) {
    Mistakes mistakes;
    EXPECT_TRUE(encode("a = 1.5\nb = [1, 2020-01-01]", mistakes).empty());
    ASSERT_EQ(mistakes.size(), 2U);
    EXPECT_EQ(mistakes[0].line, 1);
    EXPECT_EQ(mistakes[1].line, 2);
    EXPECT_EQ(mistakes[1].column, 9);
}

TEST(Metadata, MayHaveAKibibyteAndNotOneByteMore) {
    // A map of one entry, the key "a" and the head of a long string take 6 bytes.
    const auto text_of = [](std::size_t size) { return "a = '" + std::string(size - 6, 'x') + "'"; };
    Mistakes mistakes;
    EXPECT_EQ(encode(text_of(protocol::max_metadata), mistakes).size(), protocol::max_metadata);
    EXPECT_TRUE(mistakes.empty());
    EXPECT_TRUE(encode(text_of(protocol::max_metadata + 1), mistakes).empty());
    ASSERT_EQ(mistakes.size(), 1U);
    EXPECT_EQ(mistakes[0].text,
              "node.metadata: 1025 bytes encoded, at most 1024: every subscriber is told all of it; link to the rest");
}

TEST(Metadata, NestsOnlySoDeep) {
    const auto nested = [](std::size_t depth) { return "a = " + std::string(depth, '[') + std::string(depth, ']'); };
    Mistakes mistakes;
    EXPECT_FALSE(encode(nested(max_metadata_depth - 1), mistakes).empty());
    EXPECT_TRUE(mistakes.empty());
    EXPECT_TRUE(encode(nested(max_metadata_depth), mistakes).empty());
    EXPECT_EQ(mistakes.size(), 1U);
}

}  // namespace
}  // namespace bellwether::node
