// In real time, with real sockets on loopback.
#include "node/peer_link.hpp"

#include <gtest/gtest.h>

#include "tests/support/mesh_messages.hpp"
#include "tests/support/mesh_sockets.hpp"

namespace bellwether::node {
namespace {

using protocol::Heartbeat;
using protocol::NodeId;
using protocol::Received;
using testing::eventually;
using testing::frame_of;
using testing::heartbeat_of;
using testing::three;
using testing::two;

class PeerLinkInRealTime : public ::testing::Test {
protected:
    PeerLinkInRealTime() {
        publisher.set(zmq::sockopt::linger, 0);
        publisher.bind(peer.heartbeat.str());
        router.set(zmq::sockopt::linger, 0);
        router.bind(peer.vote.str());
    }

    std::vector<protocol::Event> take() {
        std::vector<protocol::Event> events;
        const auto sink = [&](const protocol::Event& event) { events.push_back(event); };
        (void)link.receive(inbox);
        inbox.deliver(sink);
        link.deliver_heartbeat(sink);
        return events;
    }

    // Publishes the frame until the kind of refusal is counted; nothing may be delivered before.
    bool is_refused(const std::vector<std::byte>& frame, std::string_view kind) {
        return eventually([&] {
            publisher.send(zmq::buffer(frame));
            EXPECT_TRUE(take().empty());
            return refusals.of(kind) > 0;
        });
    }

    // How the peer answers the link: along the route of something it was sent.
    void answer(const std::vector<std::byte>& frame) {
        zmq::message_t route;
        ASSERT_TRUE(eventually([&] {
            (void)link.send(frame_of(testing::request_of({1})));
            return router.recv(route, zmq::recv_flags::dontwait).has_value();
        }));
        zmq::message_t request;
        (void)router.recv(request);
        router.send(route, zmq::send_flags::sndmore);
        router.send(zmq::buffer(frame));
    }

    const Config config = testing::mesh_of(2);
    const NodeConfig& peer = config.nodes.back();
    zmq::context_t context;
    zmq::socket_t publisher{context, zmq::socket_type::pub};
    zmq::socket_t router{context, zmq::socket_type::router};
    Refusals refusals;
    protocol::Codec codec{config.cluster};
    Resolver resolver;
    PeerLink link{context,  peer,    SecurityMode::off, nullptr, link_waits(config.params), Decoder{codec, refusals},
                  resolver, refusals};
    Inbox inbox;
};

TEST_F(PeerLinkInRealTime, DeliversAHeartbeatOnce) {
    std::vector<protocol::Event> events;
    ASSERT_TRUE(eventually([&] {
        publisher.send(zmq::buffer(frame_of(heartbeat_of(two, 5))));
        events = take();
        return !events.empty();
    }));
    const auto& received = std::get<Received>(events.front());
    EXPECT_EQ(received.from, two);
    EXPECT_EQ(std::get<Heartbeat>(received.message), heartbeat_of(two, 5));
}

TEST_F(PeerLinkInRealTime, RefusesAHeartbeatInAnothersName) {
    EXPECT_TRUE(is_refused(frame_of(heartbeat_of(three)), "sender_forged"));
}

TEST_F(PeerLinkInRealTime, RefusesToHearWhatIsNoHeartbeat) {
    EXPECT_TRUE(is_refused(frame_of(testing::reply_of(two)), "messages_misplaced"));
}

TEST_F(PeerLinkInRealTime, RefusesAHeartbeatOfAnotherCluster) {
    std::vector<std::byte> frame;
    protocol::Codec{"another"}.encode(heartbeat_of(two), frame);
    EXPECT_TRUE(is_refused(frame, "frames_refused_cluster"));
}

TEST_F(PeerLinkInRealTime, DeliversAnAnswer) {
    answer(frame_of(testing::reply_of(two)));
    EXPECT_TRUE(eventually([&] {
        const auto reply = testing::find<protocol::VoteReply>(take());
        return reply && reply->from == two;
    }));
}

TEST_F(PeerLinkInRealTime, RefusesAnAnswerInAnothersName) {
    answer(frame_of(testing::reply_of(three)));
    EXPECT_TRUE(eventually([&] {
        EXPECT_TRUE(take().empty());
        return refusals.of("sender_forged") == 1;
    }));
}

TEST_F(PeerLinkInRealTime, RefusesAQuestionInPlaceOfAnAnswer) {
    answer(frame_of(testing::request_of(two)));
    EXPECT_TRUE(eventually([&] {
        EXPECT_TRUE(take().empty());
        return refusals.of("messages_misplaced") == 1;
    }));
}

}  // namespace
}  // namespace bellwether::node
