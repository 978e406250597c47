// An encrypted mesh of three under attack, that keeps its composure whatever a test does to it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <zmq.hpp>

#include "protocol/messages.hpp"
#include "tests/support/composure.hpp"
#include "tests/support/mesh_keys.hpp"
#include "tests/support/real_mesh.hpp"

namespace bellwether::testing {

class Siege : public ::testing::Test {
protected:
    Siege();
    void TearDown() override;

    // Throws, which ends the test, if it never grows beyond what it was before.
    void await_more(const std::string& counter) const { composure_->await_more(counter); }
    [[nodiscard]] std::uint64_t counter(const std::string& name) const { return composure_->counter(name); }
    // For tests that take a node away: only these are looked at in the end.
    void expect_links(std::uint64_t linked) { linked_ = linked; }

    // A socket at the vote port of alpha.
    [[nodiscard]] zmq::socket_t plain_dealer();
    [[nodiscard]] zmq::socket_t dealer_as(const Keys& own) { return dealer_at(mesh.vote_endpoint("alpha"), own); }
    [[nodiscard]] zmq::socket_t dealer_at(const std::string& endpoint, const Keys& own);

    static void send(zmq::socket_t& socket, std::string_view frame);
    // Until something has been heard, or for a while.
    static bool hears(zmq::socket_t& socket, std::chrono::milliseconds span);

    RealMesh mesh{{.priorities = {30, 20, 10},
                   .heartbeat = std::chrono::milliseconds{100},
                   .lease = std::chrono::milliseconds{1000},
                   .security = "enforce"}};
    zmq::context_t context;

private:
    std::optional<Composure> composure_;
    std::uint64_t linked_ = 3;
};

// As it travels in the cluster of RealMesh, or in another one.
[[nodiscard]] std::string encoded(const protocol::Message& message, std::string_view cluster = "test");
// For a term that would end every other leadership.
[[nodiscard]] protocol::VoteRequest grab(std::uint16_t sender);

}  // namespace bellwether::testing
