// In real time, with real sockets on loopback.
#include "node/connection.hpp"

#include "node/clock.hpp"

#include <mutex>

#include <gtest/gtest.h>

#include "node/tcp_port.hpp"
#include "tests/support/mesh_sockets.hpp"

namespace bellwether::node {
namespace {

using namespace std::chrono_literals;
using testing::eventually;

class ConnectionInRealTime : public ::testing::Test {
protected:
    // Lets answers of the resolver through until a message comes.
    bool hears(Connection& connection) {
        return eventually([&] {
            for (const Resolved& answer : resolver.take()) connection.resolved(answer);
            (void)connection.observe();
            (void)peer.send(zmq::str_buffer("x"), zmq::send_flags::dontwait);
            zmq::message_t frame;
            return connection.socket().recv(frame, zmq::recv_flags::dontwait).has_value();
        });
    }

    // Once the one before it has gone.
    void bind_tcp_soon(zmq::socket_t& socket) const {
        const std::string endpoint = Endpoint{"127.0.0.1", port}.str();
        EXPECT_TRUE(eventually([&] { return zmq_bind(socket.handle(), endpoint.c_str()) == 0; }));
    }

    [[nodiscard]] Connection connect(const std::string& host) {
        return Connection{context, zmq::socket_type::dealer, {host, port}, "peer 2 (n2)", {Way{}}, resolver, 1,
                          refusals};
    }

    const std::uint16_t port = testing::free_port();
    zmq::context_t context;
    Refusals refusals;
    std::mutex mutex;
    std::vector<std::string> addresses;
    Resolver resolver{[this](const std::string&) {
                          const std::lock_guard lock{mutex};
                          return addresses;
                      },
                      50ms};  // Long enough for a connection to come about.
    zmq::socket_t peer{context, zmq::socket_type::dealer};
};

TEST_F(ConnectionInRealTime, ANameThatCannotBeResolvedIsTriedAgain) {
    TcpPort{{"127.0.0.1", port}, "a test"}.serve(peer);
    Connection connection = connect("node-2.example");
    connection.connect();
    ASSERT_TRUE(eventually([&] {
        for (const Resolved& answer : resolver.take()) connection.resolved(answer);
        return refusals.of("names_unresolved") > 0;
    }));
    {
        const std::lock_guard lock{mutex};
        addresses = {"127.0.0.1"};
    }
    EXPECT_TRUE(hears(connection));
    resolver.rest(1);
}

TEST_F(ConnectionInRealTime, APeerThatMovesIsFound) {
    addresses = {"127.0.0.2"};
    TcpPort{{"127.0.0.3", port}, "a test"}.serve(peer);
    Connection connection = connect("node-2.example");
    connection.connect();
    ASSERT_TRUE(eventually([&] {
        const auto answers = resolver.take();
        for (const Resolved& answer : answers) connection.resolved(answer);
        return !answers.empty();
    }));
    {
        const std::lock_guard lock{mutex};
        addresses = {"127.0.0.3"};
    }
    EXPECT_TRUE(hears(connection));
    resolver.rest(1);
}

TEST_F(ConnectionInRealTime, EveryAddressOfAHostIsTried) {
    addresses = {"127.0.0.2", "127.0.0.3", "127.0.0.4"};
    TcpPort{{"127.0.0.3", port}, "a test"}.serve(peer);
    Connection connection = connect("node-2.example");
    connection.connect();
    EXPECT_TRUE(hears(connection));
    resolver.rest(1);
}

TEST_F(ConnectionInRealTime, AConnectionThatBreaksIsSeenOnce) {
    TcpPort{{"127.0.0.1", port}, "a test"}.serve(peer);
    Connection connection = connect("127.0.0.1");
    connection.connect();
    ASSERT_TRUE(hears(connection));
    peer.close();
    EXPECT_TRUE(eventually([&] { return connection.observe(); }));
    EXPECT_FALSE(connection.observe());
}

TEST_F(ConnectionInRealTime, APeerThatIsAnotherOneIsTriedAgainUntilItIsTheRightOne) {
    // Refuses in plain text whoever comes in plain text.
    peer.set(zmq::sockopt::plain_server, true);
    TcpPort{{"127.0.0.1", port}, "a test"}.serve(peer);
    Connection connection = connect("127.0.0.1");
    connection.connect();
    EXPECT_EQ(connection.deadline(), protocol::never);
    ASSERT_TRUE(eventually([&] {
        (void)connection.observe();
        return refusals.of("handshakes_failed") == 1;
    }));
    EXPECT_NE(connection.hindrance(), "");
    EXPECT_GT(connection.deadline(), clock_now());
    EXPECT_LE(connection.deadline(), clock_now() + 100ms);
    peer = zmq::socket_t{context, zmq::socket_type::dealer};
    bind_tcp_soon(peer);
    ASSERT_TRUE(eventually([&] {
        connection.keep_deadline(clock_now());
        (void)connection.observe();
        return connection.is_up();
    }));
    EXPECT_EQ(connection.hindrance(), "");
    EXPECT_EQ(connection.deadline(), protocol::never);
}

TEST_F(ConnectionInRealTime, AWayThatIsNoneAnyMoreIsLeft) {
    TcpPort{{"127.0.0.1", port}, "a test"}.serve(peer);
    Connection connection = connect("127.0.0.1");
    connection.connect();
    ASSERT_TRUE(hears(connection));
    connection.change_ways({Way{}, Way{"another"}}, true);
    EXPECT_TRUE(connection.is_up());
    connection.change_ways({}, false);
    EXPECT_FALSE(connection.is_up());
    connection.change_ways({Way{}}, false);
    EXPECT_TRUE(hears(connection));
}

}  // namespace
}  // namespace bellwether::node
