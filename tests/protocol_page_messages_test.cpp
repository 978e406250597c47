// docs/protocol.md, "What travels": a test a rule, in the order of the page. How replies are counted is in
// protocol_page_candidate_test.cpp.
#include <gtest/gtest.h>

#include "tests/support/stage.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

// A witness among made-up peers: it votes, and never stands by itself.
StageOptions witness() { return {.priorities = {{1, 0}}}; }

// "Heartbeat: every h..."
TEST(WhatTravels, AHeartbeatLeavesEveryH) {
    Stage stage{witness()};
    stage.elapse(1s);
    stage.mark();
    stage.elapse(1s);
    EXPECT_EQ(stage.of<Publish>().size(), 20U);
}

// "...when anything that it shows changes [...] at once..."
TEST(WhatTravels, AHeartbeatLeavesAtOnceWhenAVoterBecomesFree) {
    Stage stage{witness()};
    stage.peer(2).lead({5});
    stage.elapse(60ms);
    ASSERT_EQ(stage.shown().supports, stage.peer(2).instance());
    stage.peer(2).let_go();
    stage.elapse(1ms);
    EXPECT_EQ(stage.shown().supports, Instance{});
}

// "...but within 10 ms if only its vote and whom it supports are new..."
TEST(WhatTravels, AHeartbeatLeavesWithin10MsWhenOnlyItsSupportIsNew) {
    Stage stage{witness()};
    stage.elapse(51ms);
    stage.peer(2).lead({5});
    stage.mark();
    stage.elapse(9ms);
    EXPECT_TRUE(stage.of<Publish>().empty());
    stage.elapse(1ms);
    EXPECT_EQ(stage.shown().supports, stage.peer(2).instance());
}

// "...or if it becomes free while an heir is waited for."
TEST(WhatTravels, AHeartbeatLeavesWithin10MsWhenItBecomesFreeForAnHeir) {
    Stage stage{witness()};
    stage.peer(2).lead({5});
    stage.elapse(20ms);
    stage.peer(2).let_go(3);
    stage.mark();
    stage.elapse(9ms);
    EXPECT_TRUE(stage.of<Publish>().empty());
    stage.elapse(1ms);
    EXPECT_EQ(stage.shown().supports, Instance{});
}

// "...unless somebody has asked it in vain."
TEST(WhatTravels, AHeartbeatLeavesAtOnceWhenItBecomesFreeForAnHeirThatHasAsked) {
    Stage stage{witness()};
    stage.peer(2).lead({5});
    stage.elapse(20ms);
    ASSERT_EQ(stage.ask(3, {6}), Verdict::bound);
    stage.peer(2).let_go(3);
    stage.elapse(1ms);
    EXPECT_EQ(stage.shown().supports, Instance{});
}

// "...at most one per millisecond."
TEST(WhatTravels, AtMostOneHeartbeatLeavesPerMillisecond) {
    Stage stage{witness()};
    stage.elapse(10ms);
    stage.mark();
    for (int i = 0; i < 10; ++i) {
        stage.peer(2).lead({5});
        stage.peer(2).let_go();
        stage.elapse(100us);
    }
    EXPECT_LE(stage.of<Publish>().size(), 2U);
    stage.elapse(1ms);
    EXPECT_EQ(stage.shown().supports, Instance{}) << "the last change is shown, too";
}

// "sent (own clock, ns, strictly rising: it is the sequence number)"
TEST(WhatTravels, SentRisesStrictlyThroughAllMessagesThatCarryIt) {
    Stage stage{{.self = 3, .in_quarantine = true}};
    stage.let_it_lead();
    Sent last{};
    Sent last_request{};
    for (const Action& action : stage.log()) {
        if (const auto* publish = std::get_if<Publish>(&action)) {
            EXPECT_GT(publish->heartbeat.sent, last);
            last = publish->heartbeat.sent;
        }
        const auto* send = std::get_if<Send>(&action);
        const auto* request = send == nullptr ? nullptr : std::get_if<VoteRequest>(&send->message);
        if (request != nullptr && request->sent != last_request) {  // One for all voters.
            EXPECT_GT(request->sent, last);
            last = last_request = request->sent;
        }
    }
    EXPECT_NE(last_request, Sent{});
}

