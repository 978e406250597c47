// docs/protocol.md, "Quarantine": a test a rule, in the order of the page.
#include <gtest/gtest.h>

#include "tests/support/stage.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

StageOptions just_started(Id self = 1, Id nodes = 3) {
    StageOptions options{.self = self, .nodes = nodes, .in_quarantine = true};
    options.priorities[self] = 0;  // A witness, so that nothing but votes is in question.
    return options;
}

// "For that largest D after taking the state lock, a voter grants nothing [...] (flag `votes` off)"
TEST(Quarantine, ItLastsForTheLargestDOfAPromiseThatMayStillRun) {
    StageOptions options = just_started();
    options.stored.largest_promise = 1s;
    Stage stage{options};
    stage.elapse(1s - 1ms);
    EXPECT_FALSE(stage.heartbeat().votes);
    EXPECT_TRUE(stage.heartbeat().quarantine);
    stage.peer(2).campaign({5});
    stage.hear(2, stage.peer(2).vote_request({5}));
    ASSERT_EQ(stage.sent<VoteReply>(2).size(), 1U);
    EXPECT_EQ(stage.sent<VoteReply>(2)[0].verdict, Verdict::quarantine);
    stage.elapse(1ms);
    EXPECT_EQ(stage.ask(2, {5}), Verdict::granted);
    EXPECT_TRUE(stage.heartbeat().votes);
    EXPECT_FALSE(stage.heartbeat().quarantine);
}

TEST(Quarantine, TheOwnDCountsIfItIsTheLargest) {
    StageOptions options = just_started();
    options.stored.largest_promise = 100ms;
    options.params.lease = 500ms;
    Stage stage{options};
    stage.elapse(500ms - 1ms);
    EXPECT_FALSE(stage.status().votes);
    stage.elapse(1ms);
    EXPECT_TRUE(stage.status().votes);
}

// "...and does not campaign"
TEST(Quarantine, AVoterInQuarantineDoesNotCampaign) {
    StageOptions options{.self = 3, .in_quarantine = true};
    options.stored.largest_promise = 1s;
    Stage stage{options};
    stage.elapse(1s - 1us);
    EXPECT_TRUE(stage.sent<VoteRequest>().empty());
    EXPECT_EQ(stage.shown().eligible, Eligible::soon);
    stage.elapse(1ms);
    EXPECT_FALSE(stage.sent<VoteRequest>().empty());
}

// "It hears, acks and reports as ever"
TEST(Quarantine, AVoterInQuarantineHearsAcksAndReports) {
    Stage stage{just_started()};
    stage.elapse(110ms);
    ASSERT_TRUE(stage.ack_of(2).has_value());
    EXPECT_EQ(stage.status().peers.size(), 2U);
    EXPECT_TRUE(stage.status().peers[0].link_up);
}

// "and binds only to a claim whose term is not below its own durable term."
TEST(Quarantine, AVoterInQuarantineBindsOnlyToAClaimThatIsNotBelowItsDurableTerm) {
    StageOptions options = just_started();
    options.stored.elections = {{ElectionName{}, {7}, {{3}, {301}}}};
    Stage stage{options};
    stage.elapse(10ms);
    stage.peer(2).lead({6});
    EXPECT_EQ(stage.bound_to(), nobody);
    stage.peer(2).lead({7});
    EXPECT_EQ(stage.bound_to(), NodeId{2});
}

// "While its state is new, it binds to no claim at all": the term of the vote that it has forgotten is unknown.
TEST(Quarantine, AVoterOfNewStateBindsToNoClaim) {
    StageOptions options = just_started();
    options.stored.new_state = true;
    Stage stage{options};
    stage.elapse(10ms);
    stage.peer(2).lead({7});
    EXPECT_EQ(stage.bound_to(), nobody);
}

TEST(Quarantine, AfterItAnyClaimBindsWhoIsFree) {
    StageOptions options = just_started();
    options.stored.elections = {{ElectionName{}, {7}, {{3}, {301}}}};
    Stage stage{options};
    stage.elapse(300ms);
    stage.peer(2).lead({6});
    EXPECT_EQ(stage.bound_to(), NodeId{2});
}

// "When it ends, the largest promise is set anew: to the own D, or a longer one that was promised meanwhile", be it to
// a peer that has restarted since with a shorter one.
TEST(Quarantine, APromiseToAnEarlierIncarnationKeepsTheLargest) {
    StageOptions options = just_started();
    options.stored.largest_promise = 1s;
    Stage stage{options};
    stage.elapse(900ms);
    stage.peer(2).heartbeat.lease = 1s;
    stage.peer(2).beat();
    stage.peer(2).heartbeat.lease = options.params.lease;
    stage.peer(2).restart();
    stage.peer(2).beat();
    stage.elapse(200ms);
    ASSERT_TRUE(stage.status().votes);
    EXPECT_EQ(stage.disk().largest_promise, 1s);
}

// "the largest D of a promise that may still run" is on disk, also for promises made while it shrinks.
TEST(Quarantine, ThePromiseOnDiskIsNeverShorterThanOneThatRuns) {
    StageOptions options = just_started();
    options.stored.largest_promise = 1s;
    Stage stage{options};
    stage.elapse(1s - 1us);
    stage.hold_disk();
    stage.elapse(1ms);  // The quarantine is over: the promise of 1 s cannot run any more.
    stage.peer(2).heartbeat.lease = 500ms;
    stage.peer(2).beat();
    const Sent long_one = stage.peer(2).heartbeat.sent;
    stage.peer(2).stop();
    stage.let_disk_go();
    stage.elapse(60ms);
    const bool is_promised = stage.ack_of(2) && stage.ack_of(2)->heard >= long_one;
    EXPECT_TRUE(!is_promised || stage.disk().largest_promise >= 500ms);
}

}  // namespace
}  // namespace bellwether::tests
