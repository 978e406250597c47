// docs/protocol.md, "The lease" and "Leading": a test a rule, in the order of the page.
#include <gtest/gtest.h>

#include "tests/support/stage.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

constexpr Duration counted = 294ms;  // D' of D = 300 ms and a drift of 1 %.

StageOptions best_of_three() { return {.self = 3, .in_quarantine = true}; }
StageOptions best_of_five() { return {.self = 5, .nodes = 5, .in_quarantine = true}; }

Duration lease_left(Stage& stage) {
    stage.step(Deadline{});
    return stage.election().lease_left;
}

// --- The lease ---

// "p reads an ack as support_until(v) = echo + D'"
TEST(TheLease, LastsDPrimeFromTheSendingOfWhatWasEchoed) {
    Stage stage{best_of_three()};
    stage.peer(2).stop();
    stage.let_it_lead();
    stage.elapse(1s);
    const Sent echoed = stage.last_sent();
    stage.elapse(10ms);
    stage.peer(1).stop();
    stage.peer(1).echo = echoed;
    stage.peer(1).beat();
    EXPECT_EQ(stage.now() + lease_left(stage), at_ns(echoed.value) + counted);
}

// "the quorum-th largest support_until(v)", "itself counted as now + D'"
TEST(TheLease, IsTheQuorumThLargestSupport) {
    Stage stage{best_of_five()};
    stage.let_it_lead();
    stage.elapse(1s);
    std::vector<Sent> echoes;
    for (const Id id : std::initializer_list<Id>{1, 2, 3, 4}) {
        stage.peer(id).stop();
        stage.elapse(60ms);
        stage.peer(id).beat();
        echoes.push_back(stage.last_sent());
    }
    // Itself, then 4, then 3: the third of five.
    EXPECT_EQ(stage.now() + lease_left(stage), at_ns(echoes[2].value) + counted);
}

// "over voters bound to (X, i)": "the ack of any heartbeat that itself shows `supports` = (X, i)..."
TEST(TheLease, CountsOnlyAcksOfHeartbeatsThatShowTheSupport) {
    Stage stage{best_of_three()};
    stage.peer(2).stop();
    stage.let_it_lead();
    stage.elapse(500ms);
    stage.peer(1).view.supports = {};
    stage.peer(1).answers.reset();
    stage.elapse(310ms);
    EXPECT_EQ(stage.decisions(Rule::lease_lost), 1U) << "1 acks every heartbeat, and supports nobody";
}

TEST(TheLease, SupportOfAnEarlierIncarnationDoesNotCount) {
    Stage stage{best_of_three()};
    stage.peer(2).stop();
    stage.let_it_lead();
    stage.elapse(500ms);
    stage.peer(1).view.supports.incarnation.value -= 1;
    stage.elapse(310ms);
    EXPECT_EQ(stage.role(), RoleName::follower);
}

// "...and echoes a message X sent since it began to stand."
TEST(TheLease, CountsOnlyEchoesOfWhatWasSentSinceItBeganToStand) {
    Stage stage{best_of_three()};
    stage.peer(1).answers.reset();
    stage.peer(2).answers.reset();
    stage.elapse(300ms);
    ASSERT_EQ(stage.role(), RoleName::candidate);
    const VoteRequest request = stage.sent<VoteRequest>(1)[0];
    // A delayed heartbeat of 1 that shows support for an earlier standing, then a grant without an ack of its own.
    stage.peer(1).echo = Sent{request.sent.value - 1};
    stage.peer(1).support(stage.self());
    stage.elapse(5ms);
    VoteReply grant{.sender = {1},
                    .request = request.request,
                    .incarnation = request.incarnation,
                    .election = {},
                    .term = request.term,
                    .verdict = Verdict::granted,
                    .ack = {},
                    .voter_term = {},
                    .retry_after_ms = {}};
    stage.hear(1, grant);
    EXPECT_EQ(stage.role(), RoleName::candidate);
    stage.peer(1).echo.reset();
    stage.peer(1).beat();
    EXPECT_EQ(stage.role(), RoleName::leader);
}

