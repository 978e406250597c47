// In real time, with real sockets on loopback.
#include "node/heartbeat_publisher.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "tests/support/mesh_messages.hpp"
#include "tests/support/mesh_sockets.hpp"

namespace bellwether::node {
namespace {

using testing::eventually;

class HeartbeatPublisherInRealTime : public ::testing::Test {
protected:
    HeartbeatPublisherInRealTime() {
        publisher.listen(endpoint, gate, nullptr);
        gate.start();
    }

    zmq::socket_t subscriber(const std::string& topic) {
        zmq::socket_t socket{context, zmq::socket_type::sub};
        socket.set(zmq::sockopt::linger, 0);
        socket.set(zmq::sockopt::reconnect_ivl, -1);
        socket.set(zmq::sockopt::subscribe, topic);
        socket.connect(endpoint.str());
        return socket;
    }

    bool hears(zmq::socket_t& socket) {
        return eventually([&] {
            (void)publisher.receive();
            publisher.publish(testing::frame_of(testing::heartbeat_of({1})));
            zmq::message_t frame;
            return socket.recv(frame, zmq::recv_flags::dontwait).has_value();
        });
    }

    zmq::context_t context;
    Refusals refusals;
    const Endpoint endpoint{"127.0.0.1", testing::free_port()};
    HeartbeatPublisher publisher{context, link_waits({}), refusals};
    Gate gate{context, refusals};
};

TEST_F(HeartbeatPublisherInRealTime, ReachesEverySubscriber) {
    auto first = subscriber("");
    auto second = subscriber("");
    EXPECT_TRUE(hears(first));
    EXPECT_TRUE(hears(second));
    EXPECT_EQ(refusals.of("subscriptions_refused"), 0U);
}

TEST_F(HeartbeatPublisherInRealTime, ShutsTheConnectionOfWhoAsksForATopic) {
    auto peer = subscriber("");
    auto stranger = subscriber("a topic");
    EXPECT_TRUE(eventually([&] {
        (void)publisher.receive();
        return refusals.of("subscriptions_refused") == 1 && refusals.of("connections_shut") == 1;
    }));
    EXPECT_TRUE(hears(peer));
}

TEST_F(HeartbeatPublisherInRealTime, DropsWhatASubscriberDoesNotRead) {
    auto slow = subscriber("");
    ASSERT_TRUE(hears(slow));
    constexpr int frames = 100'000;
    const std::vector<std::byte> frame(1024);
    for (int i = 0; i < frames; ++i) publisher.publish(frame);
    slow.set(zmq::sockopt::rcvtimeo, 1000);
    int kept = 0;
    zmq::message_t read;
    while (slow.recv(read)) ++kept;
    EXPECT_GT(kept, 0);
    EXPECT_LT(kept, frames / 2) << "what the two kernels hold is a fraction of it";
}

}  // namespace
}  // namespace bellwether::node
