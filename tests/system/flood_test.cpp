// A stranger that sends without end: the daemon's memory stays bounded and comes back, its loop goes on, and the mesh
// does not notice.
#include <gtest/gtest.h>

#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <zmq.hpp>

#include "node/descriptor.hpp"
#include "tests/support/composure.hpp"
#include "tests/support/flooder.hpp"
#include "tests/support/raw_peer.hpp"
#include "tests/support/real_mesh.hpp"

namespace bellwether::testing {
namespace {

using namespace std::chrono_literals;

// In plain text from a stranger, encrypted from a member: whoever is admitted may flood.
class FloodInRealTime : public ::testing::TestWithParam<const char*> {
protected:
    void start() {
        mesh.start_all();
        composure.emplace(mesh);
    }

    // Until `counter` has grown and for a while after, as whoever is shut out connects again; then without the flooder.
    void endure(zmq::socket_type type, const std::string& endpoint, const std::string& counter,
                const std::function<void(zmq::socket_t&)>& use) {
        const node::Descriptor gun{::eventfd(0, EFD_CLOEXEC)};
        {
            const Flooder flooder{[&] {
                ::prctl(PR_SET_PDEATHSIG, SIGKILL);
                eventfd_t shot = 0;
                ::eventfd_read(gun.get(), &shot);
                flood(type, endpoint, use, member_at(endpoint));
            }};
            start();
            ::eventfd_write(gun.get(), 1);
            composure->await_more(counter);
            (void)mesh.listener().await([](const Record&) { return false; }, 2s);
        }
        expect_as_before();
    }

    void expect_as_before() {
        ASSERT_TRUE(mesh.process("alpha").runs());
        // A sanitizer's allocator keeps what is freed, and is slower than a lease allows.
        if (memory_can_be_measured) composure->expect_kept({}, most_work);
    }

    // Far more than a queue holds, a PING in between, and gone before it is read.
    void flood_and_hang_up(std::uint16_t port, std::string_view socket_type, const std::string& frame) {
        std::string frames;
        for (int i = 0; i < 600; ++i) frames += frame;
        frames += zmtp_ping();
        for (int i = 0; i < 100; ++i) frames += frame;
        for (int i = 0; i < 300 && mesh.process("alpha").runs(); ++i) {
            RawPeer peer = RawPeer::at_port(port);
            if (!peer.shake_hands(socket_type)) continue;
            peer.say(frames);
            peer.hang_up();
        }
    }

    // With what charlie shows to alpha. The local sockets are not encrypted.
    [[nodiscard]] std::function<void(zmq::socket_t&)> member_at(const std::string& endpoint) const {
        if (GetParam() == std::string{"off"} || !endpoint.starts_with("tcp://")) return [](zmq::socket_t&) {};
        return [this](zmq::socket_t& socket) { speak_as(socket, mesh.keys("charlie"), mesh.keys("alpha").public_key); };
    }

    [[nodiscard]] std::string ipc(const std::string& name) const {
        return "ipc://" + (mesh.run_dir("alpha") / name).string();
    }

    RealMesh mesh{{.priorities = {30, 20, 10}, .heartbeat = 100ms, .lease = 1000ms, .security = GetParam()}};
    std::optional<Composure> composure;
    protocol::Duration most_work = 10ms;
};

TEST_P(FloodInRealTime, AMessageOfAMillionPartsToTheVotePort) {
    endure(zmq::socket_type::dealer, mesh.vote_endpoint("alpha"), "connections_shut",
           [](zmq::socket_t& socket) { send_a_million_parts(socket, 8); });
}

TEST_P(FloodInRealTime, AMessageOfAMillionPartsToControlSock) {
    endure(zmq::socket_type::dealer, ipc("control.sock"), "local_connections_shut",
           [](zmq::socket_t& socket) { send_a_million_parts(socket, 8); });
}

TEST_P(FloodInRealTime, AMillionSubscriptionsToTheHeartbeatPort) {
    endure(zmq::socket_type::xsub, mesh.heartbeat_endpoint("alpha"), "connections_shut",
           [](zmq::socket_t& socket) { subscribe_a_million_times(socket, "", 18); });
}

TEST_P(FloodInRealTime, AMillionSubscriptionsToLeaderSock) {
    endure(zmq::socket_type::xsub, ipc("leader.sock"), "local_connections_shut",
           [](zmq::socket_t& socket) { subscribe_a_million_times(socket, "leader/", 18); });
}

// All of them are shut at about the same time, and libzmq looks for each at all that is subscribed to. More than ten
// milliseconds is possible (docs/security.md); less than a heartbeat, which loses nothing.
TEST_P(FloodInRealTime, TenThousandSubscriptionsOfEachOfAHundredToLeaderSock) {
    most_work = 100ms;
    endure(zmq::socket_type::xsub, ipc("leader.sock"), "local_connections_shut", [this](zmq::socket_t&) {
        zmq::context_t context;
        std::vector<zmq::socket_t> sockets;
        for (int i = 0; i < 100; ++i) {
            zmq::socket_t& socket = sockets.emplace_back(context, zmq::socket_type::xsub);
            socket.set(zmq::sockopt::sndhwm, 0);
            socket.connect(ipc("leader.sock"));
        }
        for (unsigned i = 0; i < 1'000'000; ++i) {
            sockets[i % 100].send(zmq::buffer("\1leader/" + std::to_string(i * 2654435761U)), zmq::send_flags::none);
        }
        for (;;) ::pause();
    });
}

TEST_P(FloodInRealTime, AHundredThousandFramesThatAreNoMessages) {
    endure(zmq::socket_type::dealer, mesh.vote_endpoint("alpha"), "frames_refused_not_msgpack",
           [](zmq::socket_t& socket) {
               for (int i = 0; i < 100'000; ++i) socket.send(zmq::str_buffer("\xc1"), zmq::send_flags::none);
           });
}

TEST_P(FloodInRealTime, StrangersThatHangUpBeforeTheyAreReadAtTheVotePort) {
    start();
    flood_and_hang_up(mesh.ports("alpha").vote, "DEALER", {"\0\1\xc1", 3});
    expect_as_before();
}

TEST_P(FloodInRealTime, StrangersThatHangUpBeforeTheyAreReadAtTheHeartbeatPort) {
    start();
    flood_and_hang_up(mesh.ports("alpha").heartbeat, "SUB", {"\0\2\1x", 4});
    expect_as_before();
}

INSTANTIATE_TEST_SUITE_P(Mode, FloodInRealTime, ::testing::Values("off", "enforce"),
                         [](const auto& mode) { return std::string{mode.param}; });

}  // namespace
}  // namespace bellwether::testing
