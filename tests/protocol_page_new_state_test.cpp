// docs/protocol.md, "New state": a test a rule, in the order of the page.
#include <gtest/gtest.h>

#include "tests/support/leading.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

StageOptions just_started(Id self = 1, Id nodes = 3) {
    StageOptions options{.self = self, .nodes = nodes, .in_quarantine = true};
    options.priorities[self] = 0;  // A witness, so that nothing but votes is in question.
    return options;
}

StageOptions just_created(Id self = 1, Id nodes = 3) {
    StageOptions options = just_started(self, nodes);
    options.stored.new_state = true;
    return options;
}

// "A voter whose state was created by it [...] grants nothing until..."
TEST(NewState, AVoterOfNewStateGrantsNothing) {
    StageOptions options = just_created();
    options.peers_beat = false;
    Stage stage{options};
    stage.elapse(310ms);
    stage.peer(2).beat();
    stage.peer(2).acks = false;
    EXPECT_EQ(stage.ask(2, {5}), Verdict::new_state);
    EXPECT_FALSE(stage.heartbeat().votes);
    EXPECT_TRUE(stage.heartbeat().new_state);
    EXPECT_EQ(stage.disk_term(), Term{0});
}

// "...it has heard heartbeats [...] of N − quorum + 1 other voters of old state"
TEST(NewState, ItEndsWhenSoManyVotersOfOldStateAreHeardThatTheyMeetEveryQuorum) {
    Stage stage{just_created(1, 5)};
    stage.peer(4).stop();
    stage.peer(5).stop();
    stage.elapse(1s);
    EXPECT_TRUE(stage.status().new_state) << "2 and 3 of 5: 4, 5 and this node may have been a quorum without them";
    stage.peer(4).is_beating = true;
    stage.elapse(2 * stage.heartbeat_interval());
    EXPECT_FALSE(stage.status().new_state);
    EXPECT_FALSE(stage.disk().new_state);
    EXPECT_TRUE(stage.heartbeat().votes);
}

// "heartbeats that echo one of its own from then": since the end of its quarantine.
TEST(NewState, EchoesOfWhatItSaidInQuarantineDoNotCount) {
    Stage stage{just_created()};
    stage.elapse(290ms);
    stage.peer(2).echo = stage.peer(3).echo = stage.last_sent();
    stage.elapse(150ms);
    EXPECT_TRUE(stage.status().new_state) << "such a heartbeat may have been on its way since before the restart";
    stage.peer(2).echo.reset();
    stage.elapse(2 * stage.heartbeat_interval());
    EXPECT_TRUE(stage.status().new_state) << "one of the two that are needed";
    stage.peer(3).echo.reset();
    stage.elapse(2 * stage.heartbeat_interval());
    EXPECT_FALSE(stage.status().new_state);
}

TEST(NewState, HeartbeatsThatDoNotEchoItDoNotCount) {
    Stage stage{just_created()};
    stage.peer(2).acks = stage.peer(3).acks = false;
    stage.elapse(1s);
    EXPECT_TRUE(stage.status().new_state);
}

TEST(NewState, VotersOfAnotherVoterListDoNotCount) {
    Stage stage{just_created()};
    stage.peer(3).heartbeat.membership.voters_hash ^= 1;
    stage.elapse(1s);
    EXPECT_TRUE(stage.status().new_state);
}

// "with its floor then raised to the highest of their ceilings"
TEST(NewState, ItsFloorIsRaisedToTheHighestOfTheirCeilings) {
    Stage stage{just_created()};
    stage.peer(2).heartbeat.ceiling = {9};
    stage.peer(3).heartbeat.ceiling = {12};
    stage.elapse(500ms);
    ASSERT_FALSE(stage.status().new_state);
    EXPECT_EQ(stage.disk().floor, Term{12});
    EXPECT_EQ(stage.heartbeat().floor, Term{12});
    stage.peer(2).campaign({12});
    EXPECT_NE(stage.ask(2, {12}), Verdict::granted) << "of term 12 the vote is spent";
    stage.peer(2).campaign({13});
    EXPECT_EQ(stage.ask(2, {13}), Verdict::granted);
}

TEST(NewState, WhatOthersKnowOfItsForgottenLifeRaisesTheFloorAsWell) {
    Stage stage{just_created()};
    stage.peer(2).ceiling_of_subject = {15};
    stage.elapse(500ms);
    ASSERT_FALSE(stage.status().new_state);
    EXPECT_EQ(stage.disk().floor, Term{15});
}

