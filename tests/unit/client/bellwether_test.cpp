// The C interface, called from C++; client/examples/who_leads.c is compiled as C.
#include "client/bellwether.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "client/clock.hpp"
#include "client/fake_node.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::client {
namespace {

using namespace std::chrono_literals;
namespace session = protocol::session;

class TheCInterfaceInRealTime : public ::testing::Test {
protected:
    bw_event await(bw_session* session, bw_event_kind kind) {
        for (const auto deadline = now() + 10s; now() < deadline;) {
            const bw_event event = bw_session_next(session, 1000);
            if (event.kind == kind) return event;
        }
        ADD_FAILURE() << "no event " << kind;
        return {};
    }

    bellwether::testing::TemporaryDirectory directory_;
    std::string run_dir_ = directory_.path();
    FakeNode node_{directory_.path()};
};

TEST_F(TheCInterfaceInRealTime, StandsActsAndStops) {
    bw_session* session = bw_session_open(run_dir_.c_str(), "backups", nullptr, 0);
    ASSERT_NE(session, nullptr);
    bw_guard* guard = bw_session_guard(session);
    (void)await(session, BW_JOINED);
    EXPECT_EQ(node_.await<session::Campaign>()->election.view(), "backups");
    EXPECT_EQ(bw_guard_may_act(guard), 0);

    node_.grant({1001}, 1h);
    const bw_event granted = await(session, BW_GRANTED);
    EXPECT_EQ(granted.token, 1001U);
    EXPECT_GT(granted.time_ns, protocol::ns_of(now()));
    EXPECT_EQ(bw_guard_token(guard), 1001U);
    EXPECT_EQ(bw_session_hold(session, 7), 1);
    EXPECT_EQ(await(session, BW_HELD).token, 7U);

    node_.revoke({1001}, protocol::Reason::drain, 10s);
    EXPECT_STREQ(await(session, BW_REVOKE).text, "drain");
    EXPECT_EQ(bw_guard_may_act(guard), 0);
    bw_session_revoked(session);
    EXPECT_TRUE(node_.await<session::Revoked>());

    bw_session_close(session);
    EXPECT_TRUE(node_.await<session::Resign>());
    EXPECT_EQ(bw_guard_token(guard), 0U);
    bw_guard_close(guard);
}

TEST_F(TheCInterfaceInRealTime, RefusesNoDirectoryInWords) {
    std::array<char, 200> error{};
    EXPECT_EQ(bw_session_open(nullptr, "backups", error.data(), error.size()), nullptr);
    EXPECT_STREQ(error.data(), "run_dir is NULL; it is the run directory of a node");
    error.fill(0);
    EXPECT_EQ(bw_watch_open(nullptr, nullptr, error.data(), error.size()), nullptr);
    EXPECT_STREQ(error.data(), "run_dir is NULL; it is the run directory of a node");
}

TEST_F(TheCInterfaceInRealTime, Watches) {
    protocol::Announcement announcement;
    announcement.leader = "bravo";
    announcement.token = {2001};
    node_.announce(announcement);
    bw_watch* watch = bw_watch_open(run_dir_.c_str(), nullptr, nullptr, 0);
    ASSERT_NE(watch, nullptr);
    EXPECT_GE(bw_watch_fd(watch), 0);
    bw_leader leader{};
    ASSERT_EQ(bw_watch_next(watch, 10'000, &leader), 1);
    EXPECT_STREQ(leader.leader, "bravo");
    EXPECT_EQ(leader.token, 2001U);
    EXPECT_EQ(leader.is_leader, 0);
    // Said again, it is not new, and holds up nothing that is.
    node_.announce(announcement);
    EXPECT_EQ(bw_watch_next(watch, 200, &leader), 0);
    node_.announce(announcement);
    announcement.token = {3001};
    node_.announce(announcement);
    ASSERT_EQ(bw_watch_next(watch, 10'000, &leader), 1);
    EXPECT_EQ(leader.token, 3001U);
    // Three seconds of silence.
    ASSERT_EQ(bw_watch_next(watch, 10'000, &leader), 1);
    EXPECT_STREQ(leader.leader, "");
    bw_watch_close(watch);
}

TEST_F(TheCInterfaceInRealTime, SaysInWordsWhatIsWrong) {
    char error[200] = "";
    EXPECT_EQ(bw_session_open(run_dir_.c_str(), "no name", error, sizeof error), nullptr);
    EXPECT_STREQ(error, "an election is named by 1-64 of a-z A-Z 0-9 _ -");
    const std::string too_long(200, 'x');
    EXPECT_EQ(bw_watch_open(("/" + too_long).c_str(), nullptr, error, 10), nullptr);
    EXPECT_EQ(std::string{error}.size(), 9U);
    node_.turn_away("node_stands");
    bw_session* session = bw_session_open(run_dir_.c_str(), nullptr, nullptr, 0);
    EXPECT_STREQ(await(session, BW_REFUSED).text, "turned away");
    bw_session_close(session);
}

}  // namespace
}  // namespace bellwether::client
