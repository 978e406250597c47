// Nodes die by kill -9 and come back: who leads then, and who is not disturbed by it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <string>

#include "client/clock.hpp"
#include "tests/support/real_mesh.hpp"

namespace bellwether::testing {
namespace {

using namespace std::chrono_literals;
using protocol::Reason;
using protocol::Time;
using ::testing::AnyOf;

TEST(FailoverInRealTime, AColdStartOfFiveElectsTheBestRankedAndAllAgree) {
    RealMesh mesh;
    mesh.start_all();
    const Leadership first = mesh.await_leader("alpha");
    EXPECT_GT(first.token.value, 0U);
    for (const std::string& node : mesh.names()) {
        const cli::Json status = mesh.status(node);
        EXPECT_EQ(cli::number_of(status, "voters"), 5U);
        EXPECT_EQ(cli::number_of(status, "quorum"), 3U);
        EXPECT_TRUE(cli::flag_of(status, "quorum_linked")) << node;
    }
}

TEST(FailoverInRealTime, ALeaderThatIsKilledIsFollowedByTheNextBestAndLeadsAgainWhenItIsBack) {
    RealMesh mesh{{.preempt_delay = 500ms}};
    mesh.start_all();
    const Leadership first = mesh.await_leader("alpha");

    mesh.kill("alpha");
    const Leadership second = mesh.await_leader("bravo");
    EXPECT_GT(second.token, first.token);

    mesh.start("alpha");
    const Leadership third = mesh.await_leader("alpha");
    EXPECT_GT(third.token, second.token);
    EXPECT_EQ(mesh.listener().record().newest_of("echo")->said.reason, Reason::preempted);
}

TEST(FailoverInRealTime, KillingAnyOtherNodeThanTheLeaderChangesNothing) {
    RealMesh mesh;
    mesh.start_all();
    const Leadership leadership = mesh.await_leader("alpha");
    mesh.await_links("alpha", 5);
    const Time begin = client::now();

    for (int round = 1; round <= 2; ++round) {
        for (const std::string victim : {"bravo", "charlie", "delta", "echo"}) {
            mesh.kill(victim);
            mesh.await_links("alpha", 4);
            mesh.start(victim);
            mesh.await_links("alpha", 5);
            EXPECT_EQ(mesh.await_leader("alpha"), leadership);
        }
    }
    mesh.expect_only(leadership, begin, {"bravo", "charlie", "delta", "echo"});
}

// The latest deadline that a process was given.
Time last_deadline(const Record& record) {
    Time last{};
    for (const Heard& heard : record.heard) {
        if (heard.said.is_leader && heard.said.valid_until) last = std::max(last, *heard.said.valid_until);
    }
    return last;
}

TEST(FailoverInRealTime, LosingAMinorityChangesNothingAndLosingTheMajorityEndsLeadershipByItsDeadline) {
    RealMesh mesh;
    mesh.start_all();
    const Leadership leadership = mesh.await_leader("alpha");
    mesh.await_links("alpha", 5);
    const Time begin = client::now();
    mesh.kill("delta");
    mesh.kill("echo");
    mesh.await_links("alpha", 3);
    EXPECT_EQ(mesh.await_leader("alpha"), leadership);
    mesh.expect_only(leadership, begin);

    mesh.kill("charlie");
    const Time majority_lost = client::now();
    mesh.await_nobody();
    const Record record = mesh.listener().record();
    // Nobody acked what was sent later, and an ack of charlie's counts from the time of what it acks.
    EXPECT_LE(last_deadline(record), majority_lost + 300ms);
    for (const std::string node : {"alpha", "bravo"}) {
        EXPECT_THAT(record.newest_of(node)->said.reason, AnyOf(Reason::lease_lost, Reason::no_quorum)) << node;
        EXPECT_FALSE(record.newest_of(node)->is_believable()) << node;
        const cli::Json status = mesh.status(node);
        EXPECT_FALSE(cli::flag_of(status, "quorum_linked")) << node;
        EXPECT_EQ(cli::number_of(status, "linked"), 2U) << node;
        EXPECT_EQ(mesh.order(node, {"leader"}).status, 3) << node;
    }

    mesh.start_all();
    EXPECT_GT(mesh.await_leader("alpha").token, leadership.token);
}

TEST(FailoverInRealTime, AfterTheDeathOfAllAtOnceThereIsALeaderAgainAndTokensGrow) {
    RealMesh mesh;
    mesh.start_all();
    Leadership before = mesh.await_any_leader();
    for (int round = 1; round <= 3; ++round) {
        for (const std::string& node : mesh.names()) mesh.process(node).send(SIGKILL);
        for (const std::string& node : mesh.names()) mesh.kill(node);
        mesh.start_all();
        const Leadership after = mesh.await_leader("alpha");
        EXPECT_GT(after.token, before.token);
        before = after;
    }
}

}  // namespace
}  // namespace bellwether::testing
