// Each invariant is broken on purpose, so that the checker is known to see. What holds is seen in every other test in
// virtual time.
#include "protocol/invariants.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocol/quorum.hpp"
#include "tests/support/true_time.hpp"
#include "tests/unit/protocol/instances.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;
using testing::ElementsAre;
using testing::IsEmpty;

// Three voters whose clocks show the true time, and what was reported of them.
struct Watch {
    Invariants invariants{{{1}, {2}, {3}},
                          [this](std::string_view number, const std::string&) { reports.emplace_back(number); }};
    NodeClock clock{TrueTime{}, Time{}, 0};
    std::vector<std::string> reports;
    std::uint64_t seq = 0;

    static TrueTime at(Duration since_start) { return TrueTime{} + since_start; }

    static Durable record(const Instance& voter, Term term, const Instance& vote) {
        Durable durable;
        durable.incarnation = voter.incarnation;
        durable.elections = {{ElectionName{}, term, vote}};
        return durable;
    }

    void vote(const Instance& voter, Term term, const Instance& candidate) {
        invariants.is_on_disk(voter.node, record(voter, term, candidate));
    }

    void win(const Instance& leader, Term term, Duration now, Duration lease_until) {
        for (const Instance& voter : {one, two, three}) {
            vote(voter, term, leader);
        }
        lead(leader, term, now, lease_until);
    }
    void lead(const Instance& leader, Term term, Duration now, Duration lease_until) {
        invariants.stepped(at(now), leader, {{ElectionName{}, term, token_of(term, 1), Time{lease_until}}}, clock);
    }
    void lead_nothing(const Instance& node, Duration now) { invariants.stepped(at(now), node, {}, clock); }

    Announcement said(const Instance& speaker, NodeId leader, Term term) {
        Announcement announcement;
        announcement.leader_id = leader;
        announcement.is_leader = leader == speaker.node;
        announcement.token = term == Term{} ? Token{} : token_of(term, 1);
        announcement.incarnation = speaker.incarnation;
        announcement.seq = ++seq;
        return announcement;
    }
    void announce(const Instance& speaker, const Announcement& announcement, Duration now, bool believed = true) {
        invariants.announced(at(now), speaker, announcement, believed, Time{now + 150ms}, clock);
    }
};

TEST(Invariants, AreContentWithOneLeaderAfterTheOther) {
    Watch watch;
    watch.win(one, {1}, 1s, 1300ms);
    watch.lead(one, {1}, 1100ms, 1400ms);
    watch.lead_nothing(one, 1200ms);
    watch.win(two, {2}, 1200ms, 1500ms);
    EXPECT_THAT(watch.reports, IsEmpty());
    ASSERT_EQ(watch.invariants.leaderships().size(), 2U);
    EXPECT_EQ(watch.invariants.leaderships()[0].until, Watch::at(1200ms));
    EXPECT_EQ(watch.invariants.leaderships()[1].until, end_of_time);
}

TEST(Invariants, S1OneLeaderATerm) {
    Watch watch;
    watch.win(one, {1}, 1s, 1300ms);
    watch.lead_nothing(one, 2s);
    watch.lead(two, {1}, 3s, 3300ms);
    EXPECT_THAT(watch.reports, ElementsAre("S1", "S5"));
}

TEST(Invariants, S2TwoLeasesNeverOverlap) {
    Watch watch;
    watch.win(one, {1}, 1s, 1300ms);
    watch.win(two, {2}, 1299ms, 1600ms);
    EXPECT_THAT(watch.reports, ElementsAre("S2"));
}

TEST(Invariants, S2TheLeaseOfOneThatDiedCountsToItsEnd) {
    Watch watch;
    watch.win(one, {1}, 1s, 1300ms);
    watch.invariants.died(Watch::at(1100ms), one);
    watch.win(two, {2}, 1200ms, 1500ms);
    EXPECT_THAT(watch.reports, ElementsAre("S2"));
}

TEST(Invariants, S2WhoLetGoMayStillBeBelieved) {
    Watch watch;
    watch.win(one, {1}, 1s, 1300ms);
    Announcement announcement = watch.said(one, {1}, {1});
    announcement.valid_until = Time{1140ms};
    watch.announce(one, announcement, 1s);
    watch.lead_nothing(one, 1100ms);
    watch.win(two, {2}, 1139ms, 1400ms);
    EXPECT_THAT(watch.reports, ElementsAre("S2"));
    watch.lead(two, {2}, 1140ms, 1401ms);
    EXPECT_EQ(watch.reports.size(), 1U) << "it is half-open";
}

