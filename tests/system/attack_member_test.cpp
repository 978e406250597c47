// Attacks by a member of an encrypted mesh that has turned, or by whoever has stolen its key: what it can do is done in
// its own name, and to itself. docs/security.md lists them.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "node/monitor.hpp"
#include "tests/support/mesh_sockets.hpp"
#include "tests/support/siege.hpp"
#include "tests/support/wire_messages.hpp"

namespace bellwether::testing {
namespace {

using namespace std::chrono_literals;

// Beside the real charlie, with its key.
class AMemberInRealTime : public Siege {
protected:
    zmq::socket_t charlie = dealer_as(mesh.keys("charlie"));
};

TEST_F(AMemberInRealTime, CannotSpeakInTheNameOfAnother) {
    send(charlie, encoded(grab(2)));
    await_more("sender_forged");
    await_more("connections_shut");
}

TEST_F(AMemberInRealTime, CannotSpeakInTheNameOfTheLeaderToItself) {
    send(charlie, encoded(grab(1)));
    await_more("sender_forged");
    await_more("connections_shut");
}

TEST_F(AMemberInRealTime, CannotSpeakInTheNameOfNobody) {
    for (const std::uint16_t name : std::array<std::uint16_t, 3>{4, 999, 65535}) send(charlie, encoded(grab(name)));
    await_more("sender_forged");
    await_more("connections_shut");
}

TEST_F(AMemberInRealTime, GainsNothingByARoutingIdOfItsChoice) {
    zmq::socket_t named{context, zmq::socket_type::dealer};
    named.set(zmq::sockopt::linger, 0);
    named.set(zmq::sockopt::routing_id, "bravo");
    speak_as(named, mesh.keys("charlie"), mesh.keys("alpha").public_key);
    named.connect(mesh.vote_endpoint("alpha"));
    send(named, encoded(grab(2)));
    await_more("parts_refused");
}

TEST_F(AMemberInRealTime, IsNotVotedForWhileTheLeaderLives) {
    for (int i = 0; i < 1000; ++i) send(charlie, encoded(grab(3)));
    EXPECT_TRUE(hears(charlie, 10s));  // And is told so.
}

TEST_F(AMemberInRealTime, OfAnotherClusterIsRefused) {
    send(charlie, encoded(grab(3), "another"));
    await_more("frames_refused_cluster");
}

TEST_F(AMemberInRealTime, ThatSaysWhatIsNoMessageIsRefused) {
    tests::RandomMessages random{3};
    for (int i = 0; i < 500; ++i) {
        std::string bytes = encoded(random.next());
        bytes[static_cast<std::size_t>(i) % bytes.size()] = static_cast<char>(i);
        send(charlie, bytes.substr(0, bytes.size() - static_cast<std::size_t>(i) % 3));
    }
    for (int i = 0; i < 1000; ++i) send(charlie, "\xc1");
    await_more("frames_refused_not_msgpack");
}

TEST_F(AMemberInRealTime, ThatSendsAFrameBeyondTheLimitIsHungUpOn) {
    node::Monitor monitor{context, charlie, ZMQ_EVENT_DISCONNECTED};
    send(charlie, encoded(grab(3)));
    ASSERT_TRUE(hears(charlie, 10s));
    ASSERT_FALSE(monitor.next());
    send(charlie, std::string(300 << 10, 'x'));
    EXPECT_TRUE(eventually([&] { return monitor.next().has_value(); }, patience));
}

TEST_F(AMemberInRealTime, ThatConnectsThreeHundredTimesChangesNothing) {
    std::vector<zmq::socket_t> sockets;
    for (int i = 0; i < 300; ++i) send(sockets.emplace_back(dealer_as(mesh.keys("charlie"))), encoded(grab(3)));
    EXPECT_TRUE(hears(sockets.back(), 10s));
}

TEST_F(AMemberInRealTime, ThatNeverReadsItsHeartbeatsCostsNoMemory) {
    std::vector<zmq::socket_t> lazy;
    for (int i = 0; i < 50; ++i) {
        zmq::socket_t& socket = lazy.emplace_back(context, zmq::socket_type::sub);
        socket.set(zmq::sockopt::linger, 0);
        socket.set(zmq::sockopt::rcvhwm, 1);
        socket.set(zmq::sockopt::subscribe, "");
        speak_as(socket, mesh.keys("charlie"), mesh.keys("alpha").public_key);
        socket.connect(mesh.heartbeat_endpoint("alpha"));
    }
    for (zmq::socket_t& socket : lazy) EXPECT_TRUE(hears(socket, 10s));
}

TEST_F(AMemberInRealTime, WhoseKeyIsTakenAwayIsCutOffInTheMiddleOfASentence) {
    send(charlie, encoded(grab(3)));
    ASSERT_TRUE(hears(charlie, 10s));
    mesh.list_keys("charlie", {new_keys().public_key});
    (void)mesh.reload("alpha");
    expect_links(2);
    for (int i = 0; i < 100; ++i) send(charlie, encoded(grab(3)));
    await_more("connections_shut");
    await_more("keys_refused");
}

TEST_F(AMemberInRealTime, WithAKeyThatWasReplacedIsRefused) {
    const Keys stolen = mesh.keys("charlie");
    const Keys newer = new_keys();
    mesh.list_keys("charlie", {newer.public_key, stolen.public_key});
    for (const std::string& name : mesh.names()) (void)mesh.reload(name);
    mesh.give_keys("charlie", newer);
    (void)mesh.reload("charlie");
    mesh.list_keys("charlie", {newer.public_key});
    for (const std::string& name : mesh.names()) (void)mesh.reload(name);
    mesh.await_whole();
    zmq::socket_t thief = dealer_as(stolen);
    send(thief, encoded(grab(3)));
    await_more("keys_refused");
}

}  // namespace
}  // namespace bellwether::testing
