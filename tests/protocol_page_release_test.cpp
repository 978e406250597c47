// docs/protocol.md, "Sessions", the second half: how a session is made to stop, and when its host lets go.
#include <gtest/gtest.h>

#include "tests/support/cluster.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

ClusterOptions by_sessions(Duration handover_timeout = 10s) {
    ClusterOptions options;
    options.election.candidate = Candidacy::session;
    options.election.handover_timeout = handover_timeout;
    return options;
}

// Node 3 leads through a session, and 2 has one that could.
struct Led {
    explicit Led(const ProcessOptions& process, ClusterOptions options = by_sessions()) : cluster{std::move(options)} {
        session = cluster.campaign(3, process);
        heir = cluster.campaign(2);
        cluster.elapse_until(acts(session));
        cluster.elapse(500ms);
        cluster.mark();
    }
    [[nodiscard]] std::size_t extended() const { return cluster.process(session).heard<session::Extended>().size(); }
    [[nodiscard]] std::vector<session::Revoke> revoked() const {
        return cluster.process(session).heard<session::Revoke>();
    }

    Cluster cluster;
    SessionId session;
    SessionId heir;
};

// --- 17.8, and 11.3 ---

TEST(Release, AHandOverAsksTheSessionToStopAndLetsGoWhenItHas) {
    Led led{{.stops_after = 700ms}};
    const std::size_t before = led.extended();
    const std::uint64_t command = led.cluster.stepdown(3);
    led.cluster.elapse_without(nobody_leads(), 600ms);
    ASSERT_EQ(led.revoked().size(), 1U);
    EXPECT_EQ(led.revoked()[0].reason, Reason::stepdown);
    EXPECT_TRUE(led.cluster.election(3).revoking);
    EXPECT_GE(led.extended(), before + 10) << "it is extended while it stops";
    led.cluster.elapse_until(acts(led.heir), 110ms);
    led.cluster.elapse_until(is_answered(command));
    EXPECT_TRUE(led.cluster.answer(command)->done);
    EXPECT_FALSE(led.cluster.process(led.session).is_over) << "it stands on";
}

TEST(Release, TheSessionIsAskedWhenTheLastPublishedDeadlineHasPassed) {
    Led led{{.stops_after = 100ms}};
    led.cluster.subscribe(3);
    led.cluster.elapse(200ms);
    led.cluster.stepdown(3);
    led.cluster.elapse(100ms);
    EXPECT_TRUE(led.revoked().empty());
    led.cluster.elapse(60ms);
    EXPECT_EQ(led.revoked().size(), 1U);
    led.cluster.elapse_until(acts(led.heir), 110ms);
}

TEST(Release, WhoDoesNotStopInTimeLeadsOnAfterAStepDown) {
    Led led{{.stops_after = std::nullopt}, by_sessions(2s)};
    const std::uint64_t command = led.cluster.stepdown(3);
    led.cluster.elapse_without(nobody_leads(), 3s);
    ASSERT_TRUE(led.cluster.answer(command));
    EXPECT_EQ(led.cluster.answer(command)->reason, "unable");
    EXPECT_EQ(led.cluster.answer(command)->text, "the process that leads did not stop in time; it leads on");
    EXPECT_TRUE(led.cluster.acts(led.session));
    EXPECT_EQ(led.cluster.process(led.session).heard<session::Granted>().size(), 2U);
    EXPECT_EQ(led.cluster.process(led.session).killed, 0U);
}

TEST(Release, BeforeAShutdownItIsExtendedNoMoreAndItsEndIsWaitedFor) {
    Led led{{.stops_after = std::nullopt}, by_sessions(2s)};
    led.cluster.shutdown(3);
    led.cluster.elapse_without(acts(led.heir), 2s);
    led.cluster.elapse_until(acts(led.heir), 320ms);
    EXPECT_EQ(led.cluster.process(led.session).killed, 1U);
}

