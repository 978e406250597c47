// Processes that stand still, as by SIGSTOP, a hypervisor or a machine that swaps: they know nothing of it themselves.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "client/clock.hpp"
#include "tests/support/real_mesh.hpp"

namespace bellwether::testing {
namespace {

using namespace std::chrono_literals;
using protocol::Time;

// When a process could first act under a token above this one.
Time first_belief_above(protocol::Token token, const Record& record) {
    const auto found = std::find_if(record.heard.begin(), record.heard.end(), [&](const Heard& heard) {
        return heard.is_believable() && heard.said.token > token;
    });
    return found == record.heard.end() ? protocol::never : found->received;
}

TEST(PausesInRealTime, ALeaderPausedForLongerThanItsLeaseIsReplacedAndSaysNothingBelievableAfterwards) {
    RealMesh mesh{{.priorities = {30, 20, 10}, .preempt = false}};
    mesh.start_all();
    Leadership old = mesh.await_any_leader();
    for (int round = 1; round <= 3; ++round) {
        mesh.pause(old.leader);
        const Leadership next = mesh.await_any_leader();
        EXPECT_NE(next.leader, old.leader);
        EXPECT_GT(next.token, old.token);

        mesh.resume(old.leader);
        EXPECT_EQ(mesh.await_any_leader(), next);
        const Record record = mesh.listener().record();
        for (const Heard& heard : record.since(first_belief_above(old.token, record))) {
            EXPECT_FALSE(heard.said.node == old.leader && heard.is_believable())
                << old.leader << " said that it leads after " << next.leader << " did";
        }
        old = next;
    }
}

TEST(PausesInRealTime, APausedMinorityChangesNothing) {
    RealMesh mesh;
    mesh.start_all();
    const Leadership leadership = mesh.await_leader("alpha");
    mesh.await_links("alpha", 5);
    const Time begin = client::now();
    const std::set<std::string> minority{"bravo", "echo"};

    for (const std::string& node : minority) mesh.pause(node);
    // Ten leases long there is nothing to wait for but the time.
    const bool somebody_spoke_of_another = mesh.listener().await(
        [&](const Record& record) { return record.heard.back().said.token != leadership.token; }, 3s);
    EXPECT_FALSE(somebody_spoke_of_another);
    for (const std::string& node : minority) mesh.resume(node);

    mesh.await_links("alpha", 5);
    EXPECT_EQ(mesh.await_leader("alpha"), leadership);
    mesh.expect_only(leadership, begin, minority);
}

TEST(PausesInRealTime, WhileTheMajorityIsPausedTheRestLeadsNothing) {
    RealMesh mesh;
    mesh.start_all();
    const Leadership leadership = mesh.await_leader("alpha");
    const std::set<std::string> majority{"charlie", "delta", "echo"};

    for (const std::string& node : majority) mesh.pause(node);
    mesh.await_nobody();
    const bool somebody_leads =
        mesh.listener().await([&](const Record& record) { return record.heard.back().is_believable(); }, 1s);
    EXPECT_FALSE(somebody_leads);
    EXPECT_FALSE(cli::flag_of(mesh.status("alpha"), "quorum_linked"));

    for (const std::string& node : majority) mesh.resume(node);
    EXPECT_GT(mesh.await_leader("alpha").token, leadership.token);
}

}  // namespace
}  // namespace bellwether::testing
