// Leadership that is given from one node to another on purpose.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "client/clock.hpp"
#include "tests/support/mesh_sockets.hpp"
#include "tests/support/real_mesh.hpp"

namespace bellwether::testing {
namespace {

using namespace std::chrono_literals;
using protocol::Reason;
using protocol::Time;
using ::testing::HasSubstr;

MeshPlan three() { return {.priorities = {30, 20, 10}}; }

// It leads, and any other may be its heir: one whose disk was empty may lead only a moment after it may vote.
Leadership settled(RealMesh& mesh, const std::string& leader) {
    Leadership leadership = mesh.await_leader(leader);
    mesh.await_whole();
    return leadership;
}

Reason reason_at(RealMesh& mesh, const std::string& node) {
    return mesh.listener().record().newest_of(node)->said.reason;
}

TEST(HandOverInRealTime, ALeaderThatIsAskedToEndHandsOverAndLeavesWithStatusZero) {
    RealMesh mesh{three()};
    mesh.start_all();
    const Leadership first = settled(mesh, "alpha");
    EXPECT_EQ(mesh.terminate("alpha"), 0);
    const Leadership second = mesh.await_leader("bravo");
    EXPECT_GT(second.token, first.token);
    EXPECT_EQ(reason_at(mesh, "charlie"), Reason::shutdown);

    mesh.start("alpha");
    EXPECT_GT(mesh.await_leader("alpha").token, second.token);
    EXPECT_EQ(reason_at(mesh, "charlie"), Reason::preempted);
}

TEST(HandOverInRealTime, ALeaderThatStepsDownStaysOutForTheTimeGiven) {
    RealMesh mesh{three()};
    mesh.start_all();
    const Leadership first = settled(mesh, "alpha");
    const Finished stepdown = mesh.order("alpha", {"stepdown", "--for", "2s"});
    EXPECT_EQ(stepdown.status, 0) << stepdown.errors;
    const Leadership second = mesh.await_leader("bravo");
    EXPECT_GT(second.token, first.token);
    EXPECT_EQ(reason_at(mesh, "charlie"), Reason::stepdown);
    EXPECT_GT(mesh.await_leader("alpha").token, second.token);
}

TEST(HandOverInRealTime, ATransferMayBeAskedOfAnyNode) {
    RealMesh mesh{three()};
    mesh.start_all();
    const Leadership first = settled(mesh, "alpha");
    const Finished transfer = mesh.order("bravo", {"transfer", "charlie"});
    EXPECT_EQ(transfer.status, 0) << transfer.errors;
    const Leadership second = mesh.await_leader("charlie");
    EXPECT_GT(second.token, first.token);
    EXPECT_EQ(reason_at(mesh, "bravo"), Reason::transfer);
    // Nobody preempts the one that was chosen, though alpha outranks it and could.
    const cli::Json status = mesh.status("charlie");
    EXPECT_GT(cli::number_of(*cli::election_of(status, {}), "hold_left_ms"), 30'000U);
}

TEST(HandOverInRealTime, WhatCannotBeHandedOverIsRefusedAndTheLeaderLeadsOn) {
    RealMesh mesh{{.priorities = {30, 20, 0}}};
    mesh.start_all();
    const Leadership leadership = settled(mesh, "alpha");
    const Time begin = client::now();
    for (const std::string node : {"alpha", "bravo"}) {
        const Finished to_a_witness = mesh.order(node, {"transfer", "charlie"});
        EXPECT_EQ(to_a_witness.status, 1) << node;
        EXPECT_THAT(to_a_witness.errors, HasSubstr("not_eligible")) << node;
    }
    const Finished to_nobody = mesh.order("alpha", {"transfer", "zulu"});
    EXPECT_EQ(to_nobody.status, 1);
    EXPECT_THAT(to_nobody.errors, HasSubstr("there is no node \"zulu\"; there are alpha, bravo, charlie"));
    const Finished of_a_follower = mesh.order("bravo", {"stepdown"});
    EXPECT_EQ(of_a_follower.status, 1);
    EXPECT_THAT(of_a_follower.errors, HasSubstr("not_leader"));
    EXPECT_EQ(mesh.await_leader("alpha"), leadership);
    mesh.expect_only(leadership, begin);
}

TEST(HandOverInRealTime, ADrainedNodeLeadsNothingUntilItIsUndrained) {
    RealMesh mesh{three()};
    mesh.start_all();
    (void)settled(mesh, "alpha");
    EXPECT_EQ(mesh.order("alpha", {"drain"}).status, 0);
    (void)mesh.await_leader("bravo");
    EXPECT_EQ(reason_at(mesh, "charlie"), Reason::drain);
    EXPECT_TRUE(cli::flag_of(mesh.status("alpha"), "draining"));
    EXPECT_EQ(mesh.order("alpha", {"undrain"}).status, 0);
    (void)mesh.await_leader("alpha");
}

// Deadlines that lie seconds ahead, so that waiting for one is told from chance.
MeshPlan slow_pulse(client::Topic topic) {
    return {.priorities = {30, 20, 10}, .heartbeat = 500ms, .lease = 2500ms, .preempt = false, .topic = topic};
}

// What the log of `node` says, in full, of the hand-over that it prepared.
std::string words_of_handover(const RealMesh& mesh, const std::string& node) {
    const std::string key = "no new deadlines, the last passes in ";
    std::string words;
    const bool said = eventually([&] {
        for (const std::string& line : lines_of(content_of(mesh.log(node)))) {
            const std::size_t place = line.find(key);
            if (place != std::string::npos) words = line.substr(place + key.size());
        }
        return !words.empty();
    });
    EXPECT_TRUE(said);
    return words;
}

TEST(HandOverInRealTime, ASubscriberOfTheLeaderTopicDelaysItUntilItsLastDeadlineHasPassed) {
    RealMesh mesh{slow_pulse(client::Topic::leader)};
    mesh.start_all();
    const Leadership first = mesh.await_any_leader();
    ASSERT_EQ(mesh.order(first.leader, {"stepdown"}).status, 0);
    const Leadership second = mesh.await_any_leader();
    EXPECT_NE(second.leader, first.leader);
    EXPECT_NE(words_of_handover(mesh, first.leader), "0 us");

    const Record record = mesh.listener().record();
    Time last_deadline{};
    Time next_begin = protocol::never;
    for (const Heard& heard : record.heard) {
        if (!heard.said.valid_until) continue;
        if (heard.said.token == first.token) last_deadline = std::max(last_deadline, *heard.said.valid_until);
        if (heard.said.token == second.token) next_begin = std::min(next_begin, heard.said.clock);
    }
    EXPECT_GE(next_begin, last_deadline);
}

TEST(HandOverInRealTime, ASubscriberOfTheViewDelaysNothing) {
    RealMesh mesh{slow_pulse(client::Topic::view)};
    mesh.start_all();
    const Leadership first = mesh.await_any_leader();
    ASSERT_EQ(mesh.order(first.leader, {"stepdown"}).status, 0);
    EXPECT_NE(mesh.await_any_leader().leader, first.leader);
    EXPECT_EQ(words_of_handover(mesh, first.leader), "0 us");
    const Record record = mesh.listener().record();
    EXPECT_TRUE(std::none_of(record.heard.begin(), record.heard.end(),
                             [](const Heard& heard) { return heard.said.valid_until.has_value(); }));
}

}  // namespace
}  // namespace bellwether::testing
