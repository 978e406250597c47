// In real time, with real sockets on loopback: who speaks to whom, and as whom.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <zmq.hpp>

#include "node/monitor.hpp"
#include "node/transport.hpp"
#include "tests/support/mesh_keys.hpp"
#include "tests/support/mesh_messages.hpp"
#include "tests/support/mesh_sockets.hpp"

namespace bellwether::node {
namespace {

using protocol::Heartbeat;
using protocol::NodeId;
using protocol::Received;
using protocol::VoteRequest;
using testing::eventually;
using testing::find;
using testing::frame_of;
using ::testing::HasSubstr;
using testing::heartbeat_of;
using testing::Keys;
using testing::new_keys;
using testing::one;
using testing::request_of;
using testing::three;
using testing::two;
using testing::value_of;

// A node with the context that it has in a process of its own: there is one doorkeeper in each.
struct Node {
    Node(const Config& config, NodeId id, const Keys& keys) : self{id} {
        const KeyPair own = testing::pair_of(keys);
        transport = std::make_unique<Transport>(context, config, config.nodes.at(id.value - 1U), &own);
    }

    zmq::context_t context;
    NodeId self;
    std::unique_ptr<Transport> transport;
};

bool heartbeat_passes(Node& from, Node& to) {
    return eventually([&] {
        from.transport->publish(heartbeat_of(from.self, 42));
        (void)testing::take(*from.transport);
        const auto heard = find<Heartbeat>(testing::take(*to.transport));
        return heard && heard->from == from.self;
    });
}

bool request_passes(Node& from, Node& to) {
    return eventually([&] {
        from.transport->send(to.self, request_of(from.self), {});
        (void)testing::take(*from.transport);
        const auto heard = find<VoteRequest>(testing::take(*to.transport));
        return heard && heard->from == from.self;
    });
}

bool speak_both_ways(Node& first, Node& second) {
    return heartbeat_passes(first, second) && heartbeat_passes(second, first) && request_passes(first, second) &&
           request_passes(second, first);
}

bool says(Node& node, NodeId of_peer, const std::string& hindrance) {
    return eventually([&] {
        (void)testing::take(*node.transport);
        return node.transport->safety_of(of_peer)->hindrance.find(hindrance) != std::string::npos;
    });
}

class EncryptedMeshInRealTime : public ::testing::Test {
protected:
    [[nodiscard]] Node start(NodeId id) const { return start(id, keys.at(id.value - 1U)); }
    [[nodiscard]] Node start(NodeId id, const Keys& with) const { return {config, id, with}; }

    // Waits for node 1 to have refused it.
    bool is_refused(Node& node, std::string_view kind) {
        return eventually([&] {
            EXPECT_FALSE(find<VoteRequest>(testing::take(*node.transport)));
            return value_of(node.transport->counters(), kind) > 0;
        });
    }

    [[nodiscard]] zmq::socket_t asker(zmq::context_t& context, const Keys& own) const {
        zmq::socket_t socket{context, zmq::socket_type::dealer};
        socket.set(zmq::sockopt::linger, 0);
        testing::speak_as(socket, own, keys[0].public_key);
        socket.connect(config.nodes[0].vote.str());
        return socket;
    }