// "acks [...] for peers heard within D"
TEST(WhatTravels, APeerIsAckedWhileItWasHeardWithinD) {
    Stage stage{witness()};
    stage.elapse(1s);
    ASSERT_TRUE(stage.ack_of(2).has_value());
    stage.peer(2).stop();
    stage.elapse(300ms + stage.heartbeat_interval());
    EXPECT_FALSE(stage.ack_of(2).has_value());
    EXPECT_TRUE(stage.ack_of(3).has_value());
}

// "acks[(peer, its incarnation, its last sent heard, the highest ceiling ever heard of it)]"
TEST(WhatTravels, AnAckTellsTheHighestCeilingEverHeardOfThePeer) {
    Stage stage{witness()};
    stage.peer(2).heartbeat.ceiling = {9};
    stage.peer(2).beat();
    stage.peer(2).restart();
    stage.peer(2).heartbeat.ceiling = {4};
    stage.peer(2).beat();
    stage.elapse(stage.heartbeat_interval());
    ASSERT_TRUE(stage.ack_of(2).has_value());
    EXPECT_EQ(stage.ack_of(2)->incarnation, stage.peer(2).heartbeat.incarnation);
    EXPECT_EQ(stage.ack_of(2)->ceiling, Term{9});
}

// "ceiling (the highest term voted in any election)"
TEST(WhatTravels, TheCeilingIsTheHighestTermVotedInAnyElectionOrForgotten) {
    StageOptions options = witness();
    options.stored.floor = {3};
    options.stored.elections = {{ElectionName{}, {7}, {}}, {*ElectionName::parse("other"), {5}, {}}};
    Stage voted{options};
    EXPECT_EQ(voted.heartbeat().ceiling, Term{7});
    EXPECT_EQ(voted.heartbeat().floor, Term{3});

    options.stored.floor = {9};
    Stage forgotten{options};
    EXPECT_EQ(forgotten.heartbeat().ceiling, Term{9}) << "a replaced disk elsewhere must learn of it";
}

// "A heartbeat is complete: an election not listed is one in which the sender neither stands nor supports."
TEST(WhatTravels, AnElectionNotListedIsOneInWhichTheSenderStandsForNothing) {
    Stage stage{witness()};
    stage.peer(2).lead({5});
    ASSERT_EQ(stage.bound_to(), NodeId{2});
    stage.peer(2).lists_the_election = false;
    stage.peer(2).beat();
    EXPECT_EQ(stage.bound_to(), nobody);
}

// "Of (p, i) only heartbeats with a higher `sent` than the last are read..."
TEST(WhatTravels, AHeartbeatWithNoHigherSentThanTheLastIsNotRead) {
    Stage stage{witness()};
    stage.peer(2).lead({5});
    const Heartbeat claim = stage.peer(2).heartbeat;
    stage.peer(2).let_go();
    stage.hear(2, claim);
    EXPECT_EQ(stage.bound_to(), nobody);
}

// "...of p only the newest incarnation heard."
TEST(WhatTravels, OnlyTheNewestIncarnationOfAPeerIsRead) {
    Stage stage{witness()};
    Heartbeat of_the_dead = stage.peer(2).heartbeat;
    stage.peer(2).restart();
    stage.peer(2).beat();
    stage.peer(2).lead({5});
    stage.peer(2).let_go();
    of_the_dead.sent = stage.peer(2).next_sent();
    of_the_dead.elections = {stage.peer(2).view};
    of_the_dead.elections[0].stands = Stands::leading;
    of_the_dead.elections[0].term = {6};
    stage.hear(2, of_the_dead);
    EXPECT_EQ(stage.bound_to(), nobody);
}

}  // namespace
}  // namespace bellwether::tests
