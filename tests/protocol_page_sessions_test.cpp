// docs/protocol.md, "Sessions": who stands, who is granted what, and until when he may act. How it ends is in
// protocol_page_release_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/cluster.hpp"
#include "tests/support/stage.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

ClusterOptions by_sessions() {
    ClusterOptions options;
    options.election.candidate = Candidacy::session;
    return options;
}

std::string refusal(const Process& process) {
    const auto refused = process.heard<session::Refused>();
    return refused.empty() ? "" : refused.front().reason;
}

// --- 17.1 ---

TEST(Sessions, AHostIsACandidateOnlyWhileASessionStandsThere) {
    Cluster cluster{by_sessions()};
    cluster.elapse_without(somebody_leads(), 2s);
    EXPECT_EQ(cluster.election(1).hindrance, "no process here stands for this election");
    const SessionId session = cluster.campaign(1);
    cluster.elapse_until(all_follow(1));
    cluster.resign(session);
    cluster.elapse_until(nobody_leads());
    cluster.elapse_without(somebody_leads(), 2s);
    EXPECT_TRUE(cluster.process(session).is_over);
}

TEST(Sessions, TheFirstSessionCreatesAnElectionThatIsNotKnownYet) {
    Cluster cluster;
    cluster.elapse_until(all_follow(3));
    const SessionId session = cluster.campaign(1, {.election = "backup"});
    cluster.elapse_until(acts(session));
    EXPECT_EQ(cluster.election(1, "backup").role, RoleName::leader);
    EXPECT_EQ(cluster.process(session).heard<session::Joined>().size(), 1U);
    EXPECT_TRUE(cluster.election(3, "backup").leader == NodeId{1} || !cluster.has_failed());
}

TEST(Sessions, WhereTheNodeItselfStandsASessionIsRefused) {
    Cluster cluster;
    const SessionId session = cluster.campaign(1);
    EXPECT_EQ(refusal(cluster.process(session)), "node_stands");
    EXPECT_TRUE(cluster.process(session).is_over) << "a refused one ends at once";
}

TEST(Sessions, OnAnObserverASessionIsRefused) {
    ClusterOptions options = by_sessions();
    options.nodes = 4;
    options.observers = {4};
    Cluster cluster{options};
    EXPECT_EQ(refusal(cluster.process(cluster.campaign(4))), "observer");
}

struct Solo {
    Solo() {
        StageOptions options{.self = 3};
        options.election.candidate = Candidacy::session;
        stage.emplace(options);
    }
    void join(std::uint64_t id, SessionJoin join = {}) { stage->step(SessionEvent{{id}, std::move(join)}); }
    [[nodiscard]] std::vector<std::string> refusals() const {
        std::vector<std::string> reasons;
        for (const TellSession& tell : stage->of<TellSession>()) {
            if (const auto* refused = std::get_if<session::Refused>(&tell.message)) reasons.push_back(refused->reason);
        }
        return reasons;
    }
    std::optional<Stage> stage;
};

TEST(Sessions, WhileTheNodeLeavesASessionIsRefused) {
    Solo solo;
    solo.stage->peer(1).lead({5});
    solo.stage->command(CommandKind::shutdown);
    solo.join(1);
    EXPECT_EQ(solo.refusals(), (std::vector<std::string>{"leaving"}));
    EXPECT_EQ(solo.stage->of<SessionOver>().size(), 1U);
}

TEST(Sessions, OneThatStandsAlreadyIsRefusedAndStandsOn) {
    Solo solo;
    solo.join(1);
    solo.join(1);
    EXPECT_EQ(solo.refusals(), (std::vector<std::string>{"exists"}));
    EXPECT_TRUE(solo.stage->of<SessionOver>().empty());
    EXPECT_EQ(solo.stage->election().sessions, 1U);
}

TEST(Sessions, MetadataThatIsNoMapOrTooLongIsRefused) {
    Solo solo;
    solo.join(1, {.metadata = {0x01}});
    std::vector<std::uint8_t> long_text{0x81, 0xa1, 'a', 0xda, 0x04, 0x00};
    long_text.resize(long_text.size() + 1024, 'x');
    solo.join(2, {.metadata = long_text});
    EXPECT_EQ(solo.refusals(), (std::vector<std::string>{"bad_request", "bad_request"}));
    EXPECT_EQ(solo.stage->election().sessions, 0U);
}

