#include "node/commanders.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bellwether::node {
namespace {

using ::testing::HasSubstr;

using Groups = std::vector<gid_t>;

class CommandersOfANode : public ::testing::Test {
protected:
    [[nodiscard]] bool includes(uid_t uid, gid_t gid, const Groups& groups = {}) const {
        return commanders.include({.pid = 4711, .uid = uid, .gid = gid}, [&] { return groups; });
    }

    const Commanders commanders{107, 115, "ops"};
};

TEST_F(CommandersOfANode, AreItsUserRootAndTheGroup) {
    EXPECT_TRUE(includes(107, 1000));
    EXPECT_TRUE(includes(0, 1000));
    EXPECT_TRUE(includes(1000, 115));
    EXPECT_TRUE(includes(1000, 1000, {4, 115, 24})) << "most people are in a group besides their own";
}

TEST_F(CommandersOfANode, AreNobodyElse) {
    EXPECT_FALSE(includes(1000, 1000));
    EXPECT_FALSE(includes(1000, 1000, {4, 24}));
    EXPECT_FALSE(includes(115, 107)) << "a user is no group";
    EXPECT_FALSE(includes(1000, 0)) << "the group of root is not root";
}

TEST_F(CommandersOfANode, AreNobodyOfWhomTheKernelDoesNotTell) {
    EXPECT_FALSE(commanders.include({}, [] { return Groups{115}; }));
    const Commanders of_everything{static_cast<uid_t>(-1), static_cast<gid_t>(-1), ""};
    EXPECT_FALSE(of_everything.include({}, [] { return Groups{}; }));
}

TEST_F(CommandersOfANode, AreNamedToWhomIsNoneOfThem) {
    const PeerProcess stranger{.pid = 4711, .uid = 1000, .gid = 1000};
    EXPECT_EQ(commanders.objection_to(stranger).text,
              "user 1000 may only watch this node; commands and sessions are for root, user 107 and the group ops: run "
              "this as one of them, or let group in [local] of the configuration name a group of yours and restart the "
              "daemon");
    EXPECT_THAT((Commanders{0, 0, ""}.objection_to(stranger).text), HasSubstr("are for root and the group 0: "));
}

}  // namespace
}  // namespace bellwether::node
