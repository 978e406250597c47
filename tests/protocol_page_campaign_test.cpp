// docs/protocol.md, "Who campaigns, and when": its three rules. A test a rule, in the order of the page.
#include <gtest/gtest.h>

#include "tests/support/stage.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

bool campaigns(const Stage& stage) { return !stage.sent<VoteRequest>().empty(); }

// The stage is set while the node is in quarantine; its first chance is when that is over.
StageOptions best_of_three() { return {.self = 3, .in_quarantine = true}; }
StageOptions lowest_of_three() { return {.self = 1, .in_quarantine = true}; }

void end_quarantine(Stage& stage) { stage.elapse(300ms); }

// --- The term ---

// "For term 1 + the highest of any term heard..."
TEST(TheTerm, IsOneMoreThanAnyTermHeardVoted) {
    Stage stage{best_of_three()};
    stage.peer(1).view.voted = {8};
    end_quarantine(stage);
    ASSERT_TRUE(campaigns(stage));
    EXPECT_EQ(stage.sent<VoteRequest>()[0].term, Term{9});
}

TEST(TheTerm, IsOneMoreThanAnyTermSomebodyStoodFor) {
    Stage stage{best_of_three()};
    stage.elapse(10ms);
    stage.peer(2).view.stands = Stands::campaigning;
    stage.peer(2).view.term = {14};
    stage.peer(2).beat();
    stage.peer(2).let_go();
    end_quarantine(stage);
    ASSERT_TRUE(campaigns(stage));
    EXPECT_EQ(stage.sent<VoteRequest>()[0].term, Term{15});
}

// "asked for in a vote request": whatever the answer was.
TEST(TheTerm, IsOneMoreThanAnyThatWasAskedForInAVoteRequest) {
    Stage stage{best_of_three()};
    stage.elapse(10ms);
    stage.hear(2, stage.peer(2).vote_request({70}));
    end_quarantine(stage);
    ASSERT_TRUE(campaigns(stage));
    EXPECT_EQ(stage.sent<VoteRequest>()[0].term, Term{71});
}

// "told in a reply"
TEST(TheTerm, IsOneMoreThanAnyThatWasToldInAReply) {
    Stage stage{best_of_three()};
    stage.silence();
    stage.let_it_stand();
    for (const Id voter : std::initializer_list<Id>{1, 2}) {
        VoteReply refusal = stage.reply_of(voter, Verdict::stale_term);
        refusal.voter_term = {40};
        stage.hear(voter, refusal);
    }
    ASSERT_EQ(stage.role(), RoleName::follower);
    stage.mark();
    stage.elapse(1s);
    ASSERT_TRUE(campaigns(stage));
    EXPECT_EQ(stage.sent<VoteRequest>()[0].term, Term{41});
}

// "...own terms..."
TEST(TheTerm, IsOneMoreThanItsOwnTerm) {
    StageOptions options = best_of_three();
    options.stored.elections = {{ElectionName{}, {15}, {{1}, {101}}}};
    Stage stage{options};
    end_quarantine(stage);
    ASSERT_TRUE(campaigns(stage));
    EXPECT_EQ(stage.sent<VoteRequest>()[0].term, Term{16});
}

// "...and floors"
TEST(TheTerm, IsOneMoreThanAnyFloor) {
    StageOptions options = best_of_three();
    options.stored.floor = {10};
    Stage own{options};
    end_quarantine(own);
    ASSERT_TRUE(campaigns(own));
    EXPECT_EQ(own.sent<VoteRequest>()[0].term, Term{11});

    Stage heard{options};
    heard.peer(1).heartbeat.floor = {11};
    end_quarantine(heard);
    ASSERT_TRUE(campaigns(heard));
    EXPECT_EQ(heard.sent<VoteRequest>()[0].term, Term{12});
}

// "...and nothing is learnt from [a probe's] term."
TEST(TheTerm, NothingIsLearntFromTheTermOfAProbe) {
    Stage stage{best_of_three()};
    stage.elapse(10ms);
    stage.hear(2, stage.peer(2).vote_request({70}, true));
    end_quarantine(stage);
    ASSERT_TRUE(campaigns(stage));
    EXPECT_EQ(stage.sent<VoteRequest>()[0].term, Term{1});
}

// "Terms above 2^43 are refused on the wire": nobody stands for one.
TEST(TheTerm, NobodyCampaignsForATermThatIsRefusedOnTheWire) {
    StageOptions options = best_of_three();
    options.stored.elections = {{ElectionName{}, max_term, {{1}, {101}}}};
    Stage stage{options};
    stage.elapse(1s);
    EXPECT_FALSE(campaigns(stage));
}

