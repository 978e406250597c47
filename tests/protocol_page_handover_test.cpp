// docs/protocol.md, "Hand-over", the leader's side: a test a rule, in the order of the page. The heir's is in
// protocol_page_heir_test.cpp, what goes wrong and what follows in protocol_page_departure_test.cpp.
#include <gtest/gtest.h>

#include "tests/support/leading.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

// "The leader sends Transfer `prepare`": to the best of those that are linked and eligible.
TEST(HandOver, TheLeaderAsksTheBestEligibleNodeToPrepare) {
    Leading leading;
    leading.stage.command(CommandKind::stepdown);
    EXPECT_EQ(leading.asked(), (std::vector<NodeId>{{2}}));
    EXPECT_EQ(leading.stage.role(), RoleName::leader) << "nothing is let go before the heir is known to be able";
}

TEST(HandOver, AStepDownWithATargetAsksThatOne) {
    Leading leading;
    leading.stage.command(CommandKind::stepdown, 1);
    EXPECT_EQ(leading.asked(), (std::vector<NodeId>{{1}}));
}

TEST(HandOver, WithoutAnEligibleNodeItIsRefusedAndTheLeaderLeadsOn) {
    Leading leading;
    leading.stage.peer(1).view.eligible = leading.stage.peer(2).view.eligible = Eligible::no;
    leading.stage.elapse(60ms);
    leading.stage.command(CommandKind::stepdown);
    EXPECT_EQ(leading.answered().reason, "no_heir");
    EXPECT_TRUE(leading.asked().empty());
    EXPECT_EQ(leading.stage.role(), RoleName::leader);
}

TEST(HandOver, WhoDoesNotLeadRefuses) {
    Leading leading;
    leading.stage.peer(2).lead({9});
    leading.stage.command(CommandKind::stepdown);
    EXPECT_EQ(leading.answered().reason, "not_leader");
}

// "the heir [...] answers `ready`": then, with nobody believing, "lets go with `heir` named in its heartbeats".
TEST(HandOver, WhenTheHeirIsReadyTheLeaderLetsGoAndNamesIt) {
    Leading leading;
    leading.stage.command(CommandKind::stepdown);
    leading.answer(2, TransferStep::ready);
    leading.stage.elapse(2ms);
    EXPECT_EQ(leading.stage.role(), RoleName::follower);
    EXPECT_EQ(leading.stage.shown().stands, Stands::none);
    EXPECT_EQ(leading.stage.shown().heir, NodeId{2});
    EXPECT_EQ(leading.stage.shown().supports, Instance{});
    EXPECT_EQ(leading.stage.shown().reason, Reason::stepdown);
}

TEST(HandOver, TheAnswerOfAnEarlierHandOverOrOfAnotherNodeChangesNothing) {
    Leading leading;
    leading.stage.command(CommandKind::stepdown);
    Transfer other = leading.stage.sent<Transfer>(2).back();
    other.sender = {1};
    other.incarnation = leading.stage.peer(1).heartbeat.incarnation;
    other.step = TransferStep::ready;
    leading.stage.hear(1, other);
    Transfer earlier = leading.stage.sent<Transfer>(2).back();
    earlier.sender = {2};
    earlier.incarnation = leading.stage.peer(2).heartbeat.incarnation;
    earlier.request -= 1;
    earlier.step = TransferStep::ready;
    leading.stage.hear(2, earlier);
    leading.stage.elapse(2ms);
    EXPECT_EQ(leading.stage.role(), RoleName::leader);
}

// "The leader then stops publishing new deadlines, lets the last published one pass"
TEST(HandOver, TheLeaderLetsThePublishedDeadlinePassFirst) {
    Leading leading;
    Stage& stage = leading.stage;
    stage.elapse(60ms);
    const Time believed = stage.of<Announce>().back().announcement.valid_until.value();
    stage.step(Believed{{}, believed});
    stage.command(CommandKind::stepdown);
    leading.answer(2, TransferStep::ready);
    stage.mark();
    stage.elapse(believed - stage.now() - 1us);
    EXPECT_EQ(stage.role(), RoleName::leader) << "a process here may still believe";
    for (const Announce& said : stage.of<Announce>()) {
        EXPECT_LE(said.announcement.valid_until.value_or(believed), believed) << "no new deadlines";
    }
    stage.elapse(1us);
    EXPECT_EQ(stage.role(), RoleName::follower);
}

TEST(HandOver, ADeadlineThatNobodyWasGivenIsNotWaitedFor) {
    Leading leading;
    leading.stage.elapse(60ms);
    leading.stage.command(CommandKind::stepdown);
    leading.answer(2, TransferStep::ready);
    EXPECT_EQ(leading.stage.role(), RoleName::follower);
}

// "checks that the heir is still linked and eligible (else it leads on)"
TEST(HandOver, AnHeirThatIsNotEligibleAnyMoreIsNotLetGoFor) {
    Leading leading;
    Stage& stage = leading.stage;
    stage.step(Believed{{}, stage.now() + 100ms});
    stage.command(CommandKind::transfer, 2);
    leading.answer(2, TransferStep::ready);
    stage.peer(2).view.eligible = Eligible::no;
    stage.peer(2).beat();
    stage.elapse(150ms);
    EXPECT_EQ(stage.role(), RoleName::leader);
    EXPECT_FALSE(leading.answered().done);
    stage.mark();
    stage.elapse(60ms);
    ASSERT_FALSE(stage.of<Announce>().empty());
    EXPECT_GT(stage.of<Announce>().back().announcement.valid_until.value(), stage.now()) << "deadlines go on";
}

// "`heir` named in its heartbeats until a claim is heard..."
TEST(HandOver, TheHeirIsNamedUntilAClaimIsHeard) {
    Leading leading;
    const std::uint64_t command = leading.stage.command(CommandKind::stepdown);
    leading.answer(2, TransferStep::ready);
    leading.stage.elapse(20ms);
    ASSERT_EQ(leading.stage.shown().heir, NodeId{2});
    leading.stage.peer(2).lead({2});
    leading.stage.elapse(2ms);
    EXPECT_EQ(leading.stage.shown().heir, nobody);
    EXPECT_EQ(leading.answered().id, command);
    EXPECT_TRUE(leading.answered().done);
}

// "...or two campaign timeouts have passed."
TEST(HandOver, TheHeirIsNamedForTwoCampaignTimeoutsAtMost) {
    Leading leading;
    leading.stage.peer(1).answers = leading.stage.peer(2).answers = std::nullopt;
    leading.stage.command(CommandKind::stepdown, 0, 10s);
    leading.answer(2, TransferStep::ready);
    leading.stage.elapse(95ms);
    EXPECT_EQ(leading.stage.shown().heir, NodeId{2});
    leading.stage.elapse(10ms);
    EXPECT_EQ(leading.stage.shown().heir, nobody);
    EXPECT_FALSE(leading.answered().done);
}

// "everyone else, the old leader too, waits one campaign timeout for the heir"
TEST(HandOver, TheOldLeaderWaitsOneCampaignTimeoutForTheHeir) {
    Leading leading;
    leading.stage.command(CommandKind::transfer, 2);
    leading.answer(2, TransferStep::ready);
    leading.stage.peer(1).support({});
    leading.stage.peer(2).support({});
    leading.stage.mark();
    leading.stage.elapse(49ms);
    EXPECT_TRUE(leading.stage.sent<VoteRequest>().empty());
    leading.stage.elapse(2ms);
    EXPECT_FALSE(leading.stage.sent<VoteRequest>().empty()) << "\"no claim of the heir: the leader campaigns again\"";
}

}  // namespace
}  // namespace bellwether::tests
