// docs/protocol.md, "The whole voter" and "Durable": a test a rule, in the order of the page.
#include <gtest/gtest.h>

#include "tests/support/stage.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

// A witness among made-up peers: it votes, and never stands by itself.
StageOptions witness() { return {.priorities = {{1, 0}}}; }

// --- The whole voter ---

// "In each election a voter is bound to at most one (X, i)": by its vote...
TEST(TheWholeVoter, BoundByItsVoteItGrantsNobodyElseEvenAHigherTerm) {
    Stage stage{witness()};
    stage.peer(2).campaign({5});
    ASSERT_EQ(stage.ask(2, {5}), Verdict::granted);
    stage.peer(3).campaign({6});
    EXPECT_EQ(stage.ask(3, {6}), Verdict::bound);
    EXPECT_EQ(stage.bound_to(), NodeId{2});
    stage.elapse(10ms);
    EXPECT_EQ(stage.shown().supports, stage.peer(2).instance());
}

// ..."or by hearing its claim while bound to nobody."
TEST(TheWholeVoter, BoundByAClaimItGrantsNobodyElseEvenAHigherTerm) {
    Stage stage{witness()};
    stage.peer(2).lead({5});
    ASSERT_EQ(stage.bound_to(), NodeId{2});
    stage.peer(3).campaign({6});
    EXPECT_EQ(stage.ask(3, {6}), Verdict::bound);
}

TEST(TheWholeVoter, AClaimBindsOnlyWhoIsFree) {
    Stage stage{witness()};
    stage.peer(2).campaign({5});
    ASSERT_EQ(stage.ask(2, {5}), Verdict::granted);
    stage.peer(3).lead({9});
    EXPECT_EQ(stage.bound_to(), NodeId{2});
    stage.peer(2).lead({5});
    stage.peer(3).lead({9});
    EXPECT_EQ(stage.bound_to(), NodeId{2}) << "nor does a higher claim take over from a lower one";
}

TEST(TheWholeVoter, ACandidacyThatIsHeardBindsNobody) {
    Stage stage{witness()};
    stage.peer(2).campaign({5});
    EXPECT_EQ(stage.bound_to(), nobody);
}

// In two elections it may be bound to two.
TEST(TheWholeVoter, EachElectionIsBoundByItself) {
    StageOptions options = witness();
    options.more_elections = {"other"};
    Stage stage{options};
    stage.peer(2).lead({5});
    stage.peer(3).view.name = *ElectionName::parse("other");
    stage.peer(3).lead({7});
    EXPECT_EQ(stage.bound_to(), NodeId{2});
    ASSERT_EQ(stage.status().elections.size(), 2U);
    EXPECT_EQ(stage.status().elections[1].bound_to, NodeId{3});
}

// "It is free again when (X, i) lets go..."
TEST(TheWholeVoter, ItIsFreeWhenTheOneItIsBoundToLetsGo) {
    Stage stage{witness()};
    stage.peer(2).campaign({5});
    ASSERT_EQ(stage.ask(2, {5}), Verdict::granted);
    stage.peer(2).let_go();
    EXPECT_EQ(stage.bound_to(), nobody);
    stage.peer(3).campaign({6});
    EXPECT_EQ(stage.ask(3, {6}), Verdict::granted);
}

// "...or when its promise to (X, i) has run out."
TEST(TheWholeVoter, ItIsFreeWhenItsPromiseHasRunOut) {
    Stage stage{witness()};
    stage.peer(2).lead({5});
    stage.peer(2).stop();
    stage.peer(3).view.stands = Stands::campaigning;
    stage.peer(3).view.term = {6};
    stage.elapse(300ms - 1us);
    stage.hear(3, stage.peer(3).vote_request({6}));
    EXPECT_EQ(stage.sent<VoteReply>(3).back().verdict, Verdict::bound);
    stage.elapse(1us);
    EXPECT_EQ(stage.ask(3, {6}), Verdict::granted);
}

// The clock frees it, not the step in which somebody looks at it.
TEST(TheWholeVoter, AVoterWhosePromiseRanOutIsFreeForTheFirstMessageAfterIt) {
    Stage stage{witness()};
    stage.peer(2).lead({5});
    stage.peer(2).stop();
    stage.peer(3).view.stands = Stands::campaigning;
    stage.peer(3).view.term = {6};
    stage.elapse(290ms);
    stage.stand_still(20ms);
    stage.hear(3, stage.peer(3).vote_request({6}));
    stage.elapse(2ms);
    ASSERT_FALSE(stage.sent<VoteReply>(3).empty()) << stage.told();
    EXPECT_EQ(stage.sent<VoteReply>(3).back().verdict, Verdict::granted);
}

// "Letting go = a heartbeat [...] in which X stands for nothing in this election": a level, never a number.
TEST(TheWholeVoter, StandingForAnotherTermIsNoLettingGo) {
    Stage stage{witness()};
    stage.peer(2).lead({5});
    stage.peer(2).campaign({6});
    EXPECT_EQ(stage.bound_to(), NodeId{2});
    stage.peer(2).lead({5});
    EXPECT_EQ(stage.bound_to(), NodeId{2});
}

// "...newer than the message that bound..."
TEST(TheWholeVoter, AHeartbeatOlderThanTheRequestThatBoundIsNoLettingGo) {
    Stage stage{witness()};
    stage.peer(2).stop();
    Heartbeat delayed = stage.peer(2).heartbeat;
    delayed.sent = stage.peer(2).next_sent();
    delayed.elections = {stage.peer(2).view};  // It stands for nothing yet.
    stage.hear(2, stage.peer(2).vote_request({5}));
    ASSERT_EQ(stage.bound_to(), NodeId{2});
    stage.hear(2, delayed);
    EXPECT_EQ(stage.bound_to(), NodeId{2});
    stage.peer(2).beat();
    EXPECT_EQ(stage.bound_to(), nobody) << "a newer one is";
}

