// docs/protocol.md, "Hand-over", the heir's side: a test a rule, in the order of the page.
#include <gtest/gtest.h>

#include "tests/support/stage.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

// Node 2 follows node 3, which leads term 5; the others support it, too.
struct Following {
    Following() : Following{StageOptions{.self = 2}} {}
    explicit Following(StageOptions options) : stage{options} {
        stage.peer(3).lead({5});
        for (const NodeId voter : stage.setup().voters()) {
            if (voter != NodeId{2} && voter != NodeId{3}) {
                stage.peer(voter.value).support(stage.peer(3).instance());
            }
        }
        stage.elapse(60ms);
        stage.mark();
    }

    void prepare() {
        stage.hear(3, Transfer{.sender = {3},
                               .incarnation = stage.peer(3).heartbeat.incarnation,
                               .request = ++request,
                               .election = {},
                               .step = TransferStep::prepare});
    }
    [[nodiscard]] std::optional<TransferStep> answered() const {
        const auto answers = stage.sent<Transfer>(3);
        return answers.empty() ? std::nullopt : std::optional{answers.back().step};
    }

    Stage stage;
    std::uint64_t request = 40;
};

// "the heir probes all voters and answers `ready` when a majority would grant..."
TEST(TheHeir, ProbesAllVotersAndAnswersReadyWhenAMajorityWouldGrant) {
    Following following;
    following.stage.peer(3).answers.reset();  // 1 and itself are two of three.
    following.prepare();
    ASSERT_EQ(following.stage.sent<VoteRequest>(1).size(), 1U);
    ASSERT_EQ(following.stage.sent<VoteRequest>(3).size(), 1U);
    EXPECT_TRUE(following.stage.sent<VoteRequest>(1)[0].probe);
    EXPECT_EQ(following.answered(), TransferStep::ready);
    EXPECT_EQ(following.stage.sent<Transfer>(3).back().request, 41U);
    EXPECT_EQ(following.stage.role(), RoleName::follower);
    EXPECT_EQ(following.stage.bound_to(), NodeId{3}) << "a probe changes nothing";
}

TEST(TheHeir, IsNotReadyBeforeAMajorityHasAnswered) {
    Following following;
    following.stage.peer(1).answers.reset();
    following.stage.peer(3).answers.reset();
    following.prepare();
    EXPECT_EQ(following.answered(), std::nullopt);
}

// "...else `unable`."
TEST(TheHeir, AnswersUnableWhenNoMajorityWouldGrant) {
    Following following;
    following.stage.peer(1).answers = following.stage.peer(3).answers = Verdict::quarantine;
    following.prepare();
    EXPECT_EQ(following.answered(), TransferStep::unable);
}

// "An heir that is not eligible answers `unable` at once"
TEST(TheHeir, AnswersUnableAtOnceIfItIsNotEligible) {
    Following following{StageOptions{.self = 2, .priorities = {{2, 0}}}};
    following.prepare();
    EXPECT_EQ(following.answered(), TransferStep::unable);
    EXPECT_TRUE(following.stage.sent<VoteRequest>().empty());
}

// "bound to nobody else than this leader"
TEST(TheHeir, AnswersUnableAtOnceIfItIsBoundToAnother) {
    Following following{StageOptions{.self = 2, .nodes = 4}};
    following.stage.peer(4).lead({6});
    following.stage.hear(4, Transfer{.sender = {4},
                                     .incarnation = following.stage.peer(4).heartbeat.incarnation,
                                     .request = 50,
                                     .election = {},
                                     .step = TransferStep::prepare});
    ASSERT_EQ(following.stage.bound_to(), NodeId{3});
    const auto answers = following.stage.sent<Transfer>(4);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].step, TransferStep::unable);
    EXPECT_TRUE(following.stage.sent<VoteRequest>().empty());
}

// "a probe lasts one campaign timeout"
TEST(TheHeir, AnswersUnableAfterOneCampaignTimeoutWithoutAnswers) {
    Following following;
    following.stage.peer(1).answers.reset();
    following.stage.peer(3).answers.reset();
    following.prepare();
    following.stage.elapse(50ms - 1us);
    EXPECT_EQ(following.answered(), std::nullopt);
    following.stage.elapse(1us);
    EXPECT_EQ(following.answered(), TransferStep::unable);
}

TEST(TheHeir, APrepareOfADeadIncarnationIsNotHeard) {
    Following following;
    Transfer late{.sender = {3}, .incarnation = {1}, .request = 9, .election = {}, .step = TransferStep::prepare};
    following.stage.hear(3, late);
    EXPECT_EQ(following.answered(), std::nullopt);
}

// "On the first of them the heir campaigns at once, needing rule 1 but neither 2..."
TEST(TheHeir, CampaignsAtOnceWhenTheLeaderLetsGoAndNamesItThoughNobodyElseIsFreeYet) {
    Following following{StageOptions{.self = 2, .nodes = 5}};
    following.stage.peer(3).let_go(2);
    EXPECT_FALSE(following.stage.sent<VoteRequest>().empty()) << "1, 4 and 5 still show support for 3";
    EXPECT_EQ(following.stage.election().term, Term{6});
}

// "...nor 3"
TEST(TheHeir, DoesNotWaitForABetterRankedOne) {
    Following following;
    following.stage.peer(1).support({});
    following.stage.peer(3).let_go(2);
    EXPECT_FALSE(following.stage.sent<VoteRequest>().empty());
}

