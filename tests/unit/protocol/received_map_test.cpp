#include "protocol/received_map.hpp"

#include <gtest/gtest.h>

#include "tests/support/wire_messages.hpp"

namespace bellwether::protocol {
namespace {

std::optional<ReceivedMap> parsed(std::string_view hex) { return ReceivedMap::parse(tests::bytes_of(hex)); }

TEST(ReceivedMap, IsExactlyOneMap) {
    EXPECT_TRUE(parsed("80"));
    EXPECT_FALSE(parsed(""));
    EXPECT_FALSE(parsed("90"));
    EXPECT_FALSE(parsed("c0"));
    EXPECT_FALSE(parsed("80 80"));
    EXPECT_FALSE(parsed("81 a1 61"));
    EXPECT_FALSE(parsed("c1"));
}

TEST(ReceivedMap, IsBounded) {
    EXPECT_FALSE(parsed("df ff ff ff ff"));
    EXPECT_FALSE(parsed("81 a1 61 dd 00 ff ff ff"));
    EXPECT_FALSE(parsed("81 a1 61 db ff ff ff ff"));
    EXPECT_FALSE(ReceivedMap::parse(tests::Bytes(max_local_frame + 1, std::byte{0x80})));
    EXPECT_FALSE(ReceivedMap::parse(tests::Bytes(max_local_frame, std::byte{0x91})));
}

TEST(ReceivedMap, AMissingKeyLeavesTheDefaultAndNilIsMissing) {
    const auto map = parsed("81 a1 6e c0");  // {n: nil}
    std::uint64_t number = 7;
    EXPECT_TRUE(map->read("n", number));
    EXPECT_TRUE(map->read("other", number));
    EXPECT_EQ(number, 7U);
    EXPECT_FALSE(map->has("n"));
}

TEST(ReceivedMap, AValueOfAnotherKindIsNotRead) {
    const auto map = parsed("83 a1 6e ff a1 74 05 a1 66 ca 00 00 00 00");  // {n: -1, t: 5, f: 0.0}
    std::uint64_t number = 7;
    std::string text;
    bool truth = false;
    EXPECT_FALSE(map->read("n", number));
    EXPECT_FALSE(map->read("f", number));
    EXPECT_FALSE(map->read("t", text));
    EXPECT_FALSE(map->read("t", truth));
    EXPECT_FALSE(map->read("t", number, 4));
    EXPECT_TRUE(map->read("t", number, 5));
}

TEST(ReceivedMap, ANumberFitsItsType) {
    const auto map = parsed("81 a1 6e cd ff ff");
    NodeId id{};
    EXPECT_TRUE(map->read("n", id));
    EXPECT_EQ(id, NodeId{65535});
    EXPECT_FALSE(parsed("81 a1 6e ce 00 01 00 00")->read("n", id));
}

TEST(ReceivedMap, OfAKeyThatStandsTwiceTheFirstCounts) {
    std::uint64_t number = 0;
    EXPECT_TRUE(parsed("82 a1 6e 01 a1 6e 02")->read("n", number));
    EXPECT_EQ(number, 1U);
}

TEST(ReceivedMap, KeysThatAreNoTextAreIgnored) {
    std::uint64_t number = 0;
    EXPECT_TRUE(parsed("82 01 02 a1 6e 03")->read("n", number));
    EXPECT_EQ(number, 3U);
}

TEST(ReceivedMap, AnElectionHasAName) {
    ElectionName name;
    EXPECT_TRUE(parsed("81 a1 65 a4 6a 6f 62 73")->read("e", name));
    EXPECT_EQ(name.view(), "jobs");
    EXPECT_FALSE(parsed("81 a1 65 a1 20")->read("e", name));
}

TEST(ReceivedMap, AnEmbeddedMapIsHandedOnAsBytes) {
    std::vector<std::uint8_t> bytes{1};
    EXPECT_TRUE(parsed("81 a1 6d 81 a1 61 05")->read_map("m", bytes));
    EXPECT_EQ(bytes, (std::vector<std::uint8_t>{0x81, 0xa1, 'a', 5}));
    EXPECT_TRUE(parsed("81 a1 6d 80")->read_map("m", bytes));
    EXPECT_TRUE(bytes.empty());
    EXPECT_FALSE(parsed("81 a1 6d 05")->read_map("m", bytes));
    EXPECT_FALSE(parsed("81 a1 6d 81 01 02")->read_map("m", bytes));
}

}  // namespace
}  // namespace bellwether::protocol