TEST(Release, AnAnswerForAnotherTokenReleasesNothing) {
    Led led{{.stops_after = std::nullopt}};
    led.cluster.stepdown(3);
    led.cluster.revoked(led.session, Token{7});
    led.cluster.elapse_without(nobody_leads(), 1s);
    EXPECT_TRUE(led.cluster.acts(led.session));
}

TEST(Release, TheSessionStoppedAndTheHeirIsGoneMeanwhileItIsGrantedAgain) {
    Led led{{.stops_after = 700ms}};
    led.cluster.stepdown(3);
    led.cluster.elapse(500ms);
    led.cluster.resign(led.heir);
    led.cluster.elapse(300ms);
    EXPECT_TRUE(led.cluster.acts(led.session));
    EXPECT_EQ(led.cluster.leaderships().size(), 1U);
}

// --- 17.9 ---

TEST(Release, WhatADeadSessionNamedIsKilledAtOnceAndThenLeadershipMoves) {
    Led led{{.has_children = true}};
    led.cluster.kill_process(led.session);
    led.cluster.elapse_until(acts(led.heir), 5ms);
    EXPECT_EQ(led.cluster.process(led.session).killed, 1U);
    EXPECT_TRUE(led.cluster.process(led.session).is_over);
}

TEST(Release, WhatItNamedIsKilledBeforeItsEndThoughTheLeaseIsNotLostYet) {
    Led led{{.has_children = true, .stops_after = std::nullopt}};
    led.cluster.isolate(3);
    while (led.cluster.process(led.session).killed == 0 && !led.cluster.has_failed()) {
        led.cluster.elapse(1ms);
    }
    EXPECT_EQ(led.cluster.election(3).role, RoleName::leader);
    EXPECT_GE(led.cluster.election(3).lease_left, 29ms);
    EXPECT_LE(led.cluster.election(3).lease_left, 30ms);
}

TEST(Release, WhatItNamedIsKilledLateIfTheDaemonStoodStillBeyondItsEnd) {
    Led led{{.has_children = true, .stops_after = std::nullopt}};
    led.cluster.pause(3);
    led.cluster.elapse(1s);
    EXPECT_EQ(led.cluster.process(led.session).killed, 0U);
    led.cluster.resume(3);
    led.cluster.elapse(1ms);
    EXPECT_EQ(led.cluster.process(led.session).killed, 1U);
}

// --- 17.10 ---

TEST(Release, WhenTheLastSessionOfAHostDiesTheNextHostLeadsInAFewRoundTrips) {
    Led led{{}};
    led.cluster.kill_process(led.session);
    led.cluster.elapse_until(acts(led.heir), 5ms);
    EXPECT_EQ(led.cluster.election(2).reason, Reason::session_ended);
    led.cluster.expect(R"(
        [   0] 3 > session 1 is dead -> it stands no more
        [   0] 3 > no session stands here any more, nobody here believes any more -> let go of term 1
        [   0] 1 > 3 let go -> free
        [   0] 1 > 3 let go and names 2 -> wait 50 ms for it
        [   0] 2 > 3 let go -> free
        [   0] 2 > 3 let go and names me -> campaign for term 2
        [   0] 1 > vote request from 2, term 2: free -> grant
        [   0] 3 > vote request from 2, term 2: free -> grant
        [   1] 2 > own vote for term 2 on disk -> counts
        [   1] 2 > reply of 1, term 2: granted, 2 of 2 -> count
        [   1] 2 > 2 grants of 2, lease running for 292 ms -> lead term 2
        [   1] 2 > session 2 stands first, nobody else here believes -> grant token 2001 for 292 ms
    )");
}

// "...one that has not failed lately if there is one."
TEST(Release, AnHeirThatHasFailedLatelyIsPassedOver) {
    Led led{{}};
    const SessionId other = led.cluster.campaign(1);
    led.cluster.cut_one_way(2, 1, Channel::votes);
    led.cluster.cut_one_way(2, 3, Channel::votes);
    led.cluster.transfer(3, 2, 1s);
    led.cluster.elapse(150ms);
    ASSERT_TRUE(led.cluster.acts(led.session)) << "2 could not win";
    led.cluster.kill_process(led.session);
    led.cluster.elapse_until(acts(other), 20ms);
}

