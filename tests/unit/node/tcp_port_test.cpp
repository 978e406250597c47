#include "node/tcp_port.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

#include "node/monitor.hpp"
#include "tests/support/mesh_sockets.hpp"

namespace bellwether::node {
namespace {

using testing::eventually;

std::string complaint_about(const Endpoint& endpoint) {
    try {
        const TcpPort port{endpoint, "votes"};
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

class ATcpPort : public ::testing::Test {
protected:
    // Whether what the client says is heard, as often as it has to be said.
    bool is_heard() {
        return eventually([&] {
            (void)client.send(zmq::str_buffer("word"), zmq::send_flags::dontwait);
            return server_hears();
        });
    }

    // One turn of the server: a connection ends only when the socket that had it was asked for messages since.
    bool server_hears() {
        zmq::message_t heard;
        return server.recv(heard, zmq::recv_flags::dontwait).has_value();
    }

    const Endpoint endpoint{"127.0.0.1", testing::free_port()};
    const TcpPort port{endpoint, "votes"};
    zmq::context_t context;
    zmq::socket_t server{context, zmq::socket_type::dealer};
    zmq::socket_t client{context, zmq::socket_type::dealer};
};

TEST_F(ATcpPort, WhoConnectsBeforeItIsServedWaits) {
    client.connect(endpoint.str());
    port.serve(server);
    EXPECT_TRUE(is_heard());
}

TEST_F(ATcpPort, IsServedAnewForWhoWasConnectedAndForOthers) {
    port.serve(server);
    client.connect(endpoint.str());
    ASSERT_TRUE(is_heard());
    Monitor monitor{context, client, ZMQ_EVENT_DISCONNECTED};
    port.serve_anew(server);
    EXPECT_TRUE(eventually([&] { return !server_hears() && monitor.next().has_value(); }));
    EXPECT_TRUE(is_heard());
}

TEST_F(ATcpPort, IsServedAnewWithTheOptionsThatWereSetSince) {
    port.serve(server);
    server.set(zmq::sockopt::plain_server, true);
    port.serve_anew(server);
    Monitor monitor{context, client, handshake_failures};
    client.connect(endpoint.str());
    EXPECT_TRUE(eventually([&] { return monitor.next().has_value(); }));
}

TEST_F(ATcpPort, NobodyGetsItWhileItIsServedAnew) {
    port.serve(server);
    std::atomic<bool> done = false;
    std::atomic<int> tries = 0;
    std::atomic<int> taken = 0;
    std::thread squatter{[&] {
        while (!done) {
            taken += complaint_about(endpoint).empty() ? 1 : 0;
            ++tries;
        }
    }};
    for (int i = 0; i < 200 || tries < 200; ++i) port.serve_anew(server);
    done = true;
    squatter.join();
    EXPECT_EQ(taken, 0);
    client.connect(endpoint.str());
    EXPECT_TRUE(is_heard());
}

TEST(ATcpPortThatCannotBe, IsToldByItsAddress) {
    const std::string text = complaint_about({"192.0.2.1", 7101});
    EXPECT_TRUE(text.starts_with("cannot listen on tcp://192.0.2.1:7101 for votes: ")) << text;
    EXPECT_NE(text.find("is not an address of this host"), std::string::npos) << text;
}

TEST(ATcpPortThatCannotBe, IsToldToBeTaken) {
    const Endpoint endpoint{"::1", testing::free_port()};
    const TcpPort first{endpoint, "heartbeats"};
    const std::string text = complaint_about(endpoint);
    EXPECT_NE(text.find(endpoint.str() + " for votes: the port is taken"), std::string::npos) << text;
}

}  // namespace
}  // namespace bellwether::node
