#include "node/socket_options.hpp"

#include <gtest/gtest.h>

namespace bellwether::node {
namespace {

using namespace std::chrono_literals;

LinkWaits waits_for(protocol::Duration lease) {
    protocol::Params params;
    params.lease = lease;
    return link_waits(params);
}

TEST(LinkWaits, FollowTheLeaseWithinBounds) {
    EXPECT_EQ(waits_for(10ms).ping, 250ms);
    EXPECT_EQ(waits_for(10ms).silence, 500ms);
    EXPECT_EQ(waits_for(10ms).connect, 200ms);
    EXPECT_EQ(waits_for(300ms).ping, 300ms);
    EXPECT_EQ(waits_for(300ms).handshake, 300ms);
    EXPECT_EQ(waits_for(60s).silence, 120s);
    EXPECT_EQ(waits_for(60s).connect, 2s);
}

class SocketOptions : public ::testing::Test {
protected:
    zmq::socket_t make(zmq::socket_type type, void (*set)(zmq::socket_t&, const LinkWaits&)) {
        zmq::socket_t socket{context, type};
        set(socket, waits_for(300ms));
        return socket;
    }

    static void expect_common(const zmq::socket_t& socket, std::int64_t max_bytes) {
        EXPECT_EQ(socket.get(zmq::sockopt::linger), 0);
        EXPECT_EQ(socket.get(zmq::sockopt::maxmsgsize), max_bytes);
        EXPECT_EQ(socket.get(zmq::sockopt::handshake_ivl), 300);
    }

    static void expect_connecting(const zmq::socket_t& socket) {
        EXPECT_EQ(socket.get(zmq::sockopt::connect_timeout), 300);
        EXPECT_EQ(socket.get(zmq::sockopt::heartbeat_ivl), 300);
        EXPECT_EQ(socket.get(zmq::sockopt::heartbeat_timeout), 600);
        EXPECT_EQ(socket.get(zmq::sockopt::heartbeat_ttl), 600);
        EXPECT_EQ(socket.get(zmq::sockopt::reconnect_ivl), 10);
        EXPECT_EQ(socket.get(zmq::sockopt::reconnect_ivl_max), 200);
    }

    zmq::context_t context;
};

TEST_F(SocketOptions, OfThePublisher) {
    const auto socket = make(zmq::socket_type::xpub, set_publisher_options);
    expect_common(socket, 1024);
    EXPECT_EQ(socket.get(zmq::sockopt::sndhwm), 8);
}

TEST_F(SocketOptions, OfASubscriber) {
    const auto socket = make(zmq::socket_type::sub, set_subscriber_options);
    expect_common(socket, 256 * 1024);
    expect_connecting(socket);
}

TEST_F(SocketOptions, OfTheRouter) {
    const auto socket = make(zmq::socket_type::router, set_router_options);
    expect_common(socket, 64 * 1024);
    EXPECT_EQ(socket.get(zmq::sockopt::sndhwm), 64);
    EXPECT_EQ(socket.get(zmq::sockopt::rcvhwm), 0);
}

TEST_F(SocketOptions, OfADealer) {
    const auto socket = make(zmq::socket_type::dealer, set_dealer_options);
    expect_common(socket, 256 * 1024);
    expect_connecting(socket);
    EXPECT_EQ(socket.get(zmq::sockopt::sndhwm), 16);
    EXPECT_TRUE(socket.get(zmq::sockopt::immediate));
}

}  // namespace
}  // namespace bellwether::node
