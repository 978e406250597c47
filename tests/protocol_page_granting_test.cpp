// docs/protocol.md, "Granting": a test a rule, in the order of the page.
#include <gtest/gtest.h>

#include "tests/support/stage.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

// A witness among made-up peers: it votes, and never stands by itself.
StageOptions witness() { return {.priorities = {{1, 0}}}; }

// "v grants (T, X, i) if v votes"
TEST(Granting, AVoterInQuarantineRefuses) {
    StageOptions options = witness();
    options.in_quarantine = true;
    Stage stage{options};
    stage.elapse(10ms);
    stage.peer(2).campaign({5});
    EXPECT_EQ(stage.ask(2, {5}), Verdict::quarantine);
    EXPECT_EQ(stage.bound_to(), nobody);
}

// "X is a voter of the same membership"
TEST(Granting, ACandidateOfAnotherVoterListIsRefused) {
    Stage stage{witness()};
    stage.peer(2).heartbeat.membership.voters_hash ^= 1;
    stage.peer(2).campaign({5});
    EXPECT_EQ(stage.ask(2, {5}), Verdict::membership);
}

TEST(Granting, AnObserverIsRefused) {
    StageOptions options = witness();
    options.nodes = 4;
    options.observers = {4};
    Stage stage{options};
    stage.peer(4).campaign({5});
    EXPECT_NE(stage.ask(4, {5}), Verdict::granted);
    EXPECT_EQ(stage.bound_to(), nobody);
}

// "v hears (X, i) now"
TEST(Granting, ACandidateThatIsNotHeardNowIsRefused) {
    Stage stage{witness()};
    stage.peer(2).stop();
    stage.elapse(400ms);
    EXPECT_EQ(stage.ask(2, {5}), Verdict::not_standing);
}

TEST(Granting, AnIncarnationThatIsNotTheOneHeardIsRefused) {
    Stage stage{witness()};
    VoteRequest request = stage.peer(2).vote_request({5});
    request.incarnation.value += 1;
    stage.hear(2, request);
    stage.elapse(5ms);
    ASSERT_FALSE(stage.sent<VoteReply>(2).empty());
    EXPECT_EQ(stage.sent<VoteReply>(2)[0].verdict, Verdict::not_standing);
}

TEST(Granting, AnEarlierIncarnationIsRefusedThoughItsPromiseStillRuns) {
    Stage stage{witness()};
    const VoteRequest of_the_dead = stage.peer(2).vote_request({5});
    Heartbeat rebooted = stage.peer(2).heartbeat;
    rebooted.incarnation.value += 1;
    rebooted.sent = {1};  // Its clock began anew, so that `sent` says nothing of which is newer.
    rebooted.elections = {stage.peer(2).view};
    stage.peer(2).stop();
    stage.hear(2, rebooted);
    stage.hear(2, of_the_dead);
    stage.elapse(5ms);
    ASSERT_FALSE(stage.sent<VoteReply>(2).empty());
    EXPECT_EQ(stage.sent<VoteReply>(2)[0].verdict, Verdict::not_standing);
}

// "its newest heartbeat or this request (whichever has the higher `sent`) shows X standing": this request...
TEST(Granting, ARequestNewerThanTheNewestHeartbeatShowsThatItStands) {
    Stage stage{witness()};
    EXPECT_EQ(stage.ask(2, {5}), Verdict::granted) << "no heartbeat of the candidacy has come yet";
}

// ...or its newest heartbeat.
TEST(Granting, ARequestOlderThanAHeartbeatThatStandsForNothingIsRefused) {
    Stage stage{witness()};
    const VoteRequest late = stage.peer(2).vote_request({5});
    stage.peer(2).let_go();
    stage.hear(2, late);
    stage.elapse(5ms);
    ASSERT_FALSE(stage.sent<VoteReply>(2).empty());
    EXPECT_EQ(stage.sent<VoteReply>(2)[0].verdict, Verdict::not_standing);
    EXPECT_EQ(stage.disk_term(), Term{0});
}

// "T is above v's term, or equal with the same vote"
TEST(Granting, ATermBelowItsOwnIsRefused) {
    StageOptions options = witness();
    options.stored.elections = {{ElectionName{}, {7}, {{3}, {301}}}};
    Stage stage{options};
    stage.peer(2).campaign({6});
    EXPECT_EQ(stage.ask(2, {6}), Verdict::stale_term);
    stage.peer(2).campaign({7});
    EXPECT_EQ(stage.ask(2, {7}), Verdict::voted);
    stage.peer(3).campaign({7});
    EXPECT_EQ(stage.ask(3, {7}), Verdict::granted) << "the same vote again";
    stage.peer(3).let_go();
    stage.peer(2).campaign({8});
    EXPECT_EQ(stage.ask(2, {8}), Verdict::granted);
}

TEST(Granting, AVoteForAnotherIncarnationIsAnotherVote) {
    StageOptions options = witness();
    options.stored.elections = {{ElectionName{}, {7}, {{3}, {300}}}};
    Stage stage{options};
    stage.peer(3).campaign({7});
    EXPECT_EQ(stage.ask(3, {7}), Verdict::voted);
}

// "v is free, or bound to (X, i)"
TEST(Granting, WhoIsBoundToTheCandidateGrantsItAHigherTerm) {
    Stage stage{witness()};
    stage.peer(2).lead({5});
    stage.peer(2).campaign({6});
    EXPECT_EQ(stage.ask(2, {6}), Verdict::granted);
    EXPECT_EQ(stage.disk_term(), Term{6});
}

// "There is no veto of the better-ranked."
TEST(Granting, ABetterRankedVoterGrantsALowerRankedCandidate) {
    Stage stage{{.self = 3, .in_quarantine = true}};
    stage.peer(2).acks = false;  // It is heard and does not hear: 3 is not quorum-linked, and does not stand.
    stage.peer(1).acks = false;
    stage.elapse(300ms);
    stage.peer(1).campaign({5});
    EXPECT_EQ(stage.ask(1, {5}), Verdict::granted);
}

// "ack (last `sent` of (X, i) heard, this request's included)"
TEST(Granting, AGrantCarriesTheAckOfTheRequestItself) {
    Stage stage{witness()};
    const VoteRequest request = stage.peer(2).vote_request({5});
    stage.hear(2, request);
    stage.elapse(5ms);
    EXPECT_EQ(stage.sent<VoteReply>(2).at(0).ack, request.sent);
}

// "A probe is answered as if the voter were free, and changes nothing."
TEST(Granting, AProbeIsAnsweredAsIfTheVoterWereFreeAndChangesNothing) {
    Stage stage{witness()};
    stage.peer(3).lead({5});
    stage.mark();
    EXPECT_EQ(stage.ask(2, {9}, true), Verdict::granted);
    EXPECT_EQ(stage.bound_to(), NodeId{3});
    EXPECT_EQ(stage.election().term, Term{0});
    EXPECT_TRUE(stage.of<Store>().empty());
}

}  // namespace
}  // namespace bellwether::tests
