// docs/protocol.md, "Layer 1: liveness": a test a rule, in the order of the page.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/stage.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

// A witness among made-up peers: it votes, and never stands by itself.
StageOptions witness() { return {.priorities = {{1, 0}}}; }

PeerStatus status_of(const Stage& stage, Id id) {
    const auto peers = stage.status().peers;
    return *std::find_if(peers.begin(), peers.end(), [&](const PeerStatus& peer) { return peer.id == NodeId{id}; });
}

// --- Support ---

// "Hearing a heartbeat of (p, i) at local time t, a node promises to support (p, i) until t + D_p (the D in that
// heartbeat)"; "all intervals are half-open".
TEST(Support, HearingAHeartbeatPromisesSupportForTheDInThatHeartbeat) {
    Stage stage{witness()};
    stage.peer(2).heartbeat.lease = 500ms;
    stage.elapse(100ms);  // Until that is on disk.
    stage.peer(2).stop();
    stage.peer(2).lead({5});
    stage.elapse(500ms - 1ns);
    EXPECT_EQ(stage.bound_to(), NodeId{2});
    stage.elapse(1ns);
    EXPECT_EQ(stage.bound_to(), nobody);
}

// "promises only move forward"
TEST(Support, PromisesOnlyMoveForward) {
    Stage stage{witness()};
    stage.peer(2).heartbeat.lease = 500ms;
    stage.elapse(100ms);  // Until that is on disk.
    stage.peer(2).stop();
    stage.peer(2).lead({5});
    stage.elapse(10ms);
    stage.peer(2).heartbeat.lease = 200ms;
    stage.peer(2).beat();
    stage.elapse(490ms - 1ns);
    EXPECT_EQ(stage.bound_to(), NodeId{2});
    stage.elapse(1ns);
    EXPECT_EQ(stage.bound_to(), nobody);
}

// "a D above the durable largest is acked only once that is on disk"
TEST(Support, ADAboveTheDurableLargestIsAckedOnlyOnceThatIsOnDisk) {
    Stage stage{witness()};
    stage.hold_disk();
    stage.peer(2).heartbeat.lease = 500ms;
    stage.peer(2).beat();
    const Sent first_long_one = stage.peer(2).heartbeat.sent;
    stage.elapse(200ms);
    EXPECT_TRUE(!stage.ack_of(2) || stage.ack_of(2)->heard < first_long_one);
    EXPECT_EQ(stage.disk().largest_promise, 300ms);

    stage.let_disk_go();
    stage.elapse(3 * stage.heartbeat_interval());
    EXPECT_EQ(stage.disk().largest_promise, 500ms);
    ASSERT_TRUE(stage.ack_of(2).has_value());
    EXPECT_GE(stage.ack_of(2)->heard, first_long_one);
    EXPECT_EQ(stage.heartbeat().largest_promise, 500ms);
}

// "Its next heartbeat acks it by echoing `sent`..."
TEST(Support, TheNextHeartbeatAcksByEchoingSent) {
    Stage stage{witness()};
    stage.peer(2).stop();
    stage.elapse(60ms);
    stage.peer(2).beat();
    stage.elapse(stage.heartbeat_interval());
    ASSERT_TRUE(stage.ack_of(2).has_value());
    EXPECT_EQ(stage.ack_of(2)->heard, stage.peer(2).heartbeat.sent);
}

// "Whoever hears the first claim of a new leadership answers with a heartbeat within 10 ms."
TEST(Support, TheFirstClaimOfANewLeaderIsAckedWithin10Ms) {
    Stage stage{witness()};
    stage.peer(2).campaign({5});
    ASSERT_EQ(stage.ask(2, {5}), Verdict::granted);
    stage.elapse(10ms);
    stage.peer(2).lead({5});
    const Sent claim = stage.peer(2).heartbeat.sent;
    stage.elapse(10ms);
    EXPECT_EQ(stage.ack_of(2)->heard, claim);
}