// --- Rule 1: eligible and bound to nobody ---

// "voter"
TEST(RuleOne, AnObserverDoesNotCampaign) {
    StageOptions options = best_of_three();
    options.nodes = 4;
    options.self = 4;
    options.observers = {4};
    Stage stage{options};
    stage.elapse(1s);
    EXPECT_FALSE(campaigns(stage));
}

// "priority > 0"
TEST(RuleOne, ANodeOfPriorityZeroDoesNotCampaign) {
    StageOptions options = best_of_three();
    options.priorities = {{3, 0}};
    Stage stage{options};
    stage.elapse(1s);
    EXPECT_FALSE(campaigns(stage));
    EXPECT_EQ(stage.shown().eligible, Eligible::no);
}

// "not draining"
TEST(RuleOne, ADrainedNodeDoesNotCampaignUntilItIsUndrainedOrTheTimeIsOver) {
    Stage stage{best_of_three()};
    stage.command(CommandKind::drain, 0, 1s);
    stage.elapse(900ms);
    EXPECT_FALSE(campaigns(stage));
    EXPECT_EQ(stage.shown().eligible, Eligible::no);
    stage.elapse(200ms);
    EXPECT_TRUE(campaigns(stage)) << "the time given with the command is over";

    Stage undrained{best_of_three()};
    undrained.command(CommandKind::drain, 0, 60s);
    undrained.elapse(900ms);
    ASSERT_FALSE(campaigns(undrained));
    undrained.command(CommandKind::undrain);
    undrained.elapse(1ms);
    EXPECT_TRUE(campaigns(undrained));
}

// "a candidate of this election"
TEST(RuleOne, WhereSessionsStandANodeDoesNotCampaignByItself) {
    StageOptions options = best_of_three();
    options.election.candidate = Candidacy::session;
    Stage stage{options};
    stage.elapse(1s);
    EXPECT_FALSE(campaigns(stage));
    EXPECT_EQ(stage.shown().eligible, Eligible::no);
}

// "quorum-linked"
TEST(RuleOne, ANodeThatIsNotQuorumLinkedDoesNotCampaign) {
    Stage stage{best_of_three()};
    stage.peer(1).stop();
    stage.peer(2).acks = false;
    stage.elapse(1s);
    EXPECT_FALSE(campaigns(stage)) << "2 is heard and does not hear";
    EXPECT_EQ(stage.shown().eligible, Eligible::no);
    stage.peer(2).acks = true;
    stage.elapse(60ms);
    EXPECT_TRUE(campaigns(stage));
}

// "and bound to nobody"
TEST(RuleOne, ABoundNodeDoesNotCampaign) {
    StageOptions options = best_of_three();
    options.nodes = 4;
    options.priorities = {{4, 0}};
    Stage stage{options};
    stage.elapse(10ms);
    stage.peer(4).lead({5});
    stage.peer(4).view.supports = {};  // So that rule 2 is true.
    stage.elapse(1s);
    EXPECT_EQ(stage.bound_to(), NodeId{4});
    EXPECT_FALSE(campaigns(stage));
}

// --- Rule 2: a quorum shows that nobody leads ---

// "a quorum of voters, itself included [...] show `supports = nobody`"
TEST(RuleTwo, WhileAQuorumDoesNotShowThatItIsFreeNobodyCampaigns) {
    StageOptions options{.self = 5, .nodes = 5, .in_quarantine = true};
    Stage stage{options};
    for (const Id id : std::initializer_list<Id>{1, 2, 3}) {
        stage.peer(id).view.supports = {{4}, {777}};
    }
    stage.elapse(1s);
    EXPECT_FALSE(campaigns(stage)) << "4 and itself of 5 are free";
    stage.peer(3).support({});
    EXPECT_TRUE(campaigns(stage)) << "each sends a heartbeat the moment it becomes free";
}

// "with up links..."
TEST(RuleTwo, AFreeVoterWithoutALinkDoesNotCount) {
    StageOptions options{.self = 5, .nodes = 5, .in_quarantine = true};
    Stage stage{options};
    stage.peer(1).view.supports = stage.peer(2).view.supports = {{4}, {777}};
    stage.peer(3).acks = false;
    stage.elapse(1s);
    EXPECT_TRUE(stage.status().quorum_linked) << "1, 2, 4 and itself";
    EXPECT_FALSE(campaigns(stage)) << "free and linked are 4 and itself";
}

// "...and flag `votes`..."
TEST(RuleTwo, AFreeVoterThatDoesNotVoteDoesNotCount) {
    StageOptions options{.self = 5, .nodes = 5, .in_quarantine = true};
    Stage stage{options};
    stage.peer(1).view.supports = stage.peer(2).view.supports = {{4}, {777}};
    stage.peer(3).heartbeat.votes = false;
    stage.elapse(1s);
    EXPECT_TRUE(stage.status().quorum_linked);
    EXPECT_FALSE(campaigns(stage));
}

