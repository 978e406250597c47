// The histories that broke earlier versions of the rules (docs/protocol.md names the rule each of them gave): replayed
// in a mesh of real state machines, or against one of them. The invariants are checked after every step.
#include <gtest/gtest.h>

#include "tests/support/cluster.hpp"
#include "tests/support/stage.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

StageOptions witness() { return {.priorities = {{1, 0}}}; }

// A leads 5 and campaigns for 6 without letting go; its failure is heard. Its followers stay with the living lease.
TEST(Attack01, GivingUpACampaignForAHigherTermDoesNotFreeTheFollowersOfTheLivingLease) {
    Stage stage{witness()};
    stage.peer(2).lead({5});
    stage.peer(2).campaign({6});
    stage.peer(2).lead({5});
    EXPECT_EQ(stage.bound_to(), NodeId{2});
}

// Rolling {A,B,C} to {A,B,C,D,E}: who goes by the new list wins nothing from who goes by the old one.
TEST(Attack02, NodesWithDifferentVoterListsGrantEachOtherNothing) {
    Stage stage{witness()};
    stage.peer(3).heartbeat.membership = single_list({{1}, {2}, {3}, {4}, {5}}).mark();
    stage.peer(3).campaign({5});
    EXPECT_EQ(stage.ask(3, {5}), Verdict::membership);
    stage.peer(3).lead({6});
    EXPECT_EQ(stage.bound_to(), nobody);
}

// A voter judges (6, B) and, while its disk is busy, (7, C): only one of them gets a reply.
TEST(Attack03, ABusyDiskDoesNotAnswerTwoCandidates) {
    Stage stage{witness()};
    stage.hold_disk();
    stage.peer(2).stop();
    stage.peer(3).stop();
    stage.hear(2, stage.peer(2).vote_request({6}));
    stage.hear(3, stage.peer(3).vote_request({7}));
    stage.let_disk_go();
    stage.elapse(10ms);
    ASSERT_EQ(stage.sent<VoteReply>(2).size(), 1U);
    EXPECT_EQ(stage.sent<VoteReply>(2)[0].verdict, Verdict::granted);
    ASSERT_EQ(stage.sent<VoteReply>(3).size(), 1U);
    EXPECT_EQ(stage.sent<VoteReply>(3)[0].verdict, Verdict::bound);
}

// A promise of 500 ms is not shortened by a heartbeat that names 200 ms.
TEST(Attack04, AShorterPromiseDoesNotOverwriteALongerOne) {
    Stage stage{witness()};
    stage.peer(2).heartbeat.lease = 500ms;
    stage.elapse(100ms);
    stage.peer(2).stop();
    stage.peer(2).lead({5});
    stage.peer(2).heartbeat.lease = 200ms;
    stage.peer(2).beat();
    stage.elapse(499ms);
    EXPECT_EQ(stage.bound_to(), NodeId{2});
}

// A cloned state directory runs as the same id in another incarnation: acks of the original are not its own.
TEST(Attack05, AcksOfTheOriginalDoNotKeepACloneLeading) {
    Stage stage{{.self = 3, .in_quarantine = true}};
    stage.peer(2).stop();
    stage.let_it_lead();
    stage.elapse(500ms);
    stage.peer(1).echoed_incarnation = Incarnation{stage.self().incarnation.value - 1};
    stage.peer(1).answers.reset();
    stage.elapse(400ms);
    EXPECT_EQ(stage.decisions(Rule::lease_lost), 1U);
}

// The vote replies of the candidate's voters are late, its heartbeats are not: an ack heard before the grant came was
// sent after the voter had moved on to another.
TEST(Attack06, AnAckSentAfterTheVoterMovedOnBacksNoLateGrant) {
    Cluster cluster{{.nodes = 3}};
    cluster.elapse(290ms);
    cluster.hold(1, 3, Channel::votes);
    cluster.hold(2, 3, Channel::votes);
    cluster.elapse(400ms);
    cluster.release(1, 3, Channel::votes);
    cluster.release(2, 3, Channel::votes);
    cluster.elapse(3s);
    EXPECT_FALSE(cluster.has_failed());
}

