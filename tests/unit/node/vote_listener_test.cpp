// In real time, with real sockets on loopback.
#include "node/vote_listener.hpp"

#include <gtest/gtest.h>

#include "node/curve_doorkeeper.hpp"
#include "node/curve_keyring.hpp"
#include "node/descriptor_limit.hpp"
#include "tests/support/mesh_keys.hpp"
#include "tests/support/mesh_messages.hpp"
#include "tests/support/mesh_sockets.hpp"

namespace bellwether::node {
namespace {

using protocol::NodeId;
using protocol::Received;
using testing::eventually;
using testing::frame_of;
using testing::one;
using testing::request_of;
using testing::two;

class VoteListenerInRealTime : public ::testing::Test {
protected:
    VoteListenerInRealTime() {
        limit_descriptors();
        listener.listen(config.nodes.front().vote, gate, nullptr);
    }

    zmq::socket_t asker() {
        zmq::socket_t socket{context, zmq::socket_type::dealer};
        socket.set(zmq::sockopt::linger, 0);
        socket.connect(config.nodes.front().vote.str());
        return socket;
    }

    std::vector<Received> take() {
        std::vector<Received> received;
        (void)listener.receive(inbox);
        inbox.deliver([&](const protocol::Event& event) { received.push_back(std::get<Received>(event)); });
        return received;
    }

    // The first requests, which must come.
    std::vector<Received> first_requests() {
        std::vector<Received> received;
        EXPECT_TRUE(eventually([&] {
            received = take();
            return !received.empty();
        }));
        return received;
    }

    // Nothing may come before the count does.
    bool is_refused(std::string_view kind, std::uint64_t times) {
        return eventually([&] {
            EXPECT_TRUE(take().empty());
            return refusals.of(kind) == times;
        });
    }

    Config config = testing::mesh_of(2);
    zmq::context_t context;
    Refusals refusals;
    protocol::Codec codec{config.cluster};
    VoteListener listener{context, config, config.nodes.front(), link_waits(config.params), Decoder{codec, refusals},
                          refusals};
    Gate gate{context, refusals};
    Inbox inbox;
};

TEST_F(VoteListenerInRealTime, TakesARequestAndAnswersAlongItsRoute) {
    auto socket = asker();
    socket.send(zmq::buffer(frame_of(request_of(two))));
    const auto received = first_requests();
    ASSERT_EQ(received.size(), 1U);
    EXPECT_EQ(received.front().from, two);
    const auto answer = frame_of(testing::reply_of(one));
    EXPECT_TRUE(listener.send(received.front().route, answer));
    zmq::message_t frame;
    ASSERT_TRUE(eventually([&] { return socket.recv(frame, zmq::recv_flags::dontwait).has_value(); }));
    EXPECT_TRUE(
        std::equal(answer.begin(), answer.end(), frame.data<std::byte>(), frame.data<std::byte>() + frame.size()));
}

TEST_F(VoteListenerInRealTime, SaysThatNobodyIsAtARoute) {
    EXPECT_FALSE(listener.send(protocol::Route{12345}, frame_of(testing::reply_of(one))));
}

TEST_F(VoteListenerInRealTime, RefusesItsOwnNameAndUnknownOnes) {
    auto socket = asker();
    socket.send(zmq::buffer(frame_of(request_of(one))));
    socket.send(zmq::buffer(frame_of(request_of({9}))));
    EXPECT_TRUE(is_refused("senders_unknown", 2));
}

TEST_F(VoteListenerInRealTime, RefusesWhatIsNoRequest) {
    auto socket = asker();
    socket.send(zmq::buffer(frame_of(testing::heartbeat_of(two))));
    socket.send(zmq::buffer(frame_of(testing::reply_of(two))));
    EXPECT_TRUE(is_refused("messages_misplaced", 2));
}

TEST_F(VoteListenerInRealTime, ToleratesAnEmptyMessage) {
    auto socket = asker();
    socket.send(zmq::message_t{}, zmq::send_flags::none);
    socket.send(zmq::buffer(frame_of(request_of({9}))));
    EXPECT_TRUE(is_refused("senders_unknown", 1));
    EXPECT_EQ(refusals.of("parts_refused"), 0U);
}

TEST_F(VoteListenerInRealTime, ToleratesAnEmptyPartBeforeTheRequest) {
    auto socket = asker();
    socket.send(zmq::message_t{}, zmq::send_flags::sndmore);
    socket.send(zmq::buffer(frame_of(request_of(two))), zmq::send_flags::none);
    EXPECT_EQ(first_requests().size(), 1U);
}

TEST_F(VoteListenerInRealTime, RefusesARoutingIdThatTheSenderChose) {
    zmq::socket_t socket{context, zmq::socket_type::dealer};
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::routing_id, "n2");
    socket.connect(config.nodes.front().vote.str());
    socket.send(zmq::buffer(frame_of(request_of(two))));
    EXPECT_TRUE(is_refused("parts_refused", 1));
}

TEST_F(VoteListenerInRealTime, ShutsTheConnectionOfWhoSendsManyPartsAndHearsTheOthers) {
    gate.start();
    auto noisy = asker();
    // The gate may learn of a connection a moment after the first message came over it, and then shuts it at the next.
    EXPECT_TRUE(eventually([&] {
        for (int i = 0; i < 1000; ++i) noisy.send(zmq::str_buffer("x"), zmq::send_flags::sndmore);
        noisy.send(zmq::str_buffer("x"));
        EXPECT_TRUE(take().empty());
        return refusals.of("connections_shut") > 0;
    }));
    EXPECT_GE(refusals.of("parts_refused"), 1U);
    auto socket = asker();
    socket.send(zmq::buffer(frame_of(request_of(two))));
    EXPECT_EQ(first_requests().size(), 1U);
}

class EncryptedVoteListenerInRealTime : public ::testing::Test {
protected:
    EncryptedVoteListenerInRealTime() {
        const KeyPair own = testing::pair_of(keys[0]);
        listener.listen(config.nodes.front().vote, gate, &own);
        gate.start();
    }

