// With real sockets, and with libzmq's, which call our recv() and close().
#include "node/intake.hpp"

#include <array>
#include <cstring>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <sys/socket.h>

#include <gtest/gtest.h>
#include <zmq.hpp>

#include "node/descriptor.hpp"
#include "tests/support/accepted_connection.hpp"
#include "tests/support/raw_peer.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::node {
namespace {

using testing::AnAcceptedConnection;
using testing::RawPeer;
using testing::zmtp_greeting;
using testing::zmtp_property;
using testing::zmtp_ready;

std::string claim() {
    return zmtp_greeting() + zmtp_ready("DEALER", zmtp_property("Identity", std::string{"\0\1\2\3\4", 5}));
}

const std::string refused = std::strerror(greeting_refused);

TEST_F(AnAcceptedConnection, ThatClaimsAReservedIdIsNotHeardOut) {
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    peer.say(claim());
    EXPECT_EQ(heard(connection), refused);
    peer.say("and so on");
    EXPECT_EQ(heard(connection), refused);
}

TEST_F(AnAcceptedConnection, ThatClaimsOneByteByByteIsHeardUntilTheLast) {
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    peer.say(claim());
    for (std::size_t i = 0; i + 1 < claim().size(); ++i) ASSERT_EQ(heard(connection, 1), claim().substr(i, 1));
    EXPECT_EQ(heard(connection, 1), refused);
}

TEST_F(AnAcceptedConnection, ThatHasIntroducedItselfMaySayAnything) {
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    const std::string greeting = zmtp_greeting() + zmtp_ready("DEALER");
    peer.say(greeting.substr(0, 70));
    EXPECT_EQ(heard(connection), greeting.substr(0, 70));
    peer.say(greeting.substr(70) + claim());
    EXPECT_EQ(heard(connection), greeting.substr(70) + claim());
    peer.say(std::string(4096, '\0'));
    EXPECT_EQ(heard(connection), std::string(4096, '\0'));
}

TEST_F(AnAcceptedConnection, OfWhichNothingHasComeIsLeftAlone) {
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    EXPECT_EQ(heard(connection), std::strerror(EAGAIN));
    peer.hang_up();
    EXPECT_EQ(heard(connection), "");
}

TEST_F(AnAcceptedConnection, IsForgottenWhenItIsClosed) {
    RawPeer peer = RawPeer::at_path(path);
    int number = -1;
    {
        const Descriptor connection = accepted();
        number = connection.get();
        peer.say(zmtp_greeting().substr(0, 20));
        (void)heard(connection);
    }
    // Its number goes to one that was not accepted.
    std::array<int, 2> pair{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()), 0);
    const Descriptor given{pair[0]};
    const Descriptor there{pair[1]};
    const Descriptor here{::fcntl(given.get(), F_DUPFD_CLOEXEC, number)};
    ASSERT_EQ(here.get(), number);
    ASSERT_EQ(::send(there.get(), "GET", 3, 0), 3);
    EXPECT_EQ(heard(here), "GET");
}

TEST_F(AnAcceptedConnection, BeginsAnewWhereAnotherHasEnded) {
    for (int i = 0; i < 3; ++i) {
        RawPeer peer = RawPeer::at_path(path);
        const Descriptor connection = accepted();
        peer.say(claim().substr(0, 80));
        EXPECT_EQ(heard(connection), claim().substr(0, 80));
    }
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    peer.say(claim());
    EXPECT_EQ(heard(connection), refused);
}

// What all of this is for: that libzmq calls us, and hangs up when it is told to.
TEST(ARouterOfLibzmq, HangsUpOnWhoClaimsAReservedIdAndServesTheOthers) {
    const testing::TemporaryDirectory directory;
    const std::filesystem::path path = directory.path() / "router";
    zmq::context_t context;
    zmq::socket_t router{context, zmq::socket_type::router};
    router.bind("ipc://" + path.string());
    router.bind("tcp://127.0.0.1:*");
    const std::string endpoint = router.get(zmq::sockopt::last_endpoint);
    const auto port = static_cast<std::uint16_t>(std::stoul(endpoint.substr(endpoint.rfind(':') + 1)));
    for (const bool local : {true, false}) {
        RawPeer thief = local ? RawPeer::at_path(path) : RawPeer::at_port(port);
        thief.say(claim());
        EXPECT_TRUE(thief.is_hung_up_on());
        zmq::socket_t honest{context, zmq::socket_type::dealer};
        honest.set(zmq::sockopt::linger, 0);
        honest.connect(local ? "ipc://" + path.string() : endpoint);
        honest.send(zmq::str_buffer("hello"));
        router.set(zmq::sockopt::rcvtimeo, 10'000);
        zmq::message_t message;
        ASSERT_TRUE(router.recv(message));
        ASSERT_TRUE(router.recv(message));
        EXPECT_EQ(message.to_string(), "hello");
    }
}

}  // namespace
}  // namespace bellwether::node
