// docs/protocol.md, "Who campaigns, and when": how a candidate stands, wins and lets go. A test a rule, in the
// order of the page; its timeout and cool-down are in protocol_page_timeout_test.cpp.
#include <gtest/gtest.h>

#include "tests/support/stage.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

// The best of three, about to stand: peers answer only if a test lets them.
StageOptions best_of_three() { return {.self = 3, .in_quarantine = true}; }

// --- Standing ---

// "It binds to itself, begins writing its own vote, sends VoteRequests meanwhile..."
TEST(ACandidate, SendsItsRequestsWhileItsOwnVoteIsBeingWritten) {
    Stage stage{best_of_three()};
    stage.silence();
    stage.elapse(200ms);
    stage.hold_disk();
    stage.let_it_stand();
    EXPECT_EQ(stage.sent<VoteRequest>(1).size(), 1U);
    EXPECT_EQ(stage.sent<VoteRequest>(2).size(), 1U);
    EXPECT_EQ(stage.bound_to(), NodeId{3});
    EXPECT_EQ(stage.disk_term(), Term{0});
    EXPECT_FALSE(stage.of<Store>().empty());
}

// "...and counts its own vote only when written."
TEST(ACandidate, CountsItsOwnVoteOnlyWhenItIsWritten) {
    Stage stage{best_of_three()};
    stage.peer(2).stop();
    stage.peer(2).answers.reset();
    stage.hold_disk();
    stage.let_it_stand();
    stage.elapse(30ms);
    EXPECT_EQ(stage.role(), RoleName::candidate) << "1 has granted";
    stage.let_disk_go();
    stage.elapse(5ms);
    EXPECT_EQ(stage.role(), RoleName::leader);
}

// "It wins when a majority including its own durable vote has granted": a majority without it is not enough.
TEST(ACandidate, DoesNotWinWithoutItsOwnDurableVote) {
    Stage stage{best_of_three()};
    stage.hold_disk();
    stage.let_it_stand();
    stage.elapse(30ms);
    EXPECT_EQ(stage.role(), RoleName::candidate) << "1 and 2 have granted, two of three";
}

TEST(ACandidate, DoesNotWinWithoutAMajority) {
    StageOptions options{.self = 5, .nodes = 5, .in_quarantine = true};
    Stage stage{options};
    for (const Id id : std::initializer_list<Id>{1, 2, 3}) {
        stage.peer(id).answers.reset();
    }
    stage.let_it_stand();
    stage.elapse(30ms);
    EXPECT_EQ(stage.role(), RoleName::candidate) << "4 and itself of 5";
    stage.hear(3, stage.reply_of(3, Verdict::granted));
    EXPECT_EQ(stage.role(), RoleName::leader);
}

// "...and its lease is running."
TEST(ACandidate, DoesNotWinByGrantsWhoseAcksAreFromBeforeItStood) {
    Stage stage{best_of_three()};
    stage.silence();
    stage.let_it_stand();
    const Sent request = stage.sent<VoteRequest>(1)[0].sent;
    stage.peer(1).echo = stage.peer(2).echo = Sent{request.value - 1};
    stage.elapse(10ms);
    for (const Id voter : std::initializer_list<Id>{1, 2}) {
        VoteReply reply = stage.reply_of(voter, Verdict::granted);
        reply.ack = {request.value - 1};
        stage.hear(voter, reply);
    }
    EXPECT_EQ(stage.role(), RoleName::candidate);
}

TEST(ACandidate, DoesNotWinByGrantsThatCameWhenTheirLeaseHadRunOut) {
    StageOptions options = best_of_three();
    options.params.campaign_timeout = 300ms;
    Stage stage{options};
    stage.silence();
    stage.let_it_stand();
    stage.peer(1).acks = stage.peer(2).acks = false;
    stage.elapse(297ms);  // D' is 294 ms.
    stage.hear(1, stage.reply_of(1, Verdict::granted));
    stage.hear(2, stage.reply_of(2, Verdict::granted));
    EXPECT_NE(stage.role(), RoleName::leader);
    EXPECT_EQ(stage.decisions(Rule::win), 0U) << "and let go at once";
}

