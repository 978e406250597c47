// The histories that broke earlier versions of the rules, continued: restarts, lost disks, clocks and hand-overs.
#include <gtest/gtest.h>

#include "tests/support/cluster.hpp"
#include "tests/support/stage.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

StageOptions witness() { return {.priorities = {{1, 0}}}; }

// A replaced disk: the voter that elected the leader forgets it, and the leader is cut off with its followers.
TEST(Attack18, AVoterWithAReplacedDiskDoesNotVoteTwiceInATerm) {
    Cluster cluster{{.nodes = 3}};
    cluster.elapse_until(all_follow(3));
    const Term first = cluster.leaderships()[0].term;
    // Only 1 and 3 know of the term; 2 was asleep to it.
    cluster.kill(1);
    cluster.wipe(1);
    cluster.cut(1, 3);
    cluster.start(1);
    cluster.elapse(3s);
    for (const Leadership& led : cluster.leaderships()) {
        EXPECT_TRUE(led.term > first || led.leader.node == NodeId{3});
    }
    EXPECT_TRUE(cluster.status(1).new_state) << "2 alone does not meet every quorum";
    cluster.heal();
    cluster.elapse(1s);
    EXPECT_FALSE(cluster.status(1).new_state);
    EXPECT_GE(cluster.disk(1).floor, first);
}

// The same after a second restart: the new state is durable.
TEST(Attack18, ASecondRestartDoesNotEndTheNewState) {
    Cluster cluster{{.nodes = 3}};
    cluster.elapse_until(all_follow(3));
    cluster.kill(1);
    cluster.wipe(1);
    cluster.isolate(1);
    cluster.start(1);
    cluster.elapse(500ms);
    cluster.kill(1);
    cluster.start(1);
    cluster.elapse(1s);
    EXPECT_TRUE(cluster.status(1).new_state);
    EXPECT_TRUE(cluster.disk(1).new_state);
}

// The same by heartbeats that were still in flight from before the restart.
TEST(Attack18, HeartbeatsInFlightFromBeforeDoNotEndTheNewState) {
    Cluster cluster{{.nodes = 3}};
    cluster.elapse_until(all_follow(3));
    cluster.elapse(100ms);
    cluster.hold(2, 1, Channel::heartbeats);
    cluster.hold(3, 1, Channel::heartbeats);
    cluster.elapse(100ms);
    cluster.kill(1);
    cluster.wipe(1);
    cluster.start(1);
    cluster.cut_one_way(1, 2);
    cluster.cut_one_way(1, 3);
    cluster.elapse(350ms);
    cluster.release(2, 1, Channel::heartbeats);
    cluster.release(3, 1, Channel::heartbeats);
    cluster.elapse(500ms);
    EXPECT_TRUE(cluster.status(1).new_state) << "nobody has echoed this incarnation yet";
}

// First boot with uneven crossing: some end it earlier than others, and all get through.
TEST(Attack19, AFirstBootWithUnevenCrossingComesThrough) {
    for (int uneven = 0; uneven < 12; ++uneven) {
        Cluster cluster{{.nodes = 4, .asleep = {2, 3, 4}, .first_boot = true}};
        for (const Id node : std::initializer_list<Id>{2, 3, 4}) {
            cluster.elapse(Duration{37ms} * ((uneven + node) % 9));
            cluster.start(node);
        }
        cluster.cut(1, 4);
        cluster.elapse(250ms);
        cluster.heal();
        cluster.elapse_until(somebody_leads(), 2s);
        cluster.elapse(1s);
        for (const Id node : cluster.nodes()) {
            EXPECT_TRUE(cluster.has_failed() || !cluster.status(node).new_state) << "node " << node;
        }
    }
}

// A wiped voter has forgotten which D it promised: it waits for the largest it hears of.
TEST(Attack20, AWipedVoterWaitsForTheLargestPromiseItHearsOf) {
    StageOptions options = witness();
    options.stored.new_state = true;
    options.in_quarantine = true;
    Stage stage{options};
    stage.peer(2).heartbeat.largest_promise = 5s;
    stage.elapse(4990ms);
    stage.peer(3).campaign({5});
    EXPECT_EQ(stage.ask(3, {5}), Verdict::quarantine);
}