TEST(Invariants, S2WhatNobodyActsOnIsNotBelieved) {
    Watch watch;
    watch.win(one, {1}, 1s, 1300ms);
    Announcement announcement = watch.said(one, {1}, {1});
    announcement.valid_until = Time{1140ms};
    watch.announce(one, announcement, 1s, false);
    watch.lead_nothing(one, 1100ms);
    watch.win(two, {2}, 1101ms, 1400ms);
    EXPECT_THAT(watch.reports, IsEmpty());
}

TEST(Invariants, S2CountsInTrueTime) {
    Watch watch;
    watch.clock = NodeClock{TrueTime{}, Time{}, -10'000};  // Slow: 1,300 ms of it are 1,313 ms.
    watch.win(one, {1}, 1s, 1300ms);
    watch.lead(two, {1}, 1305ms, 1309ms);
    EXPECT_THAT(watch.reports, ElementsAre("S1", "S5", "S2"));
}

TEST(Invariants, S2IsNotAskedOutsideTheClocksBounds) {
    Watch watch;
    watch.invariants.clocks_are_in_bounds = false;
    watch.win(one, {1}, 1s, 1300ms);
    watch.win(two, {2}, 1200ms, 1500ms);
    EXPECT_THAT(watch.reports, IsEmpty());
}

TEST(Invariants, S2FollowsAClockThatIsPutForward) {
    Watch watch;
    watch.win(one, {1}, 1s, 1300ms);
    watch.clock.jump(Watch::at(1100ms), 10s);
    watch.invariants.clock_changed({1}, watch.clock);
    watch.win(two, {2}, 1200ms, 11500ms);
    EXPECT_THAT(watch.reports, IsEmpty());
}

TEST(Invariants, S3TokensGrow) {
    Watch watch;
    watch.win(one, {2}, 1s, 1300ms);
    watch.lead_nothing(one, 2s);
    watch.lead(two, {1}, 3s, 3300ms);
    EXPECT_THAT(watch.reports, ElementsAre("S3", "S5"));
}

TEST(Invariants, S3WhoListensHearsNoOlderToken) {
    Watch watch;
    watch.win(one, {1}, 1s, 1300ms);
    watch.win(two, {2}, 2s, 2300ms);
    watch.announce(three, watch.said(three, {2}, {2}), 2s);
    watch.announce(three, watch.said(three, {1}, {1}), 2s);
    EXPECT_THAT(watch.reports, ElementsAre("S3"));
}

TEST(Invariants, S3WhoListensHearsNoOlderTokenOfTheNextLifeOfItsDaemon) {
    Watch watch;
    watch.win(one, {1}, 1s, 1300ms);
    watch.win(two, {2}, 2s, 2300ms);
    watch.announce(three, watch.said(three, {2}, {2}), 2s);
    constexpr Instance next_life{{3}, {301}};
    watch.invariants.restarts_hear_no_past = false;
    watch.announce(next_life, watch.said(next_life, {1}, {1}), 2s);
    EXPECT_THAT(watch.reports, IsEmpty());
    watch.invariants.restarts_hear_no_past = true;
    watch.announce(next_life, watch.said(next_life, {2}, {2}), 2s);
    constexpr Instance last_life{{3}, {302}};
    watch.announce(last_life, watch.said(last_life, {1}, {1}), 2s);
    EXPECT_THAT(watch.reports, ElementsAre("S3"));
}

TEST(Invariants, S4AFencedResourceIsWrittenByOneLeaderAToken) {
    Watch watch;
    EXPECT_TRUE(watch.invariants.written({}, one, {1001}));
    EXPECT_TRUE(watch.invariants.written({}, two, {2001}));
    EXPECT_FALSE(watch.invariants.written({}, one, {1001}));
    EXPECT_THAT(watch.reports, IsEmpty());
    EXPECT_TRUE(watch.invariants.written({}, three, {2001}));
    EXPECT_THAT(watch.reports, ElementsAre("S4"));
}

TEST(Invariants, S5AMajorityHasVotedForIt) {
    Watch watch;
    watch.vote(one, {1}, one);
    watch.lead(one, {1}, 1s, 1300ms);
    EXPECT_THAT(watch.reports, ElementsAre("S5"));
}

TEST(Invariants, S5VotesAreForOneLifeOfANode) {
    Watch watch;
    for (const Instance& voter : {one, two}) {
        watch.vote(voter, {1}, Instance{{1}, {99}});
    }
    watch.lead(one, {1}, 1s, 1300ms);
    EXPECT_THAT(watch.reports, ElementsAre("S5"));
}

TEST(Invariants, S6AVoteStaysWithinItsTerm) {
    Watch watch;
    watch.vote(one, {1}, two);
    watch.invariants.asked_to_store({1}, Watch::record(one, {1}, three));
    EXPECT_THAT(watch.reports, ElementsAre("S6"));
}

TEST(Invariants, S6ANewDiskExcusesASecondVoteOnlyWhereNobodyHasWon) {
    Watch watch;
    watch.vote(one, {1}, two);
    watch.invariants.disk_replaced({1});
    watch.vote(one, {1}, three);
    EXPECT_THAT(watch.reports, IsEmpty());
    watch.win(two, {2}, 1s, 1300ms);
    watch.invariants.disk_replaced({1});
    watch.vote(one, {2}, three);
    EXPECT_THAT(watch.reports, ElementsAre("S6"));
}

TEST(Invariants, S6AVoteThatIsSpentHidesNoneThatWasGivenOnAnEarlierDisk) {
    Watch watch;
    watch.win(two, {5}, 1s, 1300ms);
    watch.invariants.disk_replaced({1});
    watch.vote(one, {5}, Instance{});
    watch.invariants.disk_replaced({1});
    watch.vote(one, {5}, two);
    EXPECT_THAT(watch.reports, IsEmpty());
    watch.invariants.disk_replaced({1});
    watch.vote(one, {5}, three);
    EXPECT_THAT(watch.reports, ElementsAre("S6"));
}

TEST(Invariants, S6NoGrantBeforeItsVoteIsOnDisk) {
    Watch watch;
    VoteReply reply{.sender = {1}, .request = 5, .incarnation = two.incarnation, .term = {3}};
    const Durable disk = Watch::record(one, {3}, two);
    watch.invariants.sent({{2}, reply, {}}, disk);
    EXPECT_THAT(watch.reports, IsEmpty());
    watch.invariants.sent({{2}, reply, {}}, Watch::record(one, {2}, two));
    EXPECT_THAT(watch.reports, ElementsAre("S6"));
}

TEST(Invariants, S6TheAnswerToAProbeNeedsNoDisk) {
    Watch watch;
    watch.invariants.sent({{1}, VoteRequest{.sender = {2}, .incarnation = {200}, .request = 5, .probe = true}, {}}, {});
    watch.invariants.sent({{2}, VoteReply{.sender = {1}, .request = 5, .incarnation = {200}, .term = {3}}, {}}, {});
    EXPECT_THAT(watch.reports, IsEmpty());
}

TEST(Invariants, S6AHeartbeatShowsWhatIsOnDisk) {
    Watch watch;
    const Durable disk = Watch::record(one, {3}, two);
    Heartbeat heartbeat{.sender = {1}, .incarnation = one.incarnation, .votes = true, .ceiling = {3}};
    heartbeat.elections = {ElectionView{.voted = {3}}};
    watch.invariants.published(heartbeat, disk);
    EXPECT_THAT(watch.reports, IsEmpty());
    heartbeat.elections = {ElectionView{.voted = {4}}};
    watch.invariants.published(heartbeat, disk);
    heartbeat.elections.clear();
    heartbeat.ceiling = {4};
    watch.invariants.published(heartbeat, disk);
    heartbeat.ceiling = {};
    heartbeat.incarnation = {101};
    watch.invariants.published(heartbeat, disk);
    Durable fresh = disk;
    fresh.new_state = true;
    heartbeat.incarnation = one.incarnation;
    watch.invariants.published(heartbeat, fresh);
    EXPECT_THAT(watch.reports, ElementsAre("S6", "S6", "S6", "S6"));
}

TEST(Invariants, S6AVoterOfNewStateDoesNotVoteHoweverItShowsThat) {
    Watch watch;
    Durable fresh = Watch::record(one, {3}, two);
    fresh.new_state = true;
    Heartbeat heartbeat{.sender = {1}, .incarnation = one.incarnation, .new_state = true};
    watch.invariants.published(heartbeat, fresh);
    EXPECT_THAT(watch.reports, IsEmpty());
    heartbeat.votes = true;
    watch.invariants.published(heartbeat, fresh);
    EXPECT_THAT(watch.reports, ElementsAre("S6"));
}

TEST(Invariants, S6WhileAVoteIsWrittenAHeartbeatSaysSoAndShowsNoSupportByIt) {
    Watch watch;
    const Durable disk = Watch::record(one, {3}, two);
    const Durable under_way = Watch::record(one, {4}, three);
    Heartbeat heartbeat{.sender = {1}, .incarnation = one.incarnation, .votes = true, .ceiling = {3}};
    heartbeat.elections = {ElectionView{.pending = true, .voted = {3}}};
    watch.invariants.published(heartbeat, disk, &under_way);
    heartbeat.elections = {ElectionView{.supports = two, .voted = {3}}};
    watch.invariants.published(heartbeat, disk, &disk);
    EXPECT_THAT(watch.reports, IsEmpty());
    watch.invariants.published(heartbeat, disk, &under_way);
    heartbeat.elections = {ElectionView{.supports = three, .pending = true, .voted = {3}}};
    watch.invariants.published(heartbeat, disk, &under_way);
    EXPECT_THAT(watch.reports, ElementsAre("S6", "S6"));
    watch.reports.clear();
    watch.win(three, {5}, 1s, 1300ms);
    watch.invariants.published(heartbeat, disk, &under_way);  // By a claim, which needs no disk.
    EXPECT_THAT(watch.reports, IsEmpty());
}

TEST(Invariants, S10NobodyLeadsWithoutALease) {
    Watch watch;
    watch.win(one, {1}, 1s, 1300ms);
    watch.lead(one, {1}, 1299ms, 1300ms);
    EXPECT_THAT(watch.reports, IsEmpty());
    watch.lead(one, {1}, 1300ms, 1300ms);
    EXPECT_THAT(watch.reports, ElementsAre("S10"));
}

TEST(Invariants, S7TermsAndFloorsNeverFall) {
    Watch watch;
    watch.vote(one, {5}, two);
    watch.vote(one, {4}, two);
    Durable forgotten;
    forgotten.floor = {6};
    watch.invariants.is_on_disk({1}, forgotten);
    forgotten.floor = {5};
    watch.invariants.is_on_disk({1}, forgotten);
    EXPECT_THAT(watch.reports, ElementsAre("S7", "S7"));
}

TEST(Invariants, S7AReplacedDiskMayKnowLess) {
    Watch watch;
    watch.vote(one, {5}, two);
    watch.invariants.disk_replaced({1});
    watch.invariants.is_on_disk({1}, {});
    EXPECT_THAT(watch.reports, IsEmpty());
}

TEST(Invariants, S9AnnouncementsRiseAndAreTrue) {
    Watch watch;
    watch.win(one, {1}, 1s, 1300ms);
    Announcement announcement = watch.said(three, {1}, {1});
    watch.announce(three, announcement, 1s);
    EXPECT_THAT(watch.reports, IsEmpty());
    watch.announce(three, announcement, 1s);
    EXPECT_THAT(watch.reports, ElementsAre("S9")) << "the same seq again";
    watch.announce(three, watch.said(three, {2}, {1}), 1s);
    watch.announce(three, watch.said(three, {1}, {2}), 1s);
    EXPECT_THAT(watch.reports, ElementsAre("S9", "S9", "S9"));
}

TEST(Invariants, S10NoAnnouncementOutlivesTheLease) {
    Watch watch;
    watch.win(one, {1}, 1s, 1100ms);
    Announcement announcement = watch.said(one, {1}, {1});
    announcement.valid_until = Time{1100ms};
    watch.announce(one, announcement, 1s);
    EXPECT_THAT(watch.reports, IsEmpty());
    announcement.seq = ++watch.seq;
    announcement.valid_until = Time{1101ms};
    watch.announce(one, announcement, 1s);
    EXPECT_THAT(watch.reports, ElementsAre("S10"));
}

TEST(Invariants, S10NobodyElseGivesADeadlineAndNoneIsFarAhead) {
    Watch watch;
    watch.win(one, {1}, 1s, 3s);
    Announcement announcement = watch.said(one, {1}, {1});
    announcement.valid_until = Time{1151ms};
    watch.announce(one, announcement, 1s);
    EXPECT_THAT(watch.reports, ElementsAre("S10"));
    watch.win(two, {2}, 4s, 5s);
    announcement = watch.said(two, {2}, {2});
    announcement.is_leader = false;
    announcement.valid_until = Time{4100ms};
    watch.announce(two, announcement, 4s);
    EXPECT_THAT(watch.reports, ElementsAre("S10", "S10"));
}

}  // namespace
}  // namespace bellwether::tests
