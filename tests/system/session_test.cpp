// Processes that stand for leadership through real daemons, and what becomes of it when they die.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <sys/resource.h>

#include "client/clock.hpp"
#include "client/connection.hpp"
#include "protocol/session_codec.hpp"
#include "tests/support/mesh_sockets.hpp"
#include "tests/support/real_mesh.hpp"
#include "tests/support/stander.hpp"

namespace bellwether::testing {
namespace {

namespace session = protocol::session;

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::uint64_t counter(const RealMesh& mesh, const std::string& node, const std::string& name) {
    return cli::number_of(mesh.status(node).at("counters"), name);
}

class SessionsInRealTime : public ::testing::Test {
protected:
    SessionsInRealTime() {
        mesh.start_all();
        (void)mesh.await_leader("alpha");
        mesh.await_whole();
    }

    // Whoever listens to leader/ is waited for, beyond all sessions.
    RealMesh mesh{{.priorities = {30, 20, 10}, .topic = client::Topic::view}};
};

TEST_F(SessionsInRealTime, WhenAProcessIsKilledTheOneOnTheNextHostLeads) {
    Stander first{mesh, "alpha", "jobs"};
    const Grant before = first.await_grant();
    Stander second{mesh, "bravo", "jobs"};
    ASSERT_TRUE(second.has_said("joined"));
    EXPECT_TRUE(second.has_said("announcement alpha"));
    first.process().kill();
    const Grant after = second.await_grant();
    EXPECT_GT(after.token, before.token);
}

TEST_F(SessionsInRealTime, TheNextHostDoesNotWaitForTheLease) {
    constexpr int trials = 50;
    auto holder = std::make_unique<Stander>(mesh, "alpha", "jobs");
    (void)holder->await_grant();
    std::vector<double> milliseconds;
    for (int i = 0; i < trials; ++i) {
        auto next = std::make_unique<Stander>(mesh, i % 2 == 0 ? "bravo" : "alpha", "jobs");
        ASSERT_TRUE(next->has_said("joined"));
        ASSERT_FALSE(next->granted());
        const protocol::Time death = client::now();
        holder->process().send(SIGKILL);
        const Grant grant = next->await_grant();
        ASSERT_NE(grant.token, 0U);
        milliseconds.push_back(std::chrono::duration<double, std::milli>(grant.heard - death).count());
        holder = std::move(next);
    }
    std::sort(milliseconds.begin(), milliseconds.end());
    std::cout << "from the death of the holder to the grant on the next host: median " << milliseconds[trials / 2]
              << " ms, max of " << trials << " " << milliseconds.back() << " ms\n";
    EXPECT_LT(milliseconds[trials / 2], 150) << "half of the lease";
}

TEST_F(SessionsInRealTime, TwoOnOneHostLeadOneAfterTheOther) {
    Stander first{mesh, "alpha", "jobs"};
    const Grant before = first.await_grant();
    Stander second{mesh, "alpha", "jobs"};
    ASSERT_TRUE(second.has_said("joined"));
    EXPECT_FALSE(second.granted());
    first.process().kill();
    EXPECT_EQ(second.await_grant().token, before.token + 1) << "the next holder, without an election";
}

TEST_F(SessionsInRealTime, TheChildOfADeadProcessIsKilledBeforeAnotherLeads) {
    for (int i = 0; i < 5; ++i) {
        Stander first{mesh, "alpha", "jobs" + std::to_string(i), true};
        const pid_t child = first.await_held();
        (void)first.await_grant();
        EXPECT_THAT(first.said(), HasSubstr("held " + std::to_string(child) + " 1"));
        Stander second{mesh, "bravo", "jobs" + std::to_string(i)};
        ASSERT_TRUE(second.has_said("joined"));
        EXPECT_TRUE(is_running(child));
        first.process().send(SIGKILL);
        (void)second.await_grant();
        EXPECT_FALSE(is_running(child));
    }
}

TEST_F(SessionsInRealTime, ARestartedDaemonKnowsNoSessionAndIsAskedAgain) {
    Stander stander{mesh, "alpha", "jobs"};
    const Grant before = stander.await_grant();
    mesh.kill("alpha");
    ASSERT_TRUE(stander.has_said("lost " + std::to_string(before.token)));
    mesh.start("alpha");
    EXPECT_TRUE(eventually([&] { return stander.granted()->token > before.token; }, patience)) << stander.said();
}

TEST_F(SessionsInRealTime, WhoIsNotKnownIsToldSoAndGarbageHarmsNobody) {
    zmq::context_t context;
    client::Connection stranger{context, mesh.run_dir("alpha")};
    const auto answer_to = [&](const protocol::Frame& frame) {
        stranger.send(frame);
        std::optional<protocol::Frame> reply;
        (void)eventually([&] { return (reply = stranger.receive()).has_value(); }, patience);
        return protocol::to_json(reply.value_or(protocol::Frame{})).value_or("");
    };
    EXPECT_THAT(answer_to(session::encode(session::Alive{})), HasSubstr(R"("reason":"unknown")"));
    EXPECT_THAT(answer_to(session::encode(session::Holds{.pid = 0})), HasSubstr(R"("reason":"bad_request")"));
    EXPECT_THAT(answer_to(session::encode(session::Campaign{})), HasSubstr("challenge"));
    EXPECT_THAT(answer_to(session::encode(session::Answer{.nonce = 5})), HasSubstr(R"("reason":"unknown")"));
    protocol::Frame damaged = session::encode(session::Revoked{.token = {5}});
    damaged.pop_back();
    EXPECT_THAT(answer_to(damaged), HasSubstr(R"("reason":"bad_request")"));
    EXPECT_EQ(counter(mesh, "alpha", "sessions"), 0U);
    EXPECT_EQ(counter(mesh, "alpha", "watched_processes"), 0U);
}

TEST_F(SessionsInRealTime, AThousandComeAndGoAndLeaveNothingBehind) {
    constexpr std::size_t many = 1000;
    constexpr std::size_t elections = 50;
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
    const pid_t daemon = mesh.process("alpha").pid();
    const std::size_t descriptors_before = open_descriptors(daemon);
    const std::size_t resident_before = mesh.process("alpha").memory().resident_mb;
    for (int round = 0; round < 3; ++round) {
        zmq::context_t context;
        context.set(zmq::ctxopt::max_sockets, 4 * static_cast<int>(many));
        std::vector<std::unique_ptr<client::Connection>> connections;
        for (std::size_t i = 0; i < many; ++i) {
            connections.push_back(std::make_unique<client::Connection>(context, mesh.run_dir("alpha")));
            const auto election = protocol::ElectionName::parse("e" + std::to_string(i % elections));
            connections.back()->send(session::encode(session::Campaign{.election = *election}));
        }
        std::size_t joined = 0;
        std::size_t granted = 0;
        const auto attend = [&](client::Connection& connection) {
            while (const auto frame = connection.receive()) {
                const auto heard = session::decode_from_node(*frame);
                if (!heard) continue;
                const auto* challenge = std::get_if<session::Challenge>(&heard->message);
                if (challenge != nullptr) connection.send(session::encode(session::Answer{challenge->nonce}));
                joined += std::holds_alternative<session::Joined>(heard->message) ? 1 : 0;
                granted += std::holds_alternative<session::Granted>(heard->message) ? 1 : 0;
            }
        };
        EXPECT_TRUE(eventually(
            [&] {
                for (const auto& connection : connections) attend(*connection);
                return joined == many && granted >= elections;  // More, where a lease was lost meanwhile.
            },
            patience))
            << joined << " joined, " << granted << " granted";
        EXPECT_EQ(counter(mesh, "alpha", "sessions"), many);
        EXPECT_EQ(counter(mesh, "alpha", "watched_processes"), many);
        for (const auto& connection : connections) connection->send(session::encode(session::Resign{}));
        EXPECT_TRUE(eventually([&] { return counter(mesh, "alpha", "sessions") == 0; }, patience));
        EXPECT_EQ(counter(mesh, "alpha", "watched_processes"), 0U);
        connections.clear();
        context.close();
        EXPECT_TRUE(eventually([&] { return open_descriptors(daemon) <= descriptors_before + 2; }, patience))
            << open_descriptors(daemon) << " descriptors, " << descriptors_before << " before";
    }
    // What was freed is given back every few seconds.
    EXPECT_TRUE(eventually([&] { return mesh.process("alpha").memory().resident_mb <= resident_before + 8; }, patience))
        << mesh.process("alpha").memory().resident_mb << " MB, " << resident_before << " before";
    const std::uint64_t longest_turn_us = counter(mesh, "alpha", "loop_longest_turn_us");
    const std::uint64_t longest_work_us = counter(mesh, "alpha", "loop_longest_work_us");
    std::cout << "descriptors " << descriptors_before << " before, " << open_descriptors(daemon) << " after; resident "
              << resident_before << " MB before, " << mesh.process("alpha").memory().resident_mb << " after, at most "
              << mesh.process("alpha").memory().peak_mb << "; longest turn of the loop " << longest_turn_us
              << " us, most work in one " << longest_work_us << " us\n";
    EXPECT_LT(longest_work_us, 25'000U) << "5 ms on a machine that has nothing else to do";
    EXPECT_LT(longest_turn_us, 500'000U) << "also on a machine that is busy with other things";
}

}  // namespace
}  // namespace bellwether::testing