// "An echo above the last `sent` [...] is refused."
TEST(Support, AnEchoAboveTheLastSentIsRefused) {
    StageOptions options = witness();
    options.peers_beat = false;
    Stage stage{options};
    stage.peer(2).echo = Sent{stage.last_sent().value + 1};
    stage.peer(2).beat();
    EXPECT_FALSE(status_of(stage, 2).link_up);
    EXPECT_EQ(stage.status().refused_messages, 1U);
    stage.peer(2).echo = stage.last_sent();
    stage.peer(2).beat();
    EXPECT_TRUE(status_of(stage, 2).link_up);
}

// "[An echo] of another incarnation is refused."
TEST(Support, AnEchoOfAnotherIncarnationIsRefused) {
    StageOptions options = witness();
    options.peers_beat = false;
    Stage stage{options};
    stage.peer(2).echoed_incarnation = Incarnation{stage.self().incarnation.value - 1};
    stage.peer(2).beat();
    EXPECT_FALSE(status_of(stage, 2).link_up);
}

// --- Links ---

// "A link to v is up while `now < (newest echo from v) + D`"
TEST(Links, ALinkIsUpWhileTheNewestEchoIsYoungerThanD) {
    Stage stage{witness()};
    stage.elapse(100ms);
    stage.peer(2).echo = stage.last_sent();
    stage.peer(2).beat();
    const Time echoed = at_ns(stage.last_sent().value);
    stage.elapse(echoed + 300ms - 1ns - stage.now());
    EXPECT_TRUE(status_of(stage, 2).link_up);
    stage.elapse(1ns);
    EXPECT_FALSE(status_of(stage, 2).link_up) << "it is heard all the time, but its echo is old";
}

// "down at once when the SUB's monitor reports a disconnect, until the next fresh echo"
TEST(Links, ADisconnectTakesALinkDownUntilTheNextFreshEcho) {
    Stage stage{witness()};
    stage.elapse(100ms);
    ASSERT_TRUE(status_of(stage, 2).link_up);
    const Sent before = stage.last_sent();
    stage.step(LinkDown{{2}});
    EXPECT_FALSE(status_of(stage, 2).link_up);
    stage.peer(2).echo = before;
    stage.peer(2).beat();
    EXPECT_FALSE(status_of(stage, 2).link_up) << "that echo was on its way before the connection broke";
    stage.peer(2).echo.reset();
    stage.elapse(2 * stage.heartbeat_interval());
    EXPECT_TRUE(status_of(stage, 2).link_up);
}

// "Quorum-linked: links up to a quorum of voters whose heartbeats have flag `votes`, itself counted."
TEST(Links, QuorumLinkedCountsItselfAndLinkedVotersThatVote) {
    StageOptions options{.nodes = 5};
    Stage stage{options};
    stage.peer(4).stop();
    stage.peer(5).stop();
    stage.elapse(1s);
    EXPECT_TRUE(stage.status().quorum_linked) << "1, 2 and 3 of 5";
    EXPECT_EQ(stage.status().linked, 3U);

    stage.peer(3).heartbeat.votes = false;
    stage.peer(3).beat();
    EXPECT_FALSE(stage.status().quorum_linked);
    stage.peer(3).heartbeat.votes = true;
    stage.peer(3).beat();
    EXPECT_TRUE(stage.status().quorum_linked);
    stage.peer(2).acks = false;
    stage.elapse(400ms);
    EXPECT_FALSE(stage.status().quorum_linked) << "to be heard is not to be linked";
}

// "A disconnect [...] never ends a promise, a support..."
TEST(Links, ADisconnectNeverEndsAPromise) {
    Stage stage{witness()};
    stage.peer(2).stop();
    stage.peer(2).lead({5});
    stage.step(LinkDown{{2}});
    stage.elapse(300ms - 1ns);
    EXPECT_EQ(stage.bound_to(), NodeId{2});
}

// "...or a lease: they are hints to prepare, never proof."
TEST(Links, ADisconnectNeverEndsALease) {
    Stage stage{{.self = 3}};
    stage.let_it_lead();
    stage.step(Deadline{});
    const Duration left = stage.election().lease_left;
    stage.step(LinkDown{{1}});
    stage.step(LinkDown{{2}});
    EXPECT_EQ(stage.role(), RoleName::leader);
    EXPECT_EQ(stage.election().lease_left, left);
}

}  // namespace
}  // namespace bellwether::tests