TEST(Release, WithoutAnHeirTheLeaderLetsGo) {
    Led led{{}};
    led.cluster.resign(led.heir);
    led.cluster.elapse(100ms);
    led.cluster.kill_process(led.session);
    led.cluster.elapse_until(nobody_leads(), 2ms);
}

TEST(Release, ASessionThatJoinsBeforeTheLeaderHasLetGoIsGrantedTheNextToken) {
    Led led{{.forks = true}};
    const Token token = led.cluster.election(3).token;
    led.cluster.kill_process(led.session);  // Its end is waited for.
    led.cluster.elapse(20ms);
    const SessionId next = led.cluster.campaign(3);
    led.cluster.elapse_until(acts(next), 300ms);
    EXPECT_EQ(led.cluster.election(3).token, Token{token.value + 1});
    EXPECT_EQ(led.cluster.leaderships().size(), 1U);
}

TEST(Release, ACandidateWhoseLastSessionEndsLetsGoWithoutFailure) {
    Cluster cluster{by_sessions()};
    cluster.stall_disk(3);
    const SessionId session = cluster.campaign(3);
    cluster.elapse_until({"3 campaigns", [](const Cluster& c) { return c.election(3).role == RoleName::candidate; }});
    cluster.resign(session);
    cluster.elapse(1ms);
    EXPECT_EQ(cluster.election(3).role, RoleName::follower);
    EXPECT_EQ(cluster.election(3).failures, 0U);
    EXPECT_EQ(cluster.decisions(Rule::campaign_unmanned), 1U);
}

// --- 17.11 ---

TEST(Release, WhenTheLeaseIsLostTheSessionIsToldAtOnceAndMayBeGrantedAnotherToken) {
    Led led{{}};
    led.cluster.resign(led.heir);
    const Token token = led.cluster.election(3).token;
    led.cluster.isolate(3);
    led.cluster.elapse_until(nobody_leads());
    ASSERT_EQ(led.revoked().size(), 1U);
    EXPECT_EQ(led.revoked()[0].reason, Reason::lease_lost);
    EXPECT_FALSE(led.cluster.acts(led.session));
    led.cluster.heal();
    led.cluster.elapse_until(acts(led.session));
    EXPECT_GT(led.cluster.election(3).token, token);
}

// --- 17.12 ---

TEST(Release, UntilOneIsGrantedALeaderPublishesNoDeadline) {
    Led led{{.forks = true}};
    led.cluster.kill_process(led.session);
    led.cluster.elapse(1ms);
    const auto last = led.cluster.announcement(3).valid_until;
    led.cluster.elapse(100ms);
    EXPECT_TRUE(led.cluster.announcement(3).is_leader);
    EXPECT_TRUE(!led.cluster.announcement(3).valid_until || led.cluster.announcement(3).valid_until == last);
}

TEST(Release, TheLeaderSaysOfItselfWhatItsSessionSays) {
    Led led{{.metadata = {0x81, 0xa1, 'a', 0x01}}};
    led.cluster.elapse(100ms);
    EXPECT_EQ(led.cluster.announcement(3).metadata, (std::vector<std::uint8_t>{0x81, 0xa1, 'a', 0x01}));
    EXPECT_EQ(led.cluster.announcement(1).metadata, (std::vector<std::uint8_t>{0x81, 0xa1, 'a', 0x01}));
    led.cluster.kill_process(led.session);
    led.cluster.elapse_until(acts(led.heir));
    led.cluster.elapse(100ms);
    EXPECT_TRUE(led.cluster.announcement(1).metadata.empty());
}

}  // namespace
}  // namespace bellwether::tests