TEST(TheHeir, DoesNotCampaignWithoutRuleOne) {
    Following following{StageOptions{.self = 2, .priorities = {{2, 0}}}};
    following.stage.peer(3).let_go(2);
    following.stage.elapse(300ms);
    EXPECT_TRUE(following.stage.sent<VoteRequest>().empty());
}

// "once": the second heartbeat that names it is no second call.
TEST(TheHeir, IsCalledOnce) {
    Following following;
    Stage& stage = following.stage;
    stage.peer(1).answers = stage.peer(3).answers = std::nullopt;
    stage.peer(3).let_go(2);
    stage.peer(1).view.supports = {{9}, {9}};  // Rule 2 is not true.
    stage.peer(3).view.supports = {{9}, {9}};
    stage.elapse(60ms);
    ASSERT_EQ(stage.role(), RoleName::follower);
    stage.mark();
    stage.elapse(300ms);
    EXPECT_TRUE(stage.sent<VoteRequest>().empty());
}

// "a voter that has not heard the letting-go yet answers `bound`, which is no refusal to an heir..."
TEST(TheHeir, BoundIsNoRefusalToAnHeir) {
    Following following;
    Stage& stage = following.stage;
    stage.peer(1).answers = Verdict::bound;
    stage.peer(3).answers = Verdict::bound;
    stage.peer(3).let_go(2);
    EXPECT_EQ(stage.role(), RoleName::candidate);
    EXPECT_EQ(stage.decisions(Rule::campaign_refused), 0U);
}

// "...and is asked again after 10 ms..."
TEST(TheHeir, ABoundVoterIsAskedAgainAfterTenMilliseconds) {
    Following following;
    Stage& stage = following.stage;
    stage.peer(3).answers.reset();
    stage.peer(1).answers = Verdict::bound;
    stage.peer(3).let_go(2);
    stage.mark();
    stage.elapse(10ms - 1us);
    EXPECT_TRUE(stage.sent<VoteRequest>(1).empty());
    stage.peer(1).answers = Verdict::granted;
    stage.elapse(1us);
    EXPECT_EQ(stage.sent<VoteRequest>(1).size(), 1U);
    stage.elapse(2ms);
    EXPECT_EQ(stage.role(), RoleName::leader);
}

// ...not by every word of it: a voter that showed itself free before it answered `bound` is free no longer.
TEST(TheHeir, ABoundVoterIsNotAskedAgainForWhatItShowedBefore) {
    Following following;
    Stage& stage = following.stage;
    stage.peer(1).support({});
    stage.peer(3).answers.reset();
    stage.peer(1).answers = Verdict::bound;
    stage.mark();
    stage.peer(3).let_go(2);
    stage.elapse(9ms);
    EXPECT_EQ(stage.sent<VoteRequest>(1).size(), 1U);
}

// "...or when its heartbeat shows it free"
TEST(TheHeir, ABoundVoterIsAskedAgainWhenItsHeartbeatShowsItFree) {
    Following following;
    Stage& stage = following.stage;
    stage.peer(3).answers.reset();
    stage.peer(1).answers = Verdict::bound;
    stage.peer(3).let_go(2);
    stage.elapse(2ms);
    stage.mark();
    stage.peer(1).answers = Verdict::granted;
    stage.peer(1).support({});
    EXPECT_EQ(stage.sent<VoteRequest>(1).size(), 1U);
    EXPECT_EQ(stage.role(), RoleName::leader);
}

// "everyone else [...] waits one campaign timeout for the heir"
TEST(TheHeir, EveryoneElseWaitsOneCampaignTimeoutForIt) {
    Following following;
    Stage& stage = following.stage;
    stage.peer(1).view.eligible = stage.peer(3).view.eligible = Eligible::no;
    stage.peer(1).support({});
    stage.peer(3).let_go(1);
    stage.elapse(50ms - 1us);
    EXPECT_TRUE(stage.sent<VoteRequest>().empty());
    stage.elapse(1us);
    EXPECT_FALSE(stage.sent<VoteRequest>().empty());
}

TEST(TheHeir, WithoutAnHeirNobodyWaits) {
    Following following;
    Stage& stage = following.stage;
    stage.peer(1).view.eligible = stage.peer(3).view.eligible = Eligible::no;
    stage.peer(1).support({});
    stage.peer(3).let_go();
    EXPECT_FALSE(stage.sent<VoteRequest>().empty());
}

// "A transfer is held as long": the chosen node learns of it from the heartbeat that names it.
TEST(TheHeir, IsHeldForAsLongAsTheLeaderSaid) {
    Following following;
    Stage& stage = following.stage;
    stage.peer(3).view.hold_ms = 10'000;
    stage.peer(3).view.reason = Reason::transfer;
    stage.peer(3).let_go(2);
    stage.elapse(5ms);
    ASSERT_EQ(stage.role(), RoleName::leader);
    EXPECT_EQ(stage.election().reason, Reason::transfer);
    stage.peer(3).view.hold_ms = 0;
    stage.elapse(9900ms);
    EXPECT_TRUE(stage.sent<Transfer>().empty());
    stage.elapse(200ms);
    EXPECT_EQ(stage.sent<Transfer>(3).size(), 1U);
}

}  // namespace
}  // namespace bellwether::tests