// A request leaves a queue after its candidate has let go.
TEST(Attack21, ARequestFromAQueueIsRefusedWhenItsCandidateHasLetGo) {
    Cluster cluster{{.nodes = 3}};
    cluster.elapse(290ms);
    cluster.hold(3, 1, Channel::votes);
    cluster.hold(3, 2, Channel::votes);
    cluster.elapse(30ms);
    ASSERT_EQ(cluster.election(3).role, RoleName::candidate);
    cluster.elapse(50ms);
    cluster.release(3, 1, Channel::votes);
    cluster.release(3, 2, Channel::votes);
    cluster.elapse_until(somebody_leads(), 1s);
    cluster.elapse(2s);
    EXPECT_FALSE(cluster.has_failed());
}

// A paused leader wakes with old acks in its buffers; a subscriber of it may believe what was published, not more.
TEST(Attack22, APausedLeaderThatWakesSaysNothing) {
    for (const Duration span : {Duration{280ms}, Duration{295ms}, Duration{300ms}, Duration{310ms}, Duration{2s}}) {
        Cluster cluster{{.nodes = 3}};
        cluster.subscribe(3);
        cluster.subscribe(2);
        cluster.elapse_until(all_follow(3));
        cluster.elapse(1s);
        cluster.pause(3);
        cluster.elapse(span);
        cluster.resume(3);
        cluster.elapse(3s);
        EXPECT_FALSE(cluster.has_failed());
    }
}

