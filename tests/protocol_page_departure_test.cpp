// docs/protocol.md, "Hand-over": when it fails, and how a leader is drained, shut down, and stays away after a
// step-down. A test a rule, in the order of the page.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/leading.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

// "`unable` [...]: the leader leads on"
TEST(AFailedHandOver, WhenTheHeirIsUnableTheLeaderLeadsOn) {
    Leading leading;
    leading.stage.command(CommandKind::transfer, 2);
    leading.answer(2, TransferStep::unable);
    EXPECT_EQ(leading.stage.role(), RoleName::leader);
    EXPECT_EQ(leading.answered().reason, "unable");
    leading.stage.elapse(1s);
    EXPECT_EQ(leading.stage.role(), RoleName::leader);
}

// A step-down that names nobody tries the next one.
TEST(AFailedHandOver, AStepDownWithoutATargetGoesToTheNextBest) {
    Leading leading;
    leading.stage.command(CommandKind::stepdown);
    leading.answer(2, TransferStep::unable);
    EXPECT_EQ(leading.asked(), (std::vector<NodeId>{{2}, {1}}));
}

// "no `ready` within two campaign timeouts"
TEST(AFailedHandOver, WithoutAnAnswerWithinTwoCampaignTimeoutsTheLeaderLeadsOn) {
    Leading leading;
    leading.stage.command(CommandKind::transfer, 2);
    leading.stage.elapse(100ms - 1us);
    EXPECT_TRUE(leading.stage.of<Answer>().empty());
    leading.stage.elapse(1us);
    EXPECT_EQ(leading.answered().reason, "unable");
    EXPECT_EQ(leading.stage.role(), RoleName::leader);
    leading.answer(2, TransferStep::ready);
    leading.stage.elapse(10ms);
    EXPECT_EQ(leading.stage.role(), RoleName::leader) << "too late";
}

// When the leader, being preempted, asks its heir, which is unable each time; in tenths of a second.
std::vector<long> tries(Leading& leading, Duration span) {
    std::vector<long> times;
    for (Duration t{}; t < span; t += 100ms) {
        leading.stage.mark();
        leading.stage.elapse(100ms);
        if (!leading.asked().empty()) {
            times.push_back(static_cast<long>(t / 100ms));
            leading.answer(3, TransferStep::unable);
        }
    }
    return times;
}

// "the next try towards that node waits twice as long (to 10 min)"
TEST(AFailedHandOver, TheNextTryTowardsThatNodeWaitsTwiceAsLong) {
    Leading leading{{.self = 2, .in_quarantine = true}};
    const auto times = tries(leading, 100s);
    ASSERT_GE(times.size(), 4U);
    const auto wait = [&](std::size_t i) { return times[i + 1] - times[i]; };
    EXPECT_NEAR(static_cast<double>(wait(1)), 2.0 * static_cast<double>(wait(0)), 4);
    EXPECT_NEAR(static_cast<double>(wait(2)), 4.0 * static_cast<double>(wait(0)), 8);
}

TEST(AFailedHandOver, NoWaitIsLongerThanTenMinutes) {
    Leading leading{{.self = 2, .in_quarantine = true}};
    const auto times = tries(leading, 1h);
    long longest = 0;
    for (std::size_t i = 1; i < times.size(); ++i) {
        longest = std::max(longest, times[i] - times[i - 1]);
    }
    EXPECT_NEAR(static_cast<double>(longest), 6000, 20);
}

// "A drain without an able heir keeps leading..."
TEST(Draining, WithoutAnAbleHeirItKeepsLeading) {
    Leading leading;
    leading.stage.peer(1).view.eligible = leading.stage.peer(2).view.eligible = Eligible::no;
    leading.stage.elapse(60ms);
    leading.stage.command(CommandKind::drain, 0, 60s);
    leading.stage.elapse(2s);
    EXPECT_EQ(leading.stage.role(), RoleName::leader);
    EXPECT_EQ(leading.answered().reason, "no_heir");
}

TEST(Draining, ItHandsOverAsSoonAsSomebodyIsAble) {
    Leading leading;
    leading.stage.peer(1).view.eligible = leading.stage.peer(2).view.eligible = Eligible::no;
    leading.stage.elapse(60ms);
    leading.stage.command(CommandKind::drain, 0, 60s);
    leading.stage.elapse(1s);
    ASSERT_TRUE(leading.asked().empty());
    leading.stage.peer(1).view.eligible = Eligible::yes;
    leading.stage.elapse(60ms);
    EXPECT_EQ(leading.asked(), (std::vector<NodeId>{{1}}));
}

TEST(Draining, EveryoneWhoAskedForItIsAnswered) {
    Leading leading;
    Stage& stage = leading.stage;
    const auto first = stage.command(CommandKind::drain, 0, 60s);
    const auto second = stage.command(CommandKind::drain, 0, 60s);
    leading.answer(2, TransferStep::unable);
    leading.answer(1, TransferStep::unable);
    stage.elapse(1s);
    EXPECT_EQ(leading.answer_to(first).reason, "no_heir");
    EXPECT_EQ(leading.answer_to(second).reason, "no_heir");
}