// A heartbeat sent while a vote is being written shows nobody, so its fresh ack counts for neither leader.
TEST(Attack07, WhileAVoteIsBeingWrittenAHeartbeatSupportsNobody) {
    Stage stage{witness()};
    stage.peer(2).lead({5});
    stage.peer(2).let_go();
    stage.peer(2).stop();
    stage.hold_disk();
    stage.hear(3, stage.peer(3).vote_request({6}));
    stage.peer(3).stop();
    stage.elapse(100ms);
    EXPECT_EQ(stage.shown().supports, Instance{});
    EXPECT_TRUE(stage.shown().pending);
}

// With slow disks all over, the better-ranked node does not take "a vote is being written" for "nobody leads".
TEST(Attack08, PendingVotersAreNotTakenForFreeOnes) {
    Cluster cluster{{.nodes = 5, .priorities = {{5, 1}}, .asleep = {4}, .write_latency = 80ms}};
    cluster.elapse_until(somebody_leads());
    cluster.start(4);
    cluster.elapse(10s);
    EXPECT_LE(cluster.leaderships().size(), 2U) << "the first, and after two seconds the best: node 4";
    EXPECT_TRUE(all_follow(4).holds(cluster));
}

// A delayed heartbeat that shows support for an earlier standing of X, with an echo from then, counts for no later one.
TEST(Attack09, SupportForAnEarlierStandingDoesNotCountForANewOne) {
    Stage stage{{.self = 3, .in_quarantine = true}};
    stage.peer(1).stop();
    stage.peer(2).answers.reset();
    stage.elapse(300ms);
    ASSERT_EQ(stage.role(), RoleName::candidate);
    stage.elapse(10ms);
    Heartbeat delayed = stage.peer(2).heartbeat;  // Of the first standing.
    delayed.sent = stage.peer(2).next_sent();
    delayed.acks = {{{3}, stage.self().incarnation, stage.last_sent(), {}}};
    delayed.elections = {stage.peer(2).view};
    delayed.elections[0].supports = stage.self();
    stage.peer(2).stop();
    while (stage.decisions(Rule::campaign) < 2) {
        stage.elapse(1ms);
    }
    VoteReply grant{.sender = {2},
                    .request = stage.sent<VoteRequest>(2).back().request,
                    .incarnation = stage.self().incarnation,
                    .election = {},
                    .term = stage.sent<VoteRequest>(2).back().term,
                    .verdict = Verdict::granted,
                    .ack = {},
                    .voter_term = {},
                    .retry_after_ms = {}};
    stage.elapse(5ms);
    stage.hear(2, grant);
    stage.hear(2, delayed);
    EXPECT_EQ(stage.role(), RoleName::candidate) << stage.told();
}

// A voter that is bound to a living candidate does not go over to the claim of an old leader.
TEST(Attack10, AVoterDoesNotLeaveALivingCandidateForAnOldClaim) {
    Stage stage{witness()};
    stage.peer(2).campaign({6});
    ASSERT_EQ(stage.ask(2, {6}), Verdict::granted);
    stage.peer(3).lead({5});
    EXPECT_EQ(stage.bound_to(), NodeId{2});
    stage.elapse(10ms);
    EXPECT_EQ(stage.shown().supports, stage.peer(2).instance());
}

// An election vanishes from a living node's heartbeat.
TEST(Attack11, AnElectionThatVanishesFromAHeartbeatFreesItsVoters) {
    Stage stage{witness()};
    stage.peer(2).lead({5});
    stage.peer(2).lists_the_election = false;
    stage.elapse(stage.heartbeat_interval());
    EXPECT_EQ(stage.bound_to(), nobody);
}

