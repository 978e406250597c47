#include "client/fake_node.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include <zmq.hpp>

#include "client/clock.hpp"
#include "client/control.hpp"
#include "client/session.hpp"
#include "client/watch.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::client {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

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

// As JSON text.
std::string status_of(const std::filesystem::path& directory) {
    const auto answer = ask(directory, {.id = 7, .type = "status"}, 10s);
    const auto* frame = std::get_if<protocol::Frame>(&answer);
    return frame == nullptr ? std::get<NoReply>(answer).text : protocol::to_json(*frame).value_or("no msgpack");
}

TEST(FakeNodeInRealTime, AnswersStatusByWhatItHasSaid) {
    const bellwether::testing::TemporaryDirectory directory;
    FakeNode node{directory.path() / "alpha"};
    EXPECT_THAT(status_of(directory.path() / "alpha"),
                AllOf(HasSubstr(R"("type":"status","id":7)"), HasSubstr(R"("node":"alpha")"),
                      HasSubstr(R"("name":"default","role":"follower")"), HasSubstr(R"("handover_timeout_ms":10000)")));

    zmq::context_t context;
    Session session{context, directory.path() / "alpha", {.election = *protocol::ElectionName::parse("jobs")}};
    const auto until = [&](auto wanted) {
        for (const auto deadline = now() + 10s; now() < deadline;) {
            const auto event = session.next(100ms);
            if (event && std::holds_alternative<decltype(wanted)>(*event)) return true;
        }
        return false;
    };
    ASSERT_TRUE(until(Joined{}));
    node.grant({1001}, 1h);
    ASSERT_TRUE(until(Granted{}));
    EXPECT_THAT(status_of(directory.path() / "alpha"),
                AllOf(HasSubstr(R"("name":"jobs","role":"leader")"), HasSubstr(R"("token":1001)"),
                      HasSubstr(R"("sessions":1,"session":1,"revoking":false)")));
    node.revoke({1001}, protocol::Reason::drain, 1h);
    ASSERT_TRUE(until(Revoke{}));
    EXPECT_THAT(status_of(directory.path() / "alpha"), HasSubstr(R"("session":1,"revoking":true)"));
    session.revoked();
    ASSERT_TRUE(node.await<protocol::session::Revoked>());
    EXPECT_THAT(status_of(directory.path() / "alpha"), HasSubstr(R"("role":"follower")"));
}

TEST(FakeNodeInRealTime, RefusesWhatItIsAskedBesides) {
    const bellwether::testing::TemporaryDirectory directory;
    FakeNode node{directory.path()};
    const auto answer = ask(directory.path(), {.id = 8, .type = "drain"}, 10s);
    ASSERT_TRUE(std::holds_alternative<protocol::Frame>(answer));
    const auto reply = protocol::decode_reply(std::get<protocol::Frame>(answer));
    ASSERT_TRUE(reply);
    EXPECT_FALSE(reply->done);
    EXPECT_EQ(reply->id, 8U);
    EXPECT_EQ(reply->text, "a fake node answers status, and not \"drain\"");
}

}  // namespace
}  // namespace bellwether::client
