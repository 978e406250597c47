#include "node/curve.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/mesh_keys.hpp"

namespace bellwether::node {
namespace {

TEST(TheWaysToAPeer, ArePlainEncryptedOrBothByTheMode) {
    NodeConfig peer;
    peer.public_keys = {"new", "old"};
    const Way plain;
    const Way newer{"new"};
    const Way older{"old"};
    EXPECT_EQ(ways_to(peer, SecurityMode::off), std::vector<Way>{plain});
    EXPECT_EQ(ways_to(peer, SecurityMode::accept), (std::vector<Way>{plain, newer, older}));
    EXPECT_EQ(ways_to(peer, SecurityMode::serve), (std::vector<Way>{newer, older, plain}));
    EXPECT_EQ(ways_to(peer, SecurityMode::enforce), (std::vector<Way>{newer, older}));
}

TEST(TheWaysToAPeer, AreNoneWhereEncryptionIsEnforcedAndItHasNoKey) {
    EXPECT_TRUE(ways_to(NodeConfig{}, SecurityMode::enforce).empty());
}

TEST(AListener, IsEncryptedInTheLastTwoModes) {
    EXPECT_FALSE(listens_encrypted(SecurityMode::off));
    EXPECT_FALSE(listens_encrypted(SecurityMode::accept));
    EXPECT_TRUE(listens_encrypted(SecurityMode::serve));
    EXPECT_TRUE(listens_encrypted(SecurityMode::enforce));
}

TEST(AConnectingSocket, CanGoAnotherWayEachTimeItConnects) {
    const testing::Keys own = testing::new_keys();
    const testing::Keys peer = testing::new_keys();
    zmq::context_t context;
    zmq::socket_t socket{context, zmq::socket_type::dealer};
    show_own_key(socket, testing::pair_of(own));
    const auto mechanism = [&] { return socket.get(zmq::sockopt::mechanism); };
    choose_way(socket, {});
    EXPECT_EQ(mechanism(), ZMQ_NULL);
    choose_way(socket, {peer.public_key});
    EXPECT_EQ(mechanism(), ZMQ_CURVE);
    EXPECT_EQ(socket.get(zmq::sockopt::curve_serverkey), peer.public_key);
    EXPECT_EQ(socket.get(zmq::sockopt::curve_secretkey), own.secret);
    choose_way(socket, {});
    EXPECT_EQ(mechanism(), ZMQ_NULL);
}

TEST(AMessage, OfAPlainConnectionProvesNothing) {
    const zmq::message_t message{std::string_view{"hello"}};
    EXPECT_EQ(proof_of(message).sender, protocol::nobody);
    EXPECT_EQ(proof_of(message).key, "");
}

}  // namespace
}  // namespace bellwether::node
