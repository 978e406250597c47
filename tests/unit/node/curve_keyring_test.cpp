#include "node/curve_keyring.hpp"

#include <gtest/gtest.h>

#include "tests/support/mesh_keys.hpp"
#include "tests/support/mesh_sockets.hpp"

namespace bellwether::node {
namespace {

using protocol::nobody;
using protocol::NodeId;

TEST(AKeyRing, KnowsAllKeysOfTheOthersAndNotItsOwn) {
    Config config = testing::mesh_of(3);
    const auto keys = testing::encrypt(config, SecurityMode::enforce);
    const std::string second_of_three = testing::new_keys().public_key;
    config.nodes[2].public_keys.push_back(second_of_three);
    const KeyRing ring{config, config.nodes[0]};
    EXPECT_EQ(ring.holder_of(keys[1].public_key), NodeId{2});
    EXPECT_EQ(ring.holder_of(keys[2].public_key), NodeId{3});
    EXPECT_EQ(ring.holder_of(second_of_three), NodeId{3});
    EXPECT_EQ(ring.holder_of(keys[0].public_key), nobody);
    EXPECT_EQ(ring.holder_of(testing::new_keys().public_key), nobody);
    EXPECT_EQ(ring.holder_of(""), nobody);
}

TEST(AKeyRing, ForgetsWhatANewReadingDoesNotHave) {
    Config config = testing::mesh_of(2);
    const auto keys = testing::encrypt(config, SecurityMode::enforce);
    KeyRing ring{config, config.nodes[0]};
    const std::string other = testing::new_keys().public_key;
    config.nodes[1].public_keys = {other};
    ring.take(config, config.nodes[0]);
    EXPECT_EQ(ring.holder_of(keys[1].public_key), nobody);
    EXPECT_EQ(ring.holder_of(other), NodeId{2});
}

}  // namespace
}  // namespace bellwether::node