// --- Counting replies (the rules stand in "What travels") ---

// "Counted only if it comes back on the connection pinned to that voter..."
TEST(Replies, AReplyThatNamesAnotherSenderThanItsConnectionIsNotCounted) {
    Stage stage{best_of_three()};
    stage.silence();
    stage.let_it_stand();
    stage.elapse(5ms);
    stage.hear(2, stage.reply_of(1, Verdict::granted));
    EXPECT_EQ(stage.role(), RoleName::candidate);
    EXPECT_EQ(stage.status().refused_messages, 1U);
}

TEST(Replies, AReplyOfAnObserverIsNotCounted) {
    StageOptions options = best_of_three();
    options.nodes = 4;
    options.observers = {4};
    Stage stage{options};
    stage.silence();
    stage.let_it_stand();
    stage.elapse(5ms);
    VoteReply reply = stage.reply_of(1, Verdict::granted);
    reply.sender = {4};
    stage.hear(4, reply);
    EXPECT_EQ(stage.role(), RoleName::candidate);
}

// "...for the request and incarnation that are still standing..."
TEST(Replies, AReplyToAnotherRequestIncarnationOrTermIsNotCounted) {
    Stage stage{best_of_three()};
    stage.silence();
    stage.let_it_stand();
    stage.elapse(5ms);
    VoteReply request = stage.reply_of(1, Verdict::granted);
    request.request += 1;
    stage.hear(1, request);
    VoteReply incarnation = stage.reply_of(1, Verdict::granted);
    incarnation.incarnation.value -= 1;
    stage.hear(1, incarnation);
    VoteReply term = stage.reply_of(1, Verdict::granted);
    term.term.value -= 1;
    stage.hear(1, term);
    EXPECT_EQ(stage.role(), RoleName::candidate);
    stage.hear(1, stage.reply_of(1, Verdict::granted));
    EXPECT_EQ(stage.role(), RoleName::leader);
}

TEST(Replies, AReplyToAnEarlierStandingIsNotCounted) {
    Stage stage{best_of_three()};
    stage.silence();
    stage.let_it_stand();
    const VoteReply late = stage.reply_of(1, Verdict::granted);
    stage.elapse(60ms);
    ASSERT_GE(stage.sent<VoteRequest>(1).size(), 2U) << "it stands again";
    stage.hear(1, late);
    EXPECT_EQ(stage.role(), RoleName::candidate);
}

// "...once per voter."
TEST(Replies, AVoterIsCountedOnceAndByItsFirstWord) {
    StageOptions options{.self = 5, .nodes = 5, .in_quarantine = true};
    Stage stage{options};
    stage.silence();
    stage.let_it_stand();
    stage.elapse(5ms);
    stage.hear(1, stage.reply_of(1, Verdict::granted));
    stage.hear(1, stage.reply_of(1, Verdict::granted));
    EXPECT_EQ(stage.role(), RoleName::candidate) << "two of five, one of them twice";
    stage.hear(2, stage.reply_of(2, Verdict::voted));
    stage.hear(2, stage.reply_of(2, Verdict::granted));
    EXPECT_EQ(stage.role(), RoleName::candidate);
    EXPECT_EQ(stage.decisions(Rule::reply_contradicts), 1U);
}

// --- Letting go ---

// "A candidate that hears a better-ranked one stand for its own term or a higher one lets go [...] and no failure"
TEST(ACandidate, LetsGoWhenItHearsABetterRankedOneStandForItsTermOrAHigherOne) {
    for (const std::uint64_t more : {0U, 1U}) {
        StageOptions options{.self = 2, .in_quarantine = true};
        Stage stage{options};
        stage.silence();
        stage.peer(3).view.eligible = Eligible::no;
        stage.let_it_stand();
        stage.peer(3).campaign({stage.sent<VoteRequest>()[0].term.value + more});
        EXPECT_EQ(stage.role(), RoleName::follower);
        EXPECT_EQ(stage.bound_to(), nobody);
        EXPECT_EQ(stage.election().failures, 0U);
    }
}

