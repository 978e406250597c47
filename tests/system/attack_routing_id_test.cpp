// Attacks on how libzmq tells its peers apart, by whoever may connect without a key. docs/security.md lists them.
#include <gtest/gtest.h>

#include <arpa/inet.h>

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/composure.hpp"
#include "tests/support/raw_peer.hpp"
#include "tests/support/real_mesh.hpp"
#include "tests/support/siege.hpp"

namespace bellwether::testing {
namespace {

using namespace std::chrono_literals;

// The names that a ROUTER gives to its first peers, if its counter starts where rand() does that nobody has seeded: two
// numbers of it make a start. Which of the ROUTERs of a process took which is left open.
std::vector<std::string> foreseen_ids() {
    constexpr int routers = 8;
    constexpr std::uint32_t peers_of_each = 25;
    std::vector<std::string> ids;
    std::srand(1);
    for (int i = 0; i < routers; ++i) {
        const auto low = static_cast<std::uint32_t>(std::rand());
        const auto high = static_cast<std::uint32_t>(std::rand()) << 31U;
        for (std::uint32_t k = 0; k < peers_of_each; ++k) {
            const std::uint32_t number = htonl((high | low) + k);
            ids.push_back('\0' + std::string{reinterpret_cast<const char*>(&number), sizeof number});
        }
    }
    return ids;
}

class ThievesOfRoutingIdsInRealTime : public ::testing::Test {
protected:
    ThievesOfRoutingIdsInRealTime() {
        mesh.start_all();
        composure.emplace(mesh);
    }

    void TearDown() override { composure->expect_kept(); }

    // All of them, and holds what is not taken away again.
    void claim(const std::function<RawPeer()>& connect) {
        for (const std::string& id : foreseen_ids()) {
            RawPeer& thief = thieves.emplace_back(connect());
            thief.say(zmtp_greeting() + zmtp_ready("DEALER", zmtp_property("Identity", id)));
        }
        for (RawPeer& thief : thieves) ASSERT_TRUE(thief.is_hung_up_on_within(5s));
    }

    void await_all_counted(const std::string& counter) {
        mesh.await_status("alpha", counter + " to count them all", [&](const cli::Json& status) {
            return cli::number_of(status.at("counters"), counter) >= thieves.size();
        });
    }

    RealMesh mesh{{.priorities = {30, 20, 10}, .heartbeat = 100ms, .lease = 1000ms}};
    std::vector<RawPeer> thieves;
    zmq::context_t context;
    std::optional<Composure> composure;
};

TEST_F(ThievesOfRoutingIdsInRealTime, AtControlSockAreHungUpOnAndTheNextTwentyAreServed) {
    claim([&] { return RawPeer::at_path(mesh.run_dir("alpha") / "control.sock"); });
    for (int i = 0; i < 20; ++i) EXPECT_EQ(cli::text_of(mesh.status("alpha"), "node"), "alpha");
    await_all_counted("local_handshakes_refused");
}

TEST_F(ThievesOfRoutingIdsInRealTime, AtAVotePortInPlainTextAreHungUpOnAndTheNextTwentyAreServed) {
    claim([&] { return RawPeer::at_port(mesh.ports("alpha").vote); });
    for (int i = 0; i < 20; ++i) {
        zmq::socket_t honest{context, zmq::socket_type::dealer};
        honest.set(zmq::sockopt::linger, 0);
        honest.connect(mesh.vote_endpoint("alpha"));
        const std::string question = encoded(grab(3));
        honest.send(zmq::buffer(question));
        zmq::pollitem_t item{honest.handle(), 0, ZMQ_POLLIN, 0};
        EXPECT_GT(zmq::poll(&item, 1, 5s), 0);
    }
    await_all_counted("handshakes_refused");
}

}  // namespace
}  // namespace bellwether::testing