// "...of (X, i)": another incarnation's word does not count for this one.
TEST(TheWholeVoter, ANewIncarnationDoesNotLetGoForTheOldOne) {
    Stage stage{witness()};
    stage.peer(2).stop();
    stage.peer(2).lead({5});
    const Time heard = stage.now();
    stage.elapse(10ms);
    stage.peer(2).restart();
    stage.peer(2).let_go();
    EXPECT_EQ(stage.bound_to(), NodeId{2});
    stage.elapse(heard + 300ms - 1ns - stage.now());
    EXPECT_EQ(stage.bound_to(), NodeId{2}) << "its processes may believe in it until the promise has run out";
    stage.elapse(1ns);
    EXPECT_EQ(stage.bound_to(), nobody);
}

// --- Durable ---

// "One commit, before any message that shows it; memory changes at the judgement, the reply waits for the disk..."
TEST(TheDisk, AReplyWaitsForTheVoteToBeOnDisk) {
    Stage stage{witness()};
    stage.hold_disk();
    stage.peer(2).campaign({5});
    EXPECT_EQ(stage.ask(2, {5}), std::nullopt);
    EXPECT_EQ(stage.bound_to(), NodeId{2});
    EXPECT_EQ(stage.disk_term(), Term{0});
    stage.let_disk_go();
    stage.elapse(2ms);
    ASSERT_EQ(stage.sent<VoteReply>(2).size(), 1U);
    EXPECT_EQ(stage.sent<VoteReply>(2)[0].verdict, Verdict::granted);
    EXPECT_EQ(stage.disk().elections.at(0).vote, stage.peer(2).instance());
}

// "...and is sent only if the voter is still bound so."
TEST(TheDisk, AReplyIsSentOnlyIfTheVoterIsStillBoundSo) {
    Stage stage{witness()};
    stage.hold_disk();
    stage.peer(2).campaign({5});
    stage.hear(2, stage.peer(2).vote_request({5}));
    stage.peer(2).let_go();
    stage.peer(3).campaign({6});
    stage.hear(3, stage.peer(3).vote_request({6}));
    stage.let_disk_go();
    stage.elapse(10ms);
    EXPECT_TRUE(stage.sent<VoteReply>(2).empty());
    ASSERT_EQ(stage.sent<VoteReply>(3).size(), 1U);
    EXPECT_EQ(stage.sent<VoteReply>(3)[0].verdict, Verdict::granted);
}

TEST(TheDisk, AReplyIsSentOnlyForTheTermItIsStillBoundIn) {
    Stage stage{witness()};
    stage.hold_disk();
    stage.peer(2).stop();
    stage.hear(2, stage.peer(2).vote_request({5}));
    stage.hear(2, stage.peer(2).vote_request({6}));
    stage.let_disk_go();
    stage.elapse(10ms);
    ASSERT_EQ(stage.sent<VoteReply>(2).size(), 1U);
    EXPECT_EQ(stage.sent<VoteReply>(2)[0].term, Term{6});
}

// "What it shows of votes is on disk; `pending` = a vote is being written."
TEST(TheDisk, AHeartbeatShowsNobodyAndPendingWhileAVoteIsBeingWritten) {
    Stage stage{witness()};
    stage.peer(2).lead({3});
    stage.elapse(stage.heartbeat_interval());
    ASSERT_EQ(stage.shown().supports, stage.peer(2).instance());
    stage.peer(2).let_go();
    stage.hold_disk();
    stage.peer(3).campaign({5});
    stage.hear(3, stage.peer(3).vote_request({5}));
    stage.elapse(10ms);
    EXPECT_EQ(stage.shown().supports, Instance{});
    EXPECT_TRUE(stage.shown().pending);
    EXPECT_EQ(stage.shown().voted, Term{0});
    EXPECT_EQ(stage.heartbeat().ceiling, Term{0});
    stage.let_disk_go();
    stage.elapse(12ms);
    EXPECT_EQ(stage.shown().supports, stage.peer(3).instance());
    EXPECT_FALSE(stage.shown().pending);
    EXPECT_EQ(stage.shown().voted, Term{5});
    EXPECT_EQ(stage.heartbeat().ceiling, Term{5});
}

// "Hearing raises no term; only votes do."
TEST(TheDisk, HearingRaisesNoTerm) {
    Stage stage{witness()};
    stage.peer(2).lead({9});
    stage.peer(3).campaign({12});
    EXPECT_EQ(stage.ask(3, {12}), Verdict::bound);
    stage.elapse(1s);
    EXPECT_EQ(stage.election().term, Term{0});
    EXPECT_EQ(stage.disk_term(), Term{0});
}

// "One commit": a step that changes much asks for one write.
TEST(TheDisk, OneCommitMayCarryAllPendingVotes) {
    StageOptions options = witness();
    options.more_elections = {"other"};
    Stage stage{options};
    stage.hold_disk();
    stage.peer(2).stop();
    VoteRequest request = stage.peer(2).vote_request({5});
    stage.hear(2, request);
    request.election = *ElectionName::parse("other");
    request.sent = stage.peer(2).next_sent();
    stage.hear(2, request);
    stage.let_disk_go();
    stage.elapse(3ms);
    EXPECT_EQ(stage.disk().elections.size(), 2U);
    EXPECT_EQ(stage.sent<VoteReply>(2).size(), 2U);
}

}  // namespace
}  // namespace bellwether::tests
