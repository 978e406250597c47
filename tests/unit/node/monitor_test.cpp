// In real time, with real sockets on loopback.
#include "node/monitor.hpp"

#include <gtest/gtest.h>

#include "tests/support/mesh_sockets.hpp"

namespace bellwether::node {
namespace {

using testing::eventually;

TEST(MonitorInRealTime, SeesAConnectionComeAndGo) {
    zmq::context_t context;
    const std::string endpoint = "tcp://127.0.0.1:" + std::to_string(testing::free_port());
    zmq::socket_t listener{context, zmq::socket_type::dealer};
    listener.bind(endpoint);
    zmq::socket_t watched{context, zmq::socket_type::dealer};
    Monitor monitor{context, watched, ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED};
    EXPECT_FALSE(monitor.next());

    const auto sees = [&](int what) {
        return eventually([&] {
            const auto event = monitor.next();
            return event && event->what == what;
        });
    };
    watched.connect(endpoint);
    EXPECT_TRUE(sees(ZMQ_EVENT_HANDSHAKE_SUCCEEDED));
    listener.close();
    EXPECT_TRUE(sees(ZMQ_EVENT_DISCONNECTED));
}

TEST(MonitorInRealTime, TellsFailuresOfAHandshakeFromOtherEvents) {
    EXPECT_TRUE(is_handshake_failure({.what = ZMQ_EVENT_HANDSHAKE_FAILED_AUTH, .value = 400}));
    EXPECT_FALSE(is_handshake_failure({.what = ZMQ_EVENT_HANDSHAKE_SUCCEEDED, .value = 0}));
    EXPECT_FALSE(is_handshake_failure({.what = ZMQ_EVENT_DISCONNECTED, .value = 0}));
}

}  // namespace
}  // namespace bellwether::node