// "or in its vote request, which can come first"
TEST(ACandidate, LetsGoWhenABetterRankedOneAsksForAVoteBeforeItsHeartbeatComes) {
    Stage stage{StageOptions{.self = 2, .in_quarantine = true}};
    stage.peer(3).view.eligible = Eligible::no;
    stage.silence();
    stage.let_it_stand();
    const Term term = stage.election().term;
    stage.hear(3, stage.peer(3).vote_request({term.value - 1}));
    EXPECT_EQ(stage.role(), RoleName::candidate) << "for a lower term";
    stage.hear(3, stage.peer(3).vote_request(term, true));
    EXPECT_EQ(stage.role(), RoleName::candidate) << "a probe";
    stage.hear(1, stage.peer(1).vote_request(term));
    EXPECT_EQ(stage.role(), RoleName::candidate) << "ranked lower";
    stage.hear(3, stage.peer(3).vote_request(term));
    EXPECT_EQ(stage.role(), RoleName::follower);
    EXPECT_EQ(stage.election().failures, 0U);
}

TEST(ACandidate, StaysWhenABetterRankedOneStandsForALowerTerm) {
    StageOptions options{.self = 2, .in_quarantine = true};
    options.stored.elections = {{ElectionName{}, {7}, {{1}, {101}}}};
    Stage stage{options};
    stage.silence();
    stage.peer(3).view.eligible = Eligible::no;
    stage.let_it_stand();
    stage.peer(3).lead({7});
    EXPECT_EQ(stage.role(), RoleName::candidate) << "a stale claim of the old leader";
}

TEST(ACandidate, StaysWhenALowerRankedOneStands) {
    Stage stage{best_of_three()};
    stage.silence();
    stage.let_it_stand();
    stage.peer(2).campaign({9});
    EXPECT_EQ(stage.role(), RoleName::candidate);
}

// "one whom refusals leave no majority lets go at once (a failure)..."
TEST(ACandidate, LetsGoAtOnceWhenRefusalsLeaveNoMajority) {
    StageOptions options{.self = 5, .nodes = 5, .in_quarantine = true};
    Stage stage{options};
    stage.silence();
    stage.let_it_stand();
    stage.elapse(5ms);
    for (const Id id : std::initializer_list<Id>{1, 2, 3, 4}) {
        stage.peer(id).view.supports = {{9}, {9}};  // So that it does not stand again at once.
        stage.peer(id).beat();
    }
    stage.hear(1, stage.reply_of(1, Verdict::voted));
    stage.hear(2, stage.reply_of(2, Verdict::bound));
    EXPECT_EQ(stage.role(), RoleName::candidate) << "two of five refused";
    stage.hear(3, stage.reply_of(3, Verdict::stale_term));
    EXPECT_EQ(stage.role(), RoleName::follower);
    EXPECT_EQ(stage.election().failures, 1U);
    stage.elapse(1ms);
    EXPECT_EQ(stage.shown().stands, Stands::none);
    EXPECT_EQ(stage.bound_to(), nobody);
}

// "...and campaigns again if the rules still hold": what a voter showed before it refused proves nothing.
TEST(ACandidate, CampaignsAgainWhenAQuorumShowsThatItIsFreeAfterAll) {
    Stage stage{best_of_three()};
    stage.silence();
    stage.let_it_stand();
    stage.elapse(5ms);
    stage.peer(1).answers = Verdict::granted;
    stage.hear(1, stage.reply_of(1, Verdict::voted));
    stage.hear(2, stage.reply_of(2, Verdict::voted));
    EXPECT_EQ(stage.role(), RoleName::follower);
    stage.peer(1).beat();
    stage.elapse(2ms);
    EXPECT_EQ(stage.role(), RoleName::leader);
    EXPECT_EQ(stage.election().term, Term{2});
}

}  // namespace
}  // namespace bellwether::tests