// "From a voter count only: the ack inside its grant": an observer's acks move nothing.
TEST(TheLease, AcksOfObserversDoNotCount) {
    StageOptions options = best_of_three();
    options.nodes = 4;
    options.observers = {4};
    Stage stage{options};
    stage.let_it_lead();
    stage.peer(1).stop();
    stage.peer(2).stop();
    stage.peer(4).is_beating = true;
    stage.peer(4).view.supports = stage.self();
    stage.elapse(400ms);
    EXPECT_EQ(stage.role(), RoleName::follower);
}

// "Thanks to layer 1 the lease is running in the instant of the win."
TEST(TheLease, IsRunningInTheInstantOfTheWin) {
    Stage stage{best_of_three()};
    stage.elapse(300ms);
    while (stage.role() != RoleName::leader) {
        stage.elapse(100us);
    }
    EXPECT_GT(lease_left(stage), 290ms);
}

// --- Leading ---

// "Every ack moves the lease on."
TEST(Leading, EveryAckMovesTheLeaseOn) {
    Stage stage{best_of_three()};
    stage.let_it_lead();
    stage.elapse(10s);
    EXPECT_EQ(stage.role(), RoleName::leader);
    EXPECT_GT(lease_left(stage), 190ms);
    EXPECT_EQ(stage.election().wins, 1U);
}

// "at each event and before each message, a leader compares its lease with the clock: run out = it leads no more"
TEST(Leading, WhenTheLeaseHasRunOutItLeadsNoMore) {
    Stage stage{best_of_three()};
    stage.let_it_lead();
    stage.peer(1).stop();
    stage.peer(2).stop();
    const Time until = stage.now() + lease_left(stage);
    stage.elapse(until - stage.now() - 1us);
    EXPECT_EQ(stage.role(), RoleName::leader);
    EXPECT_EQ(stage.shown().stands, Stands::leading);
    stage.elapse(1us);
    EXPECT_EQ(stage.role(), RoleName::follower);
    stage.elapse(1ms);
    EXPECT_EQ(stage.shown().stands, Stands::none) << "it lets go of everything at once";
    EXPECT_EQ(stage.bound_to(), nobody);
}

// "Before anything else": what waited in the buffers of a paused process does not save it.
TEST(Leading, TheLeaseIsComparedBeforeAnythingIsRead) {
    Stage stage{best_of_three()};
    stage.let_it_lead();
    stage.elapse(100ms);
    stage.mark();
    stage.stand_still(1s);
    stage.peer(1).beat();  // Echoes its last heartbeat: old, though the newest there is.
    EXPECT_EQ(stage.role(), RoleName::follower);
    for (const Publish& publish : stage.of<Publish>()) {
        for (const ElectionView& view : publish.heartbeat.elections) {
            EXPECT_NE(view.stands, Stands::leading);
        }
    }
    for (const Announce& said : stage.of<Announce>()) {
        EXPECT_FALSE(said.announcement.is_leader);
    }
}

// "says so locally before that instant": nothing it announced outlives the lease (S10), nor lasts over 3 heartbeats.
TEST(Leading, NoAnnouncementOutlivesTheLease) {
    Stage stage{best_of_three()};
    stage.let_it_lead();
    stage.elapse(1s);
    stage.peer(1).stop();
    stage.peer(2).stop();
    const Time until = stage.now() + lease_left(stage);
    Time last{};
    while (stage.role() == RoleName::leader) {
        stage.mark();
        stage.elapse(1ms);
        for (const Announce& said : stage.of<Announce>()) {
            if (!said.announcement.valid_until) continue;
            EXPECT_LE(*said.announcement.valid_until, said.announcement.clock + 3 * stage.heartbeat_interval());
            last = *said.announcement.valid_until;
        }
    }
    EXPECT_EQ(last, until) << "near its end the lease is the bound";
}

// "A higher term does not depose it..."
TEST(Leading, AHigherTermDoesNotDepose) {
    Stage stage{best_of_three()};
    stage.let_it_lead();
    stage.peer(2).campaign({9});
    stage.hear(2, stage.peer(2).vote_request({9}));
    EXPECT_EQ(stage.role(), RoleName::leader);
}