// A stopped clock: the lease looks alive on the leader's own clock. The higher claim deposes it, and is an alarm.
TEST(Attack23, AStoppedClockIsCaughtByTheHigherClaimAndTokensStillGrow) {
    Cluster cluster{{.nodes = 3}};
    cluster.invariants().clocks_are_in_bounds = false;
    cluster.elapse_until(all_follow(3));
    cluster.elapse(1s);
    cluster.run_clock_fast(3, -999'999);
    cluster.pause(3);
    cluster.elapse(1s);
    cluster.run_clock_fast(3, 0);
    cluster.resume(3);
    cluster.elapse(100ms);
    EXPECT_EQ(cluster.election(3).leader, NodeId{2});
    EXPECT_EQ(cluster.status(3).clock_alarms, 1U);
    EXPECT_GT(cluster.leaderships().back().token, cluster.leaderships().front().token);
}

// Within the bound on their rates clocks need no such luck.
TEST(Attack23, ClocksWithinTheirBoundMakeNoTwoLeaders) {
    for (const int fast : {-1, 0, 1}) {
        Cluster cluster{{.nodes = 3}};
        for (const Id node : cluster.nodes()) {
            cluster.subscribe(node);
            cluster.run_clock_fast(node, node == 3 ? -10'000 * fast : 10'000 * fast);
        }
        cluster.elapse_until(all_follow(3));
        cluster.elapse(1s);
        cluster.isolate(3);
        cluster.elapse_until(leads(2), 1s);
        cluster.elapse(1s);
        EXPECT_FALSE(cluster.has_failed());
    }
}

// A subscriber reads valid_until, leaves, and acts: "nobody is subscribed" is no reason to release at once.
TEST(Attack25, ASubscriberThatHasLeftIsStillWaitedFor) {
    Cluster cluster{{.nodes = 3}};
    cluster.subscribe(3);
    cluster.elapse_until(all_follow(3));
    cluster.elapse(505ms);
    cluster.subscribe(3, false);
    const Time believed = cluster.announcement(3).valid_until.value();
    const Duration left = believed - cluster.announcement(3).clock;
    EXPECT_GT(left, 100ms);
    const TrueTime asked = cluster.now();
    cluster.stepdown(3);
    cluster.elapse_until(leads(2), 1s);
    EXPECT_GT(cluster.now() - asked, 50ms);
    EXPECT_FALSE(cluster.has_failed());
}

// The daemon restarts: its announcements are of another incarnation, and in order within it.
TEST(Attack27, AnnouncementsOfARestartedDaemonNameItsNewIncarnation) {
    Cluster cluster{{.nodes = 3}};
    cluster.elapse_until(all_follow(3));
    const Announcement before = cluster.announcement(1);
    cluster.kill(1);
    cluster.start(1);
    cluster.elapse(200ms);
    EXPECT_GT(cluster.announcement(1).incarnation, before.incarnation);
    EXPECT_EQ(cluster.announcement(1).leader_id, NodeId{3});
}

// A restarted voter, in quarantine, hears the claim of an old leader below the term it voted for before the crash.
TEST(Attack28, ARestartedVoterDoesNotBindToAClaimBelowItsVote) {
    StageOptions options = witness();
    options.stored.elections = {{ElectionName{}, {6}, {{2}, {201}}}};
    options.in_quarantine = true;
    Stage stage{options};
    stage.peer(3).lead({5});
    EXPECT_EQ(stage.bound_to(), nobody);
}

// An old leader's hand-over is long over when its "I have let go, 2 is my heir" arrives: it leads again by then.
TEST(Attack29, ALateWordOfAnEarlierHandOverFreesNobody) {
    Stage stage{{.self = 2}};
    stage.peer(3).lead({5});
    Heartbeat late = stage.peer(3).heartbeat;
    late.sent = stage.peer(3).next_sent();
    late.elections = {stage.peer(3).view};
    late.elections[0].stands = Stands::none;
    late.elections[0].heir = {2};
    stage.peer(3).lead({6});
    stage.hear(3, late);
    EXPECT_EQ(stage.bound_to(), NodeId{3});
    EXPECT_TRUE(stage.sent<VoteRequest>().empty());
}

// fsync of 60 to 90 ms with a campaign timeout of 50 ms and a single voter.
TEST(Attack29b, ASingleVoterWithASlowDiskLeads) {
    for (const Duration latency : {Duration{60ms}, Duration{90ms}}) {
        Cluster cluster{{.nodes = 1, .write_latency = latency}};
        cluster.elapse_until(leads(1), 500ms);
        EXPECT_EQ(cluster.leaderships().at(0).term, Term{1});
    }
}

// Refusals count as failures: no storm of campaigns.
TEST(Attack29c, RefusalsEndInACoolDownNotInAStorm) {
    Stage stage{{.self = 3, .in_quarantine = true}};
    stage.peer(1).answers = stage.peer(2).answers = Verdict::voted;
    stage.elapse(600ms);
    EXPECT_LE(stage.election().campaigns, 4U);
    EXPECT_GE(stage.decisions(Rule::cool_down), 1U);
}

// A stale claim of the better-ranked old leader does not make its heir let go.
TEST(Attack30, AStaleClaimOfTheOldLeaderDoesNotStopItsHeir) {
    Stage stage{{.self = 2}};
    stage.peer(1).answers = stage.peer(3).answers = std::nullopt;
    stage.peer(3).lead({5});
    stage.peer(3).let_go(2);
    ASSERT_EQ(stage.role(), RoleName::candidate);
    stage.peer(3).restart();  // So that its words are news.
    stage.peer(3).lead({5});
    EXPECT_EQ(stage.role(), RoleName::candidate);
}

// Hand-overs back and forth under lost and held messages: no rule of their own is needed for safety.
TEST(Attack31, HandOversWithHeldMessagesNeverMakeTwoLeaders) {
    for (int held = 0; held < 24; ++held) {
        Cluster cluster{{.nodes = 3}};
        for (const Id node : cluster.nodes()) {
            cluster.subscribe(node, held % 2 == 0);
        }
        cluster.elapse_until(all_follow(3));
        cluster.elapse(Duration{13ms} * held);
        const Id from = static_cast<Id>(1 + held % 3);
        const Id to = static_cast<Id>(1 + (held + 1) % 3);
        const Channel channel = held % 4 < 2 ? Channel::votes : Channel::heartbeats;
        cluster.hold(from, to, channel);
        cluster.transfer(3, 1, 1s);
        cluster.elapse(Duration{7ms} * held);
        cluster.release(from, to, channel);
        cluster.elapse(3s);
        EXPECT_TRUE(somebody_leads().holds(cluster)) << cluster.story().all();
        ASSERT_FALSE(cluster.has_failed());
    }
}

// A restored backup: its incarnation is new and higher, its votes are old.
TEST(Attack32, ARestoredBackupIsNewStateUntilItHasHeardEnough) {
    Cluster cluster{{.nodes = 3}};
    const Durable backup = cluster.disk(1);
    cluster.elapse_until(all_follow(3));
    const Term voted = cluster.disk(1).elections.at(0).term;
    cluster.elapse(10ms);  // The others have heard of it.
    cluster.kill(1);
    cluster.restore(1, backup);
    cluster.start(1);
    cluster.elapse(150ms);
    EXPECT_TRUE(cluster.status(1).new_state) << "the others know that it has voted";
    cluster.elapse(2s);
    EXPECT_FALSE(cluster.status(1).new_state);
    EXPECT_GE(cluster.disk(1).floor, voted);
    cluster.kill(3);
    cluster.elapse_until(leads(2), 1s);
}

}  // namespace
}  // namespace bellwether::tests