// "durably, until the commit that ends it"
TEST(NewState, ItLastsUntilTheCommitThatEndsItIsOnDisk) {
    Stage stage{just_created()};
    stage.peer(2).heartbeat.ceiling = {9};
    stage.elapse(100ms);
    stage.hold_disk();
    stage.elapse(500ms);
    EXPECT_TRUE(stage.heartbeat().new_state);
    EXPECT_FALSE(stage.heartbeat().votes);
    EXPECT_LT(stage.heartbeat().floor, Term{9});
    EXPECT_EQ(stage.ask(2, {20}), Verdict::new_state);
    stage.let_disk_go();
    stage.elapse(5ms);
    EXPECT_EQ(stage.ask(2, {20}), Verdict::granted);
}

TEST(NewState, AnElectionThatBecomesKnownWhileTheFloorIsWrittenDoesNotShowIt) {
    Stage stage{just_created()};
    stage.peer(2).heartbeat.ceiling = {9};
    stage.elapse(100ms);
    stage.hold_disk();
    stage.elapse(500ms);
    VoteRequest request = stage.peer(2).vote_request({20});
    request.election = *ElectionName::parse("jobs");
    stage.hear(2, request);
    stage.elapse(100ms);
    ASSERT_EQ(stage.heartbeat().elections.size(), 2U);
    EXPECT_EQ(stage.heartbeat().elections.back().voted, Term{});
    EXPECT_EQ(stage.heartbeat().ceiling, Term{});
    stage.let_disk_go();
    stage.elapse(100ms);
    EXPECT_EQ(stage.heartbeat().elections.back().voted, Term{9});
    EXPECT_EQ(stage.heartbeat().ceiling, Term{9});
}

// "or of a quorum, itself counted, of voters whose quarantine is over and whose state is new (the first boot)"
TEST(NewState, TheFirstBootEndsItWithAQuorumOfVotersThatAreNewAndOutOfQuarantine) {
    Stage stage{just_created(1, 5)};
    for (const Id id : std::initializer_list<Id>{2, 3, 4, 5}) {
        stage.peer(id).heartbeat.new_state = true;
        stage.peer(id).heartbeat.votes = false;
        stage.peer(id).heartbeat.quarantine = true;
    }
    stage.elapse(1s);
    EXPECT_TRUE(stage.status().new_state) << "new, but in quarantine";
    stage.peer(2).heartbeat.quarantine = false;
    stage.elapse(100ms);
    EXPECT_TRUE(stage.status().new_state) << "two of five, itself counted";
    stage.peer(3).heartbeat.quarantine = false;
    stage.elapse(100ms);
    EXPECT_FALSE(stage.status().new_state);
    EXPECT_FALSE(stage.disk().new_state);
}

TEST(NewState, OldAndNewVotersAreNotCountedTogether) {
    Stage stage{just_created(1, 5)};
    stage.peer(4).stop();
    stage.peer(5).stop();
    stage.peer(2).heartbeat.new_state = true;
    stage.elapse(1s);
    EXPECT_TRUE(stage.status().new_state) << "one old (of three), two new (of three)";
}

// "it goes on showing `new_state` for D so that the others can count it"
TEST(NewState, ItGoesOnShowingItForD) {
    Stage stage{just_created()};
    stage.elapse(300ms);
    for (int i = 0; i < 100 && !stage.status().votes; ++i) {
        stage.elapse(1ms);
    }
    ASSERT_TRUE(stage.status().votes);
    stage.elapse(298ms);
    EXPECT_TRUE(stage.heartbeat().new_state);
    EXPECT_TRUE(stage.heartbeat().votes);
    stage.elapse(5ms);
    EXPECT_FALSE(stage.heartbeat().new_state);
}

// "Its quarantine is the largest D of a promise that it hears of."
TEST(NewState, ItsQuarantineIsTheLargestDOfAPromiseThatItHearsOf) {
    Stage stage{just_created()};
    stage.peer(2).heartbeat.largest_promise = 2s;
    stage.elapse(2s - 2ms);
    EXPECT_TRUE(stage.heartbeat().quarantine);
    stage.elapse(4ms);
    EXPECT_FALSE(stage.heartbeat().quarantine);
}

TEST(NewState, AnOldStateKnowsItsPromisesByItself) {
    Stage stage{just_started()};
    stage.peer(2).heartbeat.largest_promise = 2s;
    stage.elapse(301ms);
    EXPECT_FALSE(stage.heartbeat().quarantine);
}

// "or that sees its own id acked with a higher incarnation than its own..."
TEST(NewState, AStateWhoseIdIsAckedWithAHigherIncarnationIsACopy) {
    Stage stage{just_started()};
    stage.elapse(310ms);
    ASSERT_TRUE(stage.status().votes);
    stage.peer(2).echoed_incarnation = Incarnation{stage.self().incarnation.value + 5};
    stage.peer(2).beat();
    stage.elapse(2ms);
    EXPECT_TRUE(stage.status().new_state);
    EXPECT_TRUE(stage.disk().new_state);
    EXPECT_NE(stage.ask(3, {5}), Verdict::granted);
}

