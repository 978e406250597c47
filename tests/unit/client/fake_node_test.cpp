#include "client/fake_node.hpp"

#include <gtest/gtest.h>

#include <zmq.hpp>

#include "client/clock.hpp"
#include "client/watch.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::client {
namespace {

using namespace std::chrono_literals;

// What it does for sessions is seen in session_test.cpp.
TEST(FakeNodeInRealTime, AnnouncesToWhoHasSubscribedAndWhoWill) {
    const bellwether::testing::TemporaryDirectory directory;
    FakeNode node{directory.path()};
    zmq::context_t context;
    protocol::Announcement announcement;
    announcement.leader = "bravo";
    announcement.leader_id = {2};
    announcement.is_leader = true;
    announcement.valid_until = now() + 1h;
    node.announce(announcement);

    Watch acting{context, directory.path(), Topic::leader, protocol::ElectionName{}};
    EXPECT_EQ(acting.next(10s)->announcement.valid_until, announcement.valid_until);

    Watch viewing{context, directory.path(), Topic::view, protocol::ElectionName{}};
    EXPECT_FALSE(viewing.next(10s)->announcement.valid_until);
    announcement.leader = "charlie";
    node.announce(announcement);
    EXPECT_EQ(viewing.next(10s)->announcement.leader, "charlie");
}

TEST(FakeNodeInRealTime, SaysWhenNothingCame) {
    const bellwether::testing::TemporaryDirectory directory;
    FakeNode node{directory.path() / "alpha"};
    EXPECT_FALSE(node.await<protocol::session::Resign>(1ms));
    node.grant({1001}, 1s);  // To nobody.
}

}  // namespace
}  // namespace bellwether::client
