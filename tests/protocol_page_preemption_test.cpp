// docs/protocol.md, "Preemption": a test a rule, in the order of the page.
#include <gtest/gtest.h>

#include "tests/support/stage.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

std::vector<NodeId> asked(const Stage& stage) {
    std::vector<NodeId> heirs;
    for (const Send& send : stage.of<Send>()) {
        if (std::holds_alternative<Transfer>(send.message)) {
            heirs.push_back(send.to);
        }
    }
    return heirs;
}

// Node 2 of four leads; 3 and 4 outrank it and are not eligible, until a test lets them be.
struct Outranked {
    explicit Outranked(StageOptions options = {}) : stage{with_defaults(options)} {
        stage.peer(3).view.eligible = stage.peer(4).view.eligible = Eligible::no;
        stage.let_it_lead();
        stage.elapse(3s);
        stage.mark();
    }
    static StageOptions with_defaults(StageOptions options) {
        options.self = 2;
        options.nodes = 4;
        options.in_quarantine = true;
        return options;
    }
    Stage stage;
};

// "to the best-ranked eligible node it is linked to, if its priority is strictly higher [...] once that one has acked a
// heartbeat sent `preempt_delay` (2 s) or more after [...] it became eligible"
TEST(Preemption, TheLeaderHandsOverWhenABetterNodeWasEligibleForTheDelay) {
    Outranked outranked;
    Stage& stage = outranked.stage;
    stage.peer(3).view.eligible = Eligible::yes;
    stage.peer(3).beat();
    stage.elapse(2s - 1ms);
    EXPECT_TRUE(asked(stage).empty());
    stage.elapse(2 * stage.heartbeat_interval());
    EXPECT_EQ(asked(stage), (std::vector<NodeId>{{3}}));
}

// "...after the link came up"
TEST(Preemption, TheDelayRunsFromWhenTheLinkCameUp) {
    Outranked outranked;
    Stage& stage = outranked.stage;
    stage.peer(3).acks = false;
    stage.peer(3).view.eligible = Eligible::yes;
    stage.elapse(3s);
    ASSERT_TRUE(asked(stage).empty());
    stage.peer(3).acks = true;
    stage.elapse(2s);
    EXPECT_TRUE(asked(stage).empty());
    stage.elapse(3 * stage.heartbeat_interval());
    EXPECT_EQ(asked(stage), (std::vector<NodeId>{{3}}));
}

// "without a break since"
TEST(Preemption, ABreakBeginsTheDelayAnew) {
    Outranked outranked;
    Stage& stage = outranked.stage;
    stage.peer(3).view.eligible = Eligible::yes;
    stage.elapse(1900ms);
    stage.peer(3).view.eligible = Eligible::no;
    stage.elapse(60ms);
    stage.peer(3).view.eligible = Eligible::yes;
    stage.elapse(2s);
    EXPECT_TRUE(asked(stage).empty());
    stage.elapse(3 * stage.heartbeat_interval());
    EXPECT_FALSE(asked(stage).empty());
}

// "(measured to the last two-way proof, not to now: a node that flaps just under the delay gets nothing...)"
TEST(Preemption, TheDelayIsMeasuredToTheLastTwoWayProof) {
    Outranked outranked;
    Stage& stage = outranked.stage;
    stage.peer(3).view.eligible = Eligible::yes;
    stage.elapse(1850ms);
    stage.peer(3).stop();
    stage.elapse(280ms);
    EXPECT_TRUE(asked(stage).empty()) << "its link is still up, and it was last heard before the two seconds were over";
}

// "and to no other": "leadership does not climb rank by rank"
TEST(Preemption, OnlyTheBestIsHandedTo) {
    Outranked outranked;
    Stage& stage = outranked.stage;
    stage.peer(3).view.eligible = Eligible::yes;
    stage.elapse(1500ms);
    stage.peer(4).view.eligible = Eligible::yes;
    stage.elapse(1s);
    EXPECT_TRUE(asked(stage).empty()) << "3 has been there for two seconds, but 4 is better";
    stage.elapse(1200ms);
    EXPECT_EQ(asked(stage), (std::vector<NodeId>{{4}}));
}

// "Only a strictly higher priority preempts; ids break ties in elections."
TEST(Preemption, AnEqualPriorityDoesNotPreempt) {
    StageOptions options;
    options.priorities = {{1, 7}, {2, 7}, {3, 7}, {4, 7}};
    Outranked outranked{options};
    outranked.stage.peer(3).view.eligible = outranked.stage.peer(4).view.eligible = Eligible::yes;
    outranked.stage.elapse(10s);
    EXPECT_TRUE(asked(outranked.stage).empty());
}

// "`preempt = true`; false = keep whoever leads"
TEST(Preemption, WithPreemptOffWhoeverLeadsIsKept) {
    StageOptions options;
    options.election.preempt = false;
    Outranked outranked{options};
    outranked.stage.peer(4).view.eligible = Eligible::yes;
    outranked.stage.elapse(10s);
    EXPECT_TRUE(asked(outranked.stage).empty());
}

// "A transfer is held as long: so long nobody preempts the chosen node"
TEST(Preemption, AHeldLeaderIsNotPreempted) {
    Outranked outranked;
    Stage& stage = outranked.stage;
    stage.command(CommandKind::transfer, 2, 10s);
    stage.peer(4).view.eligible = Eligible::yes;
    stage.elapse(10s - 10ms);
    EXPECT_TRUE(asked(stage).empty());
    EXPECT_GT(stage.shown().hold_ms, 0U);
    stage.elapse(100ms);
    EXPECT_FALSE(asked(stage).empty());
}

}  // namespace
}  // namespace bellwether::tests