TEST(NewState, AStateWhoseIdIsAckedWithAnEarlierIncarnationIsItsOwn) {
    Stage stage{just_started()};
    stage.elapse(310ms);
    stage.peer(2).echoed_incarnation = Incarnation{stage.self().incarnation.value - 1};
    stage.peer(2).beat();
    EXPECT_FALSE(stage.status().new_state);
}

// "...or a ceiling above its own (a clone, a restored backup)"
TEST(NewState, AStateOfWhichAHigherCeilingIsKnownIsACopy) {
    StageOptions options = just_started();
    options.stored.elections = {{ElectionName{}, {4}, {{3}, {301}}}};
    Stage stage{options};
    stage.elapse(310ms);
    stage.peer(2).ceiling_of_subject = {4};
    stage.peer(2).beat();
    EXPECT_FALSE(stage.status().new_state) << "4 is what it voted in";
    stage.peer(2).ceiling_of_subject = {5};
    stage.peer(2).beat();
    stage.elapse(2ms);
    EXPECT_TRUE(stage.status().new_state);
    EXPECT_TRUE(stage.disk().new_state);
    stage.elapse(1s);
    EXPECT_FALSE(stage.status().new_state) << "it ends as that of a replaced disk does";
    EXPECT_GE(stage.disk().floor, Term{5});
    EXPECT_TRUE(stage.disk().elections.empty() || stage.disk_term() >= Term{5});
}

// "It grants nothing": neither does a vote that was being written when it found out.
TEST(NewState, AVoteBeingWrittenWhenTheStateTurnsOutToBeACopyIsNotAnswered) {
    Stage stage{just_started()};
    stage.elapse(310ms);
    stage.hold_disk();
    stage.peer(3).campaign({5});
    stage.hear(3, stage.peer(3).vote_request({5}));
    stage.peer(2).ceiling_of_subject = {9};
    stage.peer(2).beat();
    stage.let_disk_go();
    stage.elapse(10ms);
    EXPECT_TRUE(stage.sent<VoteReply>(3).empty() || stage.sent<VoteReply>(3)[0].verdict != Verdict::granted);
}

// "A candidate whose state turns out to be a copy lets go, without failure, and wins nothing": its votes may be such
// as it has given before.
TEST(NewState, ACandidateWhoseStateTurnsOutToBeACopyWinsNothing) {
    Stage stage{StageOptions{.self = 5, .nodes = 5, .in_quarantine = true}};
    for (Id id = 1; id <= 4; ++id) stage.peer(id).answers.reset();
    stage.let_it_stand();
    const Term stood_for = stage.election().term;
    stage.elapse(5ms);
    stage.peer(3).ceiling_of_subject = {stood_for.value + 4};
    stage.peer(3).beat();
    stage.hear(1, stage.reply_of(1, Verdict::granted));
    stage.hear(2, stage.reply_of(2, Verdict::granted));
    EXPECT_EQ(stage.role(), RoleName::follower);
    EXPECT_EQ(stage.election().failures, 0U);
    EXPECT_EQ(stage.election().wins, 0U);
}

// "A leader in that place hands over as soon as a node is able, and leads on until then."
TEST(NewState, ALeaderWhoseStateTurnsOutToBeACopyHandsOver) {
    Leading leading;
    Stage& stage = leading.stage;
    stage.peer(1).view.eligible = stage.peer(2).view.eligible = Eligible::no;
    stage.elapse(60ms);
    stage.peer(1).ceiling_of_subject = {stage.election().term.value + 4};
    stage.peer(1).beat();
    stage.elapse(1ms);
    EXPECT_EQ(stage.role(), RoleName::leader);
    EXPECT_TRUE(leading.asked().empty());
    stage.peer(2).view.eligible = Eligible::yes;
    stage.peer(2).beat();
    EXPECT_EQ(leading.asked(), (std::vector<NodeId>{{2}}));
}

// A voter of new state is not eligible, but says that it soon will be.
TEST(NewState, AVoterOfNewStateDoesNotCampaign) {
    StageOptions options{.self = 3, .in_quarantine = true};
    options.stored.new_state = true;
    Stage stage{options};
    stage.peer(1).acks = false;
    stage.elapse(1s);
    EXPECT_TRUE(stage.sent<VoteRequest>().empty());
    EXPECT_EQ(stage.shown().eligible, Eligible::soon);
}

}  // namespace
}  // namespace bellwether::tests
