#include "protocol/setup.hpp"

#include <gtest/gtest.h>

namespace bellwether::protocol {
namespace {

Setup three_nodes() {
    Setup setup;
    setup.self = NodeId{2};
    setup.members = {{.id{1}, .name = "a"}, {.id{2}, .name = "b"}, {.id{7}, .name = "eye", .voter = false}};
    return setup;
}

TEST(SetupOfANode, KnowsItsMembersById) {
    const auto setup = three_nodes();
    EXPECT_EQ(setup.own().name, "b");
    EXPECT_EQ(setup.member(NodeId{7}).name, "eye");
    EXPECT_EQ(setup.find(NodeId{9}), nullptr);
    EXPECT_EQ(setup.name_of(NodeId{1}), "a");
    EXPECT_EQ(setup.name_of(NodeId{9}), "");
}

TEST(SetupOfANode, AnObserverIsNoVoter) { EXPECT_EQ(three_nodes().voters(), (std::vector<NodeId>{{1}, {2}})); }

TEST(MetadataVersion, ZeroIsTheEmptyMetadataAndNoOther) {
    EXPECT_EQ(metadata_version({}), 0U);
    for (std::uint8_t byte = 0; byte < 255; ++byte) EXPECT_NE(metadata_version({byte}), 0U);
}

TEST(MetadataVersion, TellsOneStateFromAnother) {
    EXPECT_EQ(metadata_version({0x80}), metadata_version({0x80}));
    EXPECT_NE(metadata_version({0x81, 0x01, 0x02}), metadata_version({0x81, 0x01, 0x04}));
}

}  // namespace
}  // namespace bellwether::protocol