TEST(Sessions, OneMoreElectionOrSessionThanThereMayBeIsRefused) {
    Solo solo;
    for (std::uint64_t id = 1; id < max_elections; ++id) {
        solo.join(id, {.election = ElectionName::parse("e" + std::to_string(id)).value()});
    }
    EXPECT_TRUE(solo.refusals().empty());
    solo.join(9000, {.election = ElectionName::parse("one-more").value()});
    EXPECT_EQ(solo.refusals(), (std::vector<std::string>{"limit"}));
    Solo crowd;
    for (std::uint64_t id = 1; id <= max_sessions; ++id) {
        crowd.join(id);
    }
    EXPECT_TRUE(crowd.refusals().empty());
    crowd.join(9000);
    EXPECT_EQ(crowd.refusals(), (std::vector<std::string>{"limit"}));
}

// --- 17.2 ---

TEST(Sessions, TheFirstThatJoinedLeads) {
    Cluster cluster{by_sessions()};
    const SessionId first = cluster.campaign(2);
    const SessionId second = cluster.campaign(2);
    cluster.elapse_until(acts(first));
    cluster.elapse(1s);
    EXPECT_FALSE(cluster.acts(second));
    EXPECT_EQ(cluster.election(2).sessions, 2U);
    EXPECT_EQ(cluster.election(2).session, first);
}

TEST(Sessions, ASessionMayAskForALowerPriorityThanItsNodeHas) {
    Cluster cluster{by_sessions()};
    const SessionId modest = cluster.campaign(3, {.priority = 5});
    const SessionId other = cluster.campaign(2);
    cluster.elapse_until(acts(other));
    cluster.elapse_without(leads(3), 5s);
    EXPECT_FALSE(cluster.acts(modest));
}

TEST(Sessions, ABetterRankedNodeChallengesTheLeaderOnlyWhileASessionStandsThere) {
    Cluster cluster{by_sessions()};
    cluster.elapse_until(acts(cluster.campaign(2)));
    cluster.elapse(3s);
    EXPECT_EQ(cluster.election(2).challenger, nobody);
    (void)cluster.campaign(1);
    cluster.elapse(1s);
    EXPECT_EQ(cluster.election(2).challenger, nobody) << "it is of a lower rank";
    const SessionId better = cluster.campaign(3);
    cluster.elapse(1s);
    EXPECT_EQ(cluster.election(2).challenger, NodeId{3});
    EXPECT_EQ(cluster.election(1).challenger, nobody) << "it does not lead";
    cluster.elapse_until(acts(better));
    EXPECT_EQ(cluster.election(3).challenger, nobody);
}

TEST(Sessions, ASessionIsNotPreferredToItsNode) {
    Cluster cluster{by_sessions()};
    (void)cluster.campaign(1, {.priority = 1000});
    const SessionId best = cluster.campaign(3);
    cluster.elapse_until(acts(best));
    cluster.elapse_without(leads(1), 5s);
}

TEST(Sessions, OneOfPriorityZeroWaitsForEverAndAWitnessStaysOne) {
    ClusterOptions options = by_sessions();
    options.priorities[1] = 0;
    Cluster cluster{options};
    (void)cluster.campaign(1);
    const SessionId idle = cluster.campaign(2, {.priority = 0});
    cluster.elapse_without(somebody_leads(), 2s);
    const SessionId next = cluster.campaign(2);
    cluster.elapse_until(acts(next));
    EXPECT_FALSE(cluster.acts(idle));
}

// --- 17.3 ---

TEST(Sessions, TheFirstSessionIsGrantedTheTokenInTheMomentOfTheWinUntilTheLeaseEnds) {
    Cluster cluster{by_sessions()};
    const SessionId session = cluster.campaign(3);
    cluster.elapse_until(leads(3));
    const auto granted = cluster.process(session).heard<session::Granted>();
    ASSERT_EQ(granted.size(), 1U);
    EXPECT_EQ(granted[0].token, cluster.election(3).token);
    EXPECT_EQ(granted[0].valid_until - granted[0].clock, cluster.election(3).lease_left);
}