// "...and not `pending`"
TEST(RuleTwo, AVoterThatIsWritingAVoteDoesNotCount) {
    StageOptions options{.self = 5, .nodes = 5, .in_quarantine = true};
    Stage stage{options};
    stage.peer(1).view.supports = stage.peer(2).view.supports = {{4}, {777}};
    stage.peer(3).view.pending = true;
    stage.elapse(1s);
    EXPECT_FALSE(campaigns(stage));
    stage.peer(3).view.pending = false;
    stage.peer(3).beat();
    EXPECT_TRUE(campaigns(stage));
}

// --- Rule 3: the classic wait for the bully ---

// "no linked eligible node outranks it"
TEST(RuleThree, TheBestRankedCampaignsAtOnce) {
    Stage stage{best_of_three()};
    stage.elapse(300ms);
    EXPECT_TRUE(campaigns(stage));
}

// "or rules 1 and 2 have been true together for n × stagger, n such nodes doing nothing"
TEST(RuleThree, AnyOtherWaitsAStaggerForEachBetterRankedNode) {
    Stage stage{lowest_of_three()};
    end_quarantine(stage);
    stage.elapse(100ms - 1us);
    EXPECT_FALSE(campaigns(stage));
    stage.elapse(1us);
    EXPECT_TRUE(campaigns(stage)) << "2 and 3 did nothing for two campaign timeouts";
}

TEST(RuleThree, NodesThatAreNotEligibleAreNotWaitedFor) {
    Stage stage{lowest_of_three()};
    stage.peer(3).view.eligible = Eligible::no;
    end_quarantine(stage);
    stage.elapse(50ms - 1us);
    EXPECT_FALSE(campaigns(stage));
    stage.elapse(1us);
    EXPECT_TRUE(campaigns(stage));
}

TEST(RuleThree, NodesWithoutALinkAreNotWaitedFor) {
    Stage stage{lowest_of_three()};
    stage.peer(3).acks = false;
    end_quarantine(stage);
    stage.elapse(50ms - 1us);
    EXPECT_FALSE(campaigns(stage));
    stage.elapse(1us);
    EXPECT_TRUE(campaigns(stage));
}

TEST(RuleThree, NodesOfALowerRankAreNotWaitedFor) {
    StageOptions options{.self = 2, .in_quarantine = true};
    Stage stage{options};
    end_quarantine(stage);
    stage.elapse(50ms - 1us);
    EXPECT_FALSE(campaigns(stage));
    stage.elapse(1us);
    EXPECT_TRUE(campaigns(stage)) << "3 outranks 2, and 1 does not";
}

// "ids break ties in elections"
TEST(RuleThree, IdsBreakTies) {
    StageOptions options{.self = 2, .priorities = {{1, 7}, {2, 7}, {3, 7}}, .in_quarantine = true};
    Stage stage{options};
    end_quarantine(stage);
    stage.elapse(50ms - 1us);
    EXPECT_FALSE(campaigns(stage));
    stage.elapse(1us);
    EXPECT_TRUE(campaigns(stage));
}

// "have been true together": a break begins the wait anew.
TEST(RuleThree, TheWaitBeginsAnewWhenTheRulesWereNotTrueInBetween) {
    Stage stage{lowest_of_three()};
    end_quarantine(stage);
    stage.elapse(80ms);
    stage.peer(2).view.pending = stage.peer(3).view.pending = true;
    stage.peer(2).beat();
    stage.peer(3).beat();
    stage.elapse(10ms);
    stage.peer(2).view.pending = stage.peer(3).view.pending = false;
    stage.peer(2).beat();
    stage.peer(3).beat();
    stage.elapse(100ms - 1us);
    EXPECT_FALSE(campaigns(stage));
    stage.elapse(1us);
    EXPECT_TRUE(campaigns(stage));
}

// "A better-ranked linked node that says `soon` [...] counts here."
TEST(RuleThree, ABetterRankedNodeThatSaysSoonCounts) {
    StageOptions options{.self = 2, .in_quarantine = true};
    Stage stage{options};
    stage.peer(3).view.eligible = Eligible::soon;
    stage.peer(3).heartbeat.votes = false;
    end_quarantine(stage);
    stage.elapse(50ms - 1us);
    EXPECT_FALSE(campaigns(stage));
    stage.elapse(1us);
    EXPECT_TRUE(campaigns(stage));
}

}  // namespace
}  // namespace bellwether::tests