    Config config = testing::mesh_of(3);
    std::vector<Keys> keys = testing::encrypt(config, SecurityMode::enforce);
    zmq::context_t stranger;
};

TEST_F(EncryptedMeshInRealTime, NodesSpeakToEachOtherAndStatusSaysSo) {
    Node first = start(one);
    Node second = start(two);
    EXPECT_TRUE(speak_both_ways(first, second));
    EXPECT_EQ(first.transport->safety_of(two)->security, "curve");
    EXPECT_EQ(first.transport->safety_of(two)->hindrance, "");
    EXPECT_EQ(first.transport->safety_of(three)->security, "none");
    EXPECT_EQ(first.transport->safety_of(one), std::nullopt);
}

TEST_F(EncryptedMeshInRealTime, APeerThatHoldsAnotherKeyIsSpokenToByNobody) {
    Node first = start(one);
    Node wrong = start(two, new_keys());
    EXPECT_TRUE(says(first, two, "wrong key"));
    EXPECT_TRUE(says(wrong, one, "refuses the key of this node"));
    EXPECT_TRUE(is_refused(first, "keys_refused"));
    EXPECT_EQ(first.transport->safety_of(two)->security, "none");
    EXPECT_EQ(wrong.transport->safety_of(one)->security, "none");
}

TEST_F(EncryptedMeshInRealTime, APeerThatGetsItsRightKeyIsHeardAgain) {
    Node first = start(one);
    {
        Node wrong = start(two, new_keys());
        EXPECT_TRUE(says(first, two, "wrong key"));
    }
    Node right = start(two);
    EXPECT_TRUE(speak_both_ways(first, right));
    EXPECT_EQ(first.transport->safety_of(two)->hindrance, "");
}

TEST_F(EncryptedMeshInRealTime, NobodyIsSpokenToInPlainText) {
    Node first = start(one);
    config.security.mode = SecurityMode::off;
    Node plain = start(two);
    EXPECT_TRUE(says(first, two, "takes connections in plain text only"));
    EXPECT_TRUE(says(plain, one, "takes encrypted connections only"));
    EXPECT_EQ(first.transport->safety_of(two)->security, "none");
}

TEST_F(EncryptedMeshInRealTime, TheKeysOfAPeerAreTriedInTurn) {
    const Keys newer = new_keys();
    config.nodes[1].public_keys.insert(config.nodes[1].public_keys.begin(), newer.public_key);
    Node first = start(one);
    {
        Node with_the_old_one = start(two);
        EXPECT_TRUE(speak_both_ways(first, with_the_old_one));
    }
    Node with_the_new_one = start(two, newer);
    EXPECT_TRUE(speak_both_ways(first, with_the_new_one));
}

TEST_F(EncryptedMeshInRealTime, ANodeSpeaksOnlyAsItself) {
    Node first = start(one);
    for (const NodeId claimed : {one, three, NodeId{9}}) {
        const auto before = value_of(first.transport->counters(), "sender_forged");
        zmq::socket_t second = asker(stranger, keys[1]);
        const std::vector<std::byte> frame = frame_of(request_of(claimed));
        (void)second.send(zmq::buffer(frame), zmq::send_flags::none);
        EXPECT_TRUE(eventually([&] {
            EXPECT_FALSE(find<VoteRequest>(testing::take(*first.transport)));
            return value_of(first.transport->counters(), "sender_forged") > before;
        }));
    }
    EXPECT_GE(value_of(first.transport->counters(), "connections_shut"), 3U);
}

TEST_F(EncryptedMeshInRealTime, WhoHasNoKeyIsNotHeardAndHearsNothing) {
    Node first = start(one);
    zmq::socket_t plain{stranger, zmq::socket_type::dealer};
    plain.set(zmq::sockopt::linger, 0);
    plain.connect(config.nodes[0].vote.str());
    const std::vector<std::byte> frame = frame_of(request_of(two));
    (void)plain.send(zmq::buffer(frame), zmq::send_flags::dontwait);
    EXPECT_TRUE(is_refused(first, "handshakes_refused"));
    zmq::socket_t unknown = asker(stranger, new_keys());
    (void)unknown.send(zmq::buffer(frame), zmq::send_flags::dontwait);
    EXPECT_TRUE(is_refused(first, "keys_refused"));

    zmq::socket_t deaf{stranger, zmq::socket_type::sub};
    deaf.set(zmq::sockopt::linger, 0);
    deaf.set(zmq::sockopt::subscribe, "");
    testing::speak_as(deaf, new_keys(), keys[0].public_key);
    deaf.connect(config.nodes[0].heartbeat.str());
    Node second = start(two);
    EXPECT_TRUE(heartbeat_passes(first, second));  // Who may, hears.
    zmq::message_t heard;
    EXPECT_FALSE(deaf.recv(heard, zmq::recv_flags::dontwait));
}

// --- Other keys while it runs ---

TEST_F(EncryptedMeshInRealTime, ANodeWithAnotherKeyIsSpokenToAgainAndTheOldKeyCanGo) {
    const Keys newer = new_keys();
    config.nodes[1].public_keys = {newer.public_key, keys[1].public_key};
    Node first = start(one);
    Node second = start(two);
    EXPECT_TRUE(speak_both_ways(first, second));
    const KeyPair own = testing::pair_of(newer);
    second.transport->change_keys(config, config.nodes[1], &own);
    EXPECT_TRUE(speak_both_ways(first, second));
    config.nodes[1].public_keys = {newer.public_key};
    const auto before = value_of(first.transport->counters(), "reconnects");
    first.transport->change_keys(config, config.nodes[0], nullptr);
    second.transport->change_keys(config, config.nodes[1], nullptr);
    EXPECT_TRUE(speak_both_ways(first, second));
    EXPECT_EQ(value_of(first.transport->counters(), "reconnects"), before);  // Nothing of it was disturbed.
    EXPECT_EQ(value_of(first.transport->counters(), "connections_shut"), 0U);
    EXPECT_EQ(value_of(first.transport->counters(), "keys_refused"), 0U);
}

TEST_F(EncryptedMeshInRealTime, WhoseKeyIsTakenAwayIsCutOff) {
    Node first = start(one);
    Node second = start(two);
    Node third = start(three);
    EXPECT_TRUE(speak_both_ways(first, second));
    EXPECT_TRUE(speak_both_ways(first, third));
    config.nodes[1].public_keys = {new_keys().public_key};
    first.transport->change_keys(config, config.nodes[0], nullptr);
    EXPECT_TRUE(says(second, one, "refuses the key of this node"));
    EXPECT_TRUE(says(first, two, "wrong key"));
    EXPECT_EQ(first.transport->safety_of(two)->security, "none");
    EXPECT_EQ(second.transport->safety_of(one)->security, "none");
    EXPECT_GE(value_of(first.transport->counters(), "connections_shut"), 2U);
    EXPECT_TRUE(speak_both_ways(first, third));
}

// Nothing has told before with which key it was made.
TEST_F(EncryptedMeshInRealTime, AConnectionThatSubscribesAfterItsKeyWasTakenAwayIsCutOff) {
    Node first = start(one);
    zmq::socket_t late{stranger, zmq::socket_type::sub};
    late.set(zmq::sockopt::linger, 0);
    late.set(zmq::sockopt::reconnect_ivl, -1);
    testing::speak_as(late, keys[1], keys[0].public_key);
    Monitor monitor{stranger, late, ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED};
    const auto sees = [&](int what) {
        return eventually([&] {
            (void)testing::take(*first.transport);
            const auto event = monitor.next();
            return event && event->what == what;
        });
    };
    late.connect(config.nodes[0].heartbeat.str());
    ASSERT_TRUE(sees(ZMQ_EVENT_HANDSHAKE_SUCCEEDED));
    config.nodes[1].public_keys = {new_keys().public_key};
    first.transport->change_keys(config, config.nodes[0], nullptr);
    late.set(zmq::sockopt::subscribe, "");
    EXPECT_TRUE(sees(ZMQ_EVENT_DISCONNECTED));
    EXPECT_EQ(value_of(first.transport->counters(), "keys_refused"), 1U);
    EXPECT_EQ(value_of(first.transport->counters(), "connections_shut"), 1U);
}

using Neighbours = std::pair<SecurityMode, SecurityMode>;
class NeighbouringModesInRealTime : public ::testing::TestWithParam<Neighbours> {};

TEST_P(NeighbouringModesInRealTime, UnderstandEachOther) {
    Config config = testing::mesh_of(2);
    const auto keys = testing::encrypt(config, GetParam().first);
    Node first{config, one, keys[0]};
    config.security.mode = GetParam().second;
    Node second{config, two, keys[1]};
    EXPECT_TRUE(speak_both_ways(first, second));
}

INSTANTIATE_TEST_SUITE_P(Each, NeighbouringModesInRealTime,
                         ::testing::Values(Neighbours{SecurityMode::off, SecurityMode::off},
                                           Neighbours{SecurityMode::off, SecurityMode::accept},
                                           Neighbours{SecurityMode::accept, SecurityMode::accept},
                                           Neighbours{SecurityMode::accept, SecurityMode::serve},
                                           Neighbours{SecurityMode::serve, SecurityMode::serve},
                                           Neighbours{SecurityMode::serve, SecurityMode::enforce},
                                           Neighbours{SecurityMode::enforce, SecurityMode::enforce}));

}  // namespace
}  // namespace bellwether::node
