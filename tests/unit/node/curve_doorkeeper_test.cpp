// In real time, with real sockets on loopback.
#include "node/curve_doorkeeper.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "node/curve.hpp"
#include "node/monitor.hpp"
#include "tests/support/mesh_keys.hpp"
#include "tests/support/mesh_sockets.hpp"

namespace bellwether::node {
namespace {

using protocol::nobody;
using protocol::NodeId;
using testing::eventually;
using testing::Keys;

class ADoorkeeperInRealTime : public ::testing::Test {
protected:
    ADoorkeeperInRealTime() {
        listen_encrypted(listener, testing::pair_of(keys[0]));
        listener.set(zmq::sockopt::linger, 0);
        listener.bind("tcp://127.0.0.1:*");
    }

    zmq::socket_t client(const Keys& own) {
        zmq::socket_t socket{context, zmq::socket_type::dealer};
        socket.set(zmq::sockopt::linger, 0);
        testing::speak_as(socket, own, keys[0].public_key);
        socket.connect(listener.get(zmq::sockopt::last_endpoint));
        (void)socket.send(zmq::str_buffer("hello"), zmq::send_flags::dontwait);
        return socket;
    }

    bool hears(zmq::message_t& payload) {
        zmq::pollitem_t item{listener.handle(), 0, ZMQ_POLLIN, 0};
        if (zmq::poll(&item, 1, std::chrono::seconds{10}) == 0) return false;
        do {
            (void)listener.recv(payload);
        } while (payload.more());
        return true;
    }

    Config config = testing::mesh_of(3);
    std::vector<Keys> keys = testing::encrypt(config, SecurityMode::enforce);
    KeyRing ring{config, config.nodes[0]};
    Refusals refusals;
    zmq::context_t context;
    Doorkeeper doorkeeper{context, ring, refusals};
    zmq::socket_t listener{context, zmq::socket_type::router};
};

TEST_F(ADoorkeeperInRealTime, AdmitsTheNodesOfTheMeshAndTellsWhoSentAMessage) {
    for (const std::uint16_t id : std::array<std::uint16_t, 2>{2, 3}) {
        const Keys& own = keys[id - 1U];
        zmq::socket_t peer = client(own);
        zmq::message_t payload;
        ASSERT_TRUE(hears(payload));
        EXPECT_EQ(proof_of(payload).sender, NodeId{id});
        EXPECT_EQ(proof_of(payload).key, own.public_key);
    }
    EXPECT_EQ(refusals.of("keys_refused"), 0U);
}

TEST_F(ADoorkeeperInRealTime, RefusesEveryOtherKeyAndItsOwn) {
    zmq::socket_t stranger = client(testing::new_keys());
    EXPECT_TRUE(eventually([&] { return refusals.of("keys_refused") == 1; }));
    zmq::socket_t mirror = client(keys[0]);
    EXPECT_TRUE(eventually([&] { return refusals.of("keys_refused") == 2; }));
    zmq::socket_t peer = client(keys[1]);
    zmq::message_t payload;
    ASSERT_TRUE(hears(payload));
    EXPECT_EQ(proof_of(payload).sender, NodeId{2});  // And nothing came of those before it.
}

TEST_F(ADoorkeeperInRealTime, IsNotPassedInPlainText) {
    zmq::socket_t plain{context, zmq::socket_type::dealer};
    plain.set(zmq::sockopt::linger, 0);
    plain.connect(listener.get(zmq::sockopt::last_endpoint));
    (void)plain.send(zmq::str_buffer("hello"), zmq::send_flags::dontwait);
    zmq::socket_t peer = client(keys[2]);
    zmq::message_t payload;
    ASSERT_TRUE(hears(payload));
    EXPECT_EQ(proof_of(payload).sender, NodeId{3});
}

TEST_F(ADoorkeeperInRealTime, AdmitsAndRefusesByTheNewestReading) {
    const Keys other = testing::new_keys();
    config.nodes[1].public_keys = {other.public_key};
    ring.take(config, config.nodes[0]);
    zmq::socket_t old_key = client(keys[1]);
    EXPECT_TRUE(eventually([&] { return refusals.of("keys_refused") == 1; }));
    zmq::socket_t new_key = client(other);
    zmq::message_t payload;
    ASSERT_TRUE(hears(payload));
    EXPECT_EQ(proof_of(payload).key, other.public_key);
}

TEST(WithoutADoorkeeperInRealTime, AnEncryptedListenerAdmitsNobody) {
    Config config = testing::mesh_of(2);
    const auto keys = testing::encrypt(config, SecurityMode::enforce);
    zmq::context_t context;
    zmq::socket_t listener{context, zmq::socket_type::router};
    listen_encrypted(listener, testing::pair_of(keys[0]));
    listener.bind("tcp://127.0.0.1:*");
    Monitor monitor{context, listener, ZMQ_EVENT_ALL};
    zmq::socket_t peer{context, zmq::socket_type::dealer};
    peer.set(zmq::sockopt::linger, 0);
    testing::speak_as(peer, keys[1], keys[0].public_key);
    peer.connect(listener.get(zmq::sockopt::last_endpoint));
    (void)peer.send(zmq::str_buffer("hello"), zmq::send_flags::dontwait);
    EXPECT_TRUE(eventually([&] {
        const auto event = monitor.next();
        return event && is_handshake_failure(*event);
    }));
    zmq::message_t part;
    EXPECT_FALSE(listener.recv(part, zmq::recv_flags::dontwait));
}

}  // namespace
}  // namespace bellwether::node