// fsync takes longer than the campaign timeout, everywhere.
TEST(Attack12, ASlowDiskDelaysALeaderButDoesNotPreventOne) {
    for (const Duration latency : {Duration{60ms}, Duration{90ms}, Duration{150ms}, Duration{200ms}}) {
        Cluster cluster{{.nodes = 3, .write_latency = latency}};
        cluster.elapse_until(all_follow(3), 3s);
        cluster.elapse_without(nobody_leads(), 5s);
    }
}

// The best-ranked node hears everybody, but its votes reach nobody.
TEST(Attack13, ABestRankedNodeWithoutAVotePathNeitherVetoesNorIsHandedTheLead) {
    Cluster cluster{{.nodes = 3}};
    cluster.cut_one_way(3, 1, Channel::votes);
    cluster.cut_one_way(3, 2, Channel::votes);
    cluster.elapse_until(all_follow(2), 300ms + 750ms);
    cluster.elapse_without(nobody_leads(), 60s);
    EXPECT_LE(cluster.decisions(Rule::handover_prepare), 5U) << "failed hand-overs wait twice as long";
}

// Cool-downs gathered in a partition end with the heal.
TEST(Attack14, ACoolDownDoesNotOutlastTheHeal) {
    Cluster cluster{{.nodes = 3}};
    cluster.elapse_until(all_follow(3));
    for (int i = 0; i < 5; ++i) {
        // Links are there, votes arrive nowhere: campaigns fail one after the other.
        for (const Id from : std::initializer_list<Id>{1, 2, 3}) {
            for (const Id to : std::initializer_list<Id>{1, 2, 3}) {
                if (from != to) {
                    cluster.cut_one_way(from, to, Channel::votes);
                }
            }
        }
        cluster.pause(3);
        cluster.elapse(600ms);
        cluster.resume(3);
    }
    cluster.split({1}, {2, 3});
    cluster.cut(2, 3);
    cluster.elapse(3s);
    cluster.heal();
    cluster.elapse_until(somebody_leads(), 600ms);
}

// A node that is up 1.75 s, then silent 0.3 s, does not count as up for 2 s.
TEST(Attack15, AFlappingNodeDoesNotPreempt) {
    Cluster cluster{{.nodes = 3, .asleep = {3}}};
    cluster.elapse_until(all_follow(2));
    cluster.start(3);
    cluster.elapse(300ms);
    for (int i = 0; i < 20; ++i) {
        cluster.elapse(1750ms);
        cluster.pause(3);
        cluster.elapse(310ms);
        cluster.resume(3);
    }
    EXPECT_EQ(cluster.leaderships().size(), 1U);
    EXPECT_EQ(cluster.decisions(Rule::handover_prepare), 0U);
}

// After a heal leadership goes to the best at once, not rank by rank.
TEST(Attack16, LeadershipDoesNotClimbRankByRank) {
    Cluster cluster{{.nodes = 5, .asleep = {3, 4, 5}, .first_boot = false}};
    cluster.start(3);
    cluster.isolate(1);
    cluster.elapse(100ms);
    cluster.heal();
    cluster.elapse_until(all_follow(3));
    cluster.start(4);
    cluster.elapse(1s);
    cluster.start(5);
    cluster.elapse(10s);
    ASSERT_EQ(cluster.leaderships().size(), 2U);
    EXPECT_EQ(cluster.leaderships()[1].leader.node, NodeId{5})
        << "4 was there for two seconds first, and is not the best";
}

// Two candidates in lockstep: the lower-ranked lets go when it hears the better one, so they do not split for ever.
TEST(Attack17, TwoCandidatesInLockstepDoNotSplitTheVoteForEver) {
    for (const Duration delay : {Duration{100us}, Duration{1ms}, Duration{5ms}, Duration{20ms}}) {
        Cluster cluster{{.nodes = 4, .link_delay = delay}};
        cluster.elapse_until(somebody_leads(), 1500ms);
        EXPECT_LE(cluster.leaderships().at(0).term, Term{3}) << cluster.story().all();
    }
}

}  // namespace
}  // namespace bellwether::tests