TEST(Sessions, ItIsExtendedEachHeartbeatWhileTheLeaseMovesOn) {
    Cluster cluster{by_sessions()};
    const SessionId session = cluster.campaign(3);
    cluster.elapse_until(acts(session));
    cluster.elapse(2s);
    const auto extended = cluster.process(session).heard<session::Extended>();
    EXPECT_GE(extended.size(), 35U);
    EXPECT_LE(extended.size(), 41U) << "once per h at most";
    for (std::size_t i = 1; i < extended.size(); ++i) {
        EXPECT_GT(extended[i].valid_until, extended[i - 1].valid_until);
        EXPECT_GE(extended[i].clock, extended[i - 1].clock + 50ms);
    }
}

TEST(Sessions, NothingIsGrantedWhoseEndIsSoNearThatWhatItNamesWouldBeKilledAtOnce) {
    Cluster cluster{by_sessions()};
    const SessionId first = cluster.campaign(3);
    const SessionId second = cluster.campaign(3);
    cluster.elapse_until(acts(first));
    cluster.elapse(500ms);
    cluster.isolate(3);
    cluster.elapse_until(
        {"the lease ends in 30 ms", [](const Cluster& c) { return c.election(3).lease_left <= 30ms; }});
    cluster.resign(first);
    cluster.elapse_without(acts(second), 100ms);
}

// --- 17.4, 17.5 ---

TEST(Sessions, TheNextSessionOfTheHostFollowsWithTheNextHolderAndNoElection) {
    Cluster cluster{by_sessions()};
    const SessionId first = cluster.campaign(3);
    const SessionId second = cluster.campaign(3);
    const SessionId other = cluster.campaign(2);
    cluster.elapse_until(acts(first));
    const Token token = cluster.election(3).token;
    cluster.resign(first);
    cluster.elapse_until(acts(second), 1ms);
    EXPECT_EQ(cluster.election(3).token, Token{token.value + 1});
    cluster.elapse(60ms);
    EXPECT_EQ(cluster.election(1).token, Token{token.value + 1}) << "the heartbeat shows it";
    EXPECT_EQ(cluster.leaderships().size(), 1U);
    EXPECT_FALSE(cluster.acts(other));
}

TEST(Sessions, WhoIsDeadWithAllThatItNamedActsNoMore) {
    Cluster cluster{by_sessions()};
    const SessionId first = cluster.campaign(3);
    const SessionId second = cluster.campaign(3);
    cluster.elapse_until(acts(first));
    cluster.kill_process(first);
    cluster.elapse_until(acts(second), 1ms);
}

TEST(Sessions, WhoForksIsWaitedForToItsEndEvenWhenItIsDead) {
    Cluster cluster{by_sessions()};
    const SessionId first = cluster.campaign(3, {.forks = true});
    const SessionId second = cluster.campaign(3);
    cluster.elapse_until(acts(first));
    cluster.elapse(500ms);
    cluster.kill_process(first);
    cluster.elapse_without(acts(second), 200ms);
    cluster.elapse_until(acts(second), 100ms);
    EXPECT_TRUE(cluster.process(first).is_over);
}

TEST(Sessions, TheNextHolderWaitsForTheLastPublishedDeadline) {
    Cluster cluster{by_sessions()};
    cluster.subscribe(3);
    const SessionId first = cluster.campaign(3);
    const SessionId second = cluster.campaign(3);
    cluster.elapse_until(acts(first));
    cluster.elapse(500ms);
    const Time believed = cluster.announcement(3).valid_until.value();
    cluster.resign(first);
    cluster.elapse_until(acts(second));
    EXPECT_GE(cluster.process(second).heard<session::Granted>().front().clock, believed);
    EXPECT_EQ(cluster.leaderships().size(), 1U);
}