    // True: it comes in, false: it is refused.
    bool takes(zmq::socket_t& asker, NodeId claimed, std::string_view kind) {
        const auto before = refusals.of(kind);
        asker.send(zmq::buffer(frame_of(request_of(claimed))), zmq::send_flags::none);
        bool came = false;
        EXPECT_TRUE(eventually([&] {
            (void)listener.receive(inbox);
            inbox.deliver([&](const protocol::Event&) { came = true; });
            return came || refusals.of(kind) > before;
        }));
        return came;
    }

    Config config = testing::mesh_of(3);
    std::vector<testing::Keys> keys = testing::encrypt(config, SecurityMode::enforce);
    zmq::context_t context;
    zmq::context_t elsewhere;
    Refusals refusals;
    protocol::Codec codec{config.cluster};
    KeyRing ring{config, config.nodes.front()};
    Doorkeeper doorkeeper{context, ring, refusals};
    VoteListener listener{context, config, config.nodes.front(), link_waits(config.params), Decoder{codec, refusals},
                          refusals};
    Gate gate{context, refusals, Strangers::hosts,
              [this](const Proof& proof) { return ring.holder_of(proof.key) == proof.sender; }};
    Inbox inbox;
};

TEST_F(EncryptedVoteListenerInRealTime, AsksOfEachMessageWhetherItsKeyIsStillGood) {
    zmq::socket_t asker{elsewhere, zmq::socket_type::dealer};
    asker.set(zmq::sockopt::linger, 0);
    testing::speak_as(asker, keys[1], keys[0].public_key);
    asker.connect(config.nodes.front().vote.str());
    EXPECT_TRUE(takes(asker, two, "keys_refused"));
    EXPECT_TRUE(takes(asker, two, "keys_refused"));
    config.nodes[1].public_keys = {testing::new_keys().public_key};
    ring.take(config, config.nodes.front());
    EXPECT_FALSE(takes(asker, two, "keys_refused"));
    EXPECT_TRUE(eventually([&] { return refusals.of("connections_shut") == 1; }));
}

TEST_F(EncryptedVoteListenerInRealTime, TakesWhatTheHolderOfTheKeySaysAsItself) {
    for (const NodeId claimed : {one, NodeId{3}, NodeId{9}}) {
        zmq::socket_t asker{elsewhere, zmq::socket_type::dealer};
        asker.set(zmq::sockopt::linger, 0);
        asker.set(zmq::sockopt::routing_id, "node-" + std::to_string(claimed.value));  // Says nothing.
        testing::speak_as(asker, keys[1], keys[0].public_key);
        asker.connect(config.nodes.front().vote.str());
        EXPECT_FALSE(takes(asker, claimed, "parts_refused"));
    }
    zmq::socket_t asker{elsewhere, zmq::socket_type::dealer};
    asker.set(zmq::sockopt::linger, 0);
    testing::speak_as(asker, keys[1], keys[0].public_key);
    asker.connect(config.nodes.front().vote.str());
    EXPECT_TRUE(takes(asker, two, "sender_forged"));
    EXPECT_FALSE(takes(asker, one, "sender_forged"));
}

}  // namespace
}  // namespace bellwether::node
