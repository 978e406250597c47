#include "client/watch.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "client/clock.hpp"
#include "tests/unit/client/fake_daemon.hpp"

namespace bellwether::client {
namespace {

using namespace std::chrono_literals;
using protocol::Announcement;
using protocol::ElectionName;
using Kind = News::Kind;

Announcement news_of(std::uint64_t seq, const std::string& leader, const std::string& election = "default") {
    Announcement announcement;
    announcement.cluster = "demo";
    announcement.election = *ElectionName::parse(election);
    announcement.node = "alpha";
    announcement.leader = leader;
    announcement.leader_id = {2};
    announcement.token = {1000};
    announcement.clock = now();
    announcement.reason = protocol::Reason::elected;
    announcement.incarnation = {7};
    announcement.seq = seq;
    return announcement;
}

class WatchInRealTime : public ::testing::Test {
protected:
    void tell(const Announcement& announcement) {
        daemon_->publish(protocol::view_topic(announcement.election),
                         protocol::encode_announcement(announcement, /*with_deadline=*/true));
    }

    TemporaryDirectory directory_;
    std::optional<FakeDaemon> daemon_{std::in_place, directory_.path()};
    zmq::context_t context_;
};

TEST_F(WatchInRealTime, SubscribesToOneElectionOnTheTopicAskedFor) {
    const Watch viewing{context_, directory_.path(), Topic::view, ElectionName{}};
    EXPECT_EQ(daemon_->await_subscriber(), "view/default/");
    const Watch acting{context_, directory_.path(), Topic::leader, std::nullopt};
    EXPECT_EQ(daemon_->await_subscriber(), "leader/");
}

TEST_F(WatchInRealTime, TellsChangesFromRepetitions) {
    Watch watch{context_, directory_.path(), Topic::view, ElectionName{}};
    daemon_->await_subscriber();
    tell(news_of(1, "bravo"));
    tell(news_of(2, "bravo"));
    tell(news_of(3, "charlie"));
    EXPECT_EQ(watch.next(10s)->kind, Kind::changed);
    EXPECT_EQ(watch.next(10s)->kind, Kind::repeated);
    const auto last = watch.next(10s);
    EXPECT_EQ(last->kind, Kind::changed);
    EXPECT_EQ(last->announcement.leader, "charlie");
    EXPECT_EQ(last->frame, protocol::encode_announcement(last->announcement, true));
    EXPECT_TRUE(watch.belief(ElectionName{})->is_known());
}

TEST_F(WatchInRealTime, DropsWhatIsOlderAndWhatIsNoAnnouncement) {
    Watch watch{context_, directory_.path(), Topic::view, ElectionName{}};
    daemon_->await_subscriber();
    tell(news_of(5, "bravo"));
    tell(news_of(4, "alpha"));
    daemon_->publish("view/default/", {std::byte{0xc1}});
    tell(news_of(6, "charlie"));
    EXPECT_EQ(watch.next(10s)->announcement.leader, "bravo");
    EXPECT_EQ(watch.next(10s)->announcement.leader, "charlie");
    EXPECT_EQ(watch.refused(), 1U);
}

TEST_F(WatchInRealTime, KnowsNoLeaderOncePastTheDeadline) {
    Watch watch{context_, directory_.path(), Topic::view, ElectionName{}};
    daemon_->await_subscriber();
    Announcement leading = news_of(1, "alpha");
    leading.is_leader = true;
    leading.valid_until = now() + 200ms;
    tell(leading);
    const auto heard = watch.next(10s);
    EXPECT_EQ(heard->kind, Kind::changed);
    EXPECT_TRUE(heard->is_known());
    EXPECT_TRUE(watch.belief(ElectionName{})->may_act(now()));
    const auto news = watch.next(10s);
    EXPECT_EQ(news->kind, Kind::unknown);
    EXPECT_EQ(news->announcement.leader, "alpha");
    EXPECT_FALSE(news->is_known());
    EXPECT_GE(now(), *leading.valid_until);
    EXPECT_FALSE(watch.belief(ElectionName{})->may_act(now()));
}

TEST_F(WatchInRealTime, SaysNothingWhenNothingCame) {
    Watch watch{context_, directory_.path(), Topic::view, ElectionName{}};
    EXPECT_FALSE(watch.next(0ms));
    EXPECT_FALSE(watch.next(20ms));
    EXPECT_EQ(watch.until(), protocol::never);
    EXPECT_EQ(watch.belief(ElectionName{}), nullptr);
}

TEST_F(WatchInRealTime, FindsARestartedDaemonAgain) {
    Watch watch{context_, directory_.path(), Topic::view, ElectionName{}};
    daemon_->await_subscriber();
    daemon_.reset();
    EXPECT_FALSE(watch.next(50ms));
    daemon_.emplace(directory_.path());
    EXPECT_EQ(daemon_->await_subscriber(), "view/default/");
    tell(news_of(1, "bravo"));
    EXPECT_EQ(watch.next(10s)->kind, Kind::changed);
}

TEST_F(WatchInRealTime, KeepsElectionsApart) {
    Watch watch{context_, directory_.path(), Topic::view, std::nullopt};
    daemon_->await_subscriber();
    tell(news_of(9, "bravo", "backups"));
    tell(news_of(1, "charlie", "default"));
    EXPECT_EQ(watch.next(10s)->kind, Kind::changed);
    EXPECT_EQ(watch.next(10s)->kind, Kind::changed);
    EXPECT_EQ(watch.belief(*ElectionName::parse("backups"))->last()->leader, "bravo");
    EXPECT_EQ(watch.belief(ElectionName{})->last()->leader, "charlie");
}

}  // namespace
}  // namespace bellwether::client