// "...a higher claim does, at once: it proves the lease is gone..."
TEST(Leading, AHigherClaimDeposesAtOnce) {
    Stage stage{best_of_three()};
    stage.let_it_lead();
    stage.peer(2).lead({9});
    EXPECT_EQ(stage.role(), RoleName::follower);
    EXPECT_EQ(stage.election().leader, NodeId{2});
}

TEST(Leading, ALowerClaimDoesNotDepose) {
    StageOptions options = best_of_three();
    options.stored.elections = {{ElectionName{}, {7}, {{1}, {101}}}};
    Stage stage{options};
    stage.let_it_lead();
    stage.peer(2).lead({7});
    EXPECT_EQ(stage.role(), RoleName::leader);
    EXPECT_EQ(stage.election().leader, NodeId{3});
}

// "(if the own clock disagrees, the clock assumption is broken: log, count, step down)"
TEST(Leading, AHigherClaimWhileTheLeaseRunsIsAClockAlarm) {
    Stage stage{best_of_three()};
    stage.let_it_lead();
    stage.peer(2).lead({9});
    EXPECT_EQ(stage.status().clock_alarms, 1U);
    EXPECT_EQ(stage.decisions(Rule::clock_broken), 1U);
}

// "A leader binds to nobody else while it leads."
TEST(Leading, ALeaderGrantsNobodyElse) {
    Stage stage{best_of_three()};
    stage.let_it_lead();
    stage.peer(2).campaign({9});
    EXPECT_EQ(stage.ask(2, {9}), Verdict::bound);
    EXPECT_EQ(stage.shown().supports, stage.self());
}

// "token = term · 1000 + holder [...] (a node candidate is 1)"
TEST(Leading, TheTokenIsTheTermAndTheHolder) {
    StageOptions options = best_of_three();
    options.stored.elections = {{ElectionName{}, {7}, {{1}, {101}}}};
    Stage stage{options};
    stage.let_it_lead();
    EXPECT_EQ(stage.election().token, Token{8001});
    stage.elapse(1ms);
    EXPECT_EQ(stage.shown().holder, 1);
    EXPECT_EQ(stage.of<Announce>().back().announcement.token, Token{8001});
}

// --- Losing it ---

// "Losing a lease [...] within 10 D of winning counts as a failure, too..."
TEST(LosingTheLease, WithinTenDOfWinningCountsAsAFailure) {
    Stage stage{best_of_three()};
    stage.let_it_lead();
    stage.elapse(2500ms);
    stage.peer(1).stop();
    stage.peer(2).stop();
    stage.elapse(400ms);
    ASSERT_EQ(stage.role(), RoleName::follower);
    EXPECT_EQ(stage.election().failures, 1U);
}

TEST(LosingTheLease, LaterItIsNone) {
    Stage stage{best_of_three()};
    stage.let_it_lead();
    stage.elapse(3100ms);
    stage.peer(1).stop();
    stage.peer(2).stop();
    stage.elapse(400ms);
    ASSERT_EQ(stage.role(), RoleName::follower);
    EXPECT_EQ(stage.election().failures, 0U);
}

// "...and only 10 D of leading clears the count."
TEST(LosingTheLease, WinningDoesNotClearTheCount) {
    Stage stage{best_of_three()};
    stage.peer(1).answers.reset();
    stage.peer(2).answers.reset();
    stage.elapse(352ms);
    stage.peer(1).answers = stage.peer(2).answers = Verdict::granted;
    stage.let_it_lead();
    const unsigned failures = stage.election().failures;
    EXPECT_GE(failures, 1U);
    stage.elapse(2500ms);
    EXPECT_EQ(stage.election().failures, failures);
    stage.elapse(700ms);
    EXPECT_EQ(stage.election().failures, 0U);
}

// "letting go never counts"
TEST(LosingTheLease, BeingDeposedOrLettingGoIsNoFailure) {
    Stage stage{best_of_three()};
    stage.let_it_lead();
    stage.elapse(500ms);
    stage.peer(2).lead({9});
    EXPECT_EQ(stage.role(), RoleName::follower);
    EXPECT_EQ(stage.election().failures, 0U);
}

}  // namespace
}  // namespace bellwether::tests