TEST(Sessions, AfterALostLeaseNoneIsGrantedAnythingWhileTheOldOneMayAct) {
    // A higher claim while the own lease runs: a clock is out of bounds, and still no two act on this host.
    Solo solo;
    solo.join(1);
    solo.join(2);
    solo.stage->let_it_lead();
    solo.stage->elapse(500ms);
    solo.stage->mark();
    solo.stage->peer(1).lead({9});
    EXPECT_EQ(solo.stage->role(), RoleName::follower);
    EXPECT_EQ(solo.stage->election().session, SessionId{1}) << "it may act to its end";
    EXPECT_TRUE(solo.stage->election().revoking);
    solo.stage->elapse(300ms);
    EXPECT_EQ(solo.stage->election().session, SessionId{});
    EXPECT_EQ(solo.stage->election().sessions, 2U) << "it stands on";
}

// --- 17.6 ---

TEST(Sessions, WhoIsGrantedAgainGetsTheNextTokenAndItsAnswerForTheOldOneCountsNoMore) {
    ClusterOptions options = by_sessions();
    options.election.handover_timeout = 500ms;
    Cluster cluster{options};
    const SessionId stubborn = cluster.campaign(3, {.stops_after = std::nullopt});
    (void)cluster.campaign(2);
    cluster.elapse_until(acts(stubborn));
    const Token token = cluster.election(3).token;
    const std::uint64_t command = cluster.stepdown(3);
    cluster.elapse_until(is_answered(command));
    EXPECT_EQ(cluster.election(3).token, Token{token.value + 1});
    cluster.revoked(stubborn, token);
    cluster.elapse(1s);
    EXPECT_EQ(cluster.election(3).token, Token{token.value + 1});
    EXPECT_TRUE(cluster.acts(stubborn));
}

TEST(Sessions, AfterHolder999TheLeaderLetsGo) {
    Cluster cluster{by_sessions()};
    const SessionId session = cluster.campaign(3);
    cluster.elapse_until(acts(session));
    const Term term = cluster.election(3).term;
    for (std::uint16_t holder = 1; holder <= max_holder; ++holder) {
        ASSERT_EQ(cluster.election(3).token, token_of(term, holder));
        cluster.revoked(session, token_of(term, holder));
        cluster.elapse(50us);
    }
    EXPECT_EQ(cluster.election(3).role, RoleName::follower);
    cluster.elapse_until(acts(session));
    EXPECT_EQ(cluster.election(3).token, token_of({term.value + 1}, 1));
}

// --- 17.7 ---

TEST(Sessions, WhoseProcessIsDeadIsNotExtended) {
    Cluster cluster{by_sessions()};
    const SessionId session = cluster.campaign(3, {.forks = true});
    cluster.elapse_until(acts(session));
    cluster.elapse(500ms);
    cluster.kill_process(session);
    cluster.elapse(1ms);
    const std::size_t extended = cluster.process(session).heard<session::Extended>().size();
    EXPECT_TRUE(cluster.election(3).revoking);
    cluster.elapse(1s);
    EXPECT_EQ(cluster.process(session).heard<session::Extended>().size(), extended);
}

TEST(Sessions, ASilentOneIsRefusedAndNotExtendedAndItsEndIsWaitedFor) {
    Cluster cluster{by_sessions()};
    const SessionId silent = cluster.campaign(3);
    const SessionId waits = cluster.campaign(3);
    const SessionId next = cluster.campaign(3);
    cluster.elapse_until(acts(silent));
    cluster.hush(silent);
    cluster.hush(waits);
    cluster.elapse_without(acts(next), 9800ms);
    cluster.elapse_until(acts(next), 600ms);
    EXPECT_EQ(refusal(cluster.process(silent)), "silent");
    EXPECT_EQ(refusal(cluster.process(waits)), "silent");
    EXPECT_TRUE(cluster.process(silent).is_over);
    EXPECT_TRUE(cluster.process(waits).is_over);
    EXPECT_EQ(cluster.process(silent).killed, 1U);
    EXPECT_EQ(cluster.leaderships().size(), 1U);
}

TEST(Sessions, WhileTheNodeStandsStillNobodyIsSilent) {
    Cluster cluster{by_sessions()};
    const SessionId session = cluster.campaign(3);
    cluster.elapse_until(acts(session));
    cluster.pause(3);
    cluster.elapse(30s);
    cluster.resume(3);
    cluster.elapse_until(acts(session));
    EXPECT_EQ(refusal(cluster.process(session)), "");
}

}  // namespace
}  // namespace bellwether::tests