TEST(Draining, WhoWaitsForItIsToldThatItWasEnded) {
    Leading leading;
    const auto drain = leading.stage.command(CommandKind::drain, 0, 60s);
    (void)leading.stage.command(CommandKind::undrain);
    EXPECT_FALSE(leading.answer_to(drain).done);
    EXPECT_EQ(leading.answer_to(drain).reason, "undrained");
}

// The hold it would be given ends with the leadership.
TEST(ATransferToTheLeaderItself, IsRefusedWhileItHandsOver) {
    Leading leading;
    (void)leading.stage.command(CommandKind::stepdown);
    const auto transfer = leading.stage.command(CommandKind::transfer, 3);
    EXPECT_FALSE(leading.answer_to(transfer).done);
    EXPECT_EQ(leading.answer_to(transfer).reason, "busy");
}

// "...a shutdown does not."
TEST(ShuttingDown, WithoutAnAbleHeirItLetsGoAllTheSame) {
    Leading leading;
    Stage& stage = leading.stage;
    stage.peer(1).view.eligible = stage.peer(2).view.eligible = Eligible::no;
    stage.elapse(60ms);
    const Time believed = stage.now() + 100ms;
    stage.step(Believed{{}, believed});
    stage.command(CommandKind::shutdown);
    stage.elapse(believed - stage.now() - 1us);
    EXPECT_EQ(stage.role(), RoleName::leader) << "but not while somebody here may believe";
    EXPECT_TRUE(stage.of<Left>().empty());
    stage.elapse(60ms);
    EXPECT_EQ(stage.role(), RoleName::follower);
    EXPECT_EQ(stage.of<Left>().size(), 1U);
    EXPECT_TRUE(stage.heartbeat().leaving);
}

TEST(ShuttingDown, WhenAllWhoAreAskedAreUnableItLetsGoAllTheSame) {
    Leading leading;
    leading.stage.command(CommandKind::shutdown);
    leading.answer(2, TransferStep::unable);
    leading.answer(1, TransferStep::unable);
    leading.stage.elapse(110ms);
    EXPECT_EQ(leading.stage.role(), RoleName::follower);
    EXPECT_EQ(leading.stage.of<Left>().size(), 1U);
}

TEST(ShuttingDown, ANodeThatLeadsNothingLeavesAtOnce) {
    Leading leading;
    leading.stage.peer(2).lead({9});
    leading.stage.command(CommandKind::shutdown);
    leading.stage.elapse(2ms);
    EXPECT_EQ(leading.stage.of<Left>().size(), 1U);
}

TEST(ShuttingDown, AnHeirIsWaitedFor) {
    Leading leading;
    leading.stage.command(CommandKind::shutdown);
    leading.answer(2, TransferStep::ready);
    leading.stage.elapse(10ms);
    EXPECT_EQ(leading.stage.shown().heir, NodeId{2}) << "in several heartbeats: one may be lost";
    EXPECT_TRUE(leading.stage.of<Left>().empty());
    leading.stage.peer(2).lead({2});
    EXPECT_EQ(leading.stage.of<Left>().size(), 1U);
}

// "A node that stepped down or was drained is not eligible for the time given with the command"
TEST(SteppingDown, TheNodeIsNotEligibleForTheTimeGiven) {
    Leading leading;
    Stage& stage = leading.stage;
    stage.command(CommandKind::stepdown, 0, 5s);
    leading.answer(2, TransferStep::ready);
    const Time let_go = stage.now();
    stage.peer(2).lead({2});
    stage.elapse(let_go + 5s - 1ms - stage.now());
    EXPECT_EQ(stage.election().eligible, Eligible::no);
    stage.elapse(2ms);
    EXPECT_EQ(stage.election().eligible, Eligible::yes);
}

TEST(SteppingDown, ThatHoldsAlsoIfAnotherThanTheHeirTookOver) {
    Leading leading;
    leading.stage.command(CommandKind::stepdown, 0, 5s);
    leading.answer(2, TransferStep::ready);
    leading.stage.peer(1).lead({2});
    leading.stage.elapse(1s);
    EXPECT_EQ(leading.stage.election().eligible, Eligible::no);
}

TEST(SteppingDown, IfNobodyTakesOverItStandsAgain) {
    Leading leading;
    leading.stage.command(CommandKind::stepdown, 0, 5s);
    leading.answer(2, TransferStep::ready);
    leading.stage.peer(1).support({});
    leading.stage.peer(2).support({});
    leading.stage.elapse(300ms);
    EXPECT_EQ(leading.stage.role(), RoleName::leader) << "a step-down must not leave the mesh without a leader";
}

}  // namespace
}  // namespace bellwether::tests
