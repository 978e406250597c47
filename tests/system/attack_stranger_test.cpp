// Attacks on an encrypted mesh by somebody who can reach its ports and has no key of it. docs/security.md lists them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/mesh_sockets.hpp"
#include "tests/support/raw_peer.hpp"
#include "tests/support/relay.hpp"
#include "tests/support/siege.hpp"

namespace bellwether::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

std::string curve_greeting() {
    std::string greeting = zmtp_greeting();
    return greeting.replace(12, 5, "CURVE");
}

std::string random_bytes(std::size_t size) {
    static std::mt19937 dice{1};
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(dice());
    return bytes;
}

// The HELLO of CURVE, of which only the form is right.
std::string hello() { return std::string{"\4\xc8\5HELLO\1\0", 10} + std::string(72, '\0') + random_bytes(120); }

class AStrangerInRealTime : public Siege {};

// --- Without any key ---

TEST_F(AStrangerInRealTime, InPlainTextIsNotHeardAtTheVotePort) {
    zmq::socket_t stranger = plain_dealer();
    for (const std::uint16_t name : std::array<std::uint16_t, 4>{1, 2, 3, 4}) send(stranger, encoded(grab(name)));
    await_more("handshakes_refused");
}

TEST_F(AStrangerInRealTime, InPlainTextHearsNoHeartbeat) {
    zmq::socket_t stranger{context, zmq::socket_type::sub};
    stranger.set(zmq::sockopt::subscribe, "");
    stranger.connect(mesh.heartbeat_endpoint("alpha"));
    EXPECT_FALSE(hears(stranger, 1s));
    await_more("handshakes_refused");
}

TEST_F(AStrangerInRealTime, WithANameAndAPasswordIsRefused) {
    zmq::socket_t stranger{context, zmq::socket_type::dealer};
    stranger.set(zmq::sockopt::linger, 0);
    stranger.set(zmq::sockopt::plain_username, "admin");
    stranger.set(zmq::sockopt::plain_password, "admin");
    stranger.connect(mesh.vote_endpoint("alpha"));
    send(stranger, encoded(grab(2)));
    await_more("handshakes_refused");
}

// --- With a key that is in no list ---

TEST_F(AStrangerInRealTime, WithAKeyOfItsOwnIsNotHeardAtTheVotePort) {
    zmq::socket_t stranger = dealer_as(new_keys());
    for (const std::uint16_t name : std::array<std::uint16_t, 4>{1, 2, 3, 4}) send(stranger, encoded(grab(name)));
    await_more("keys_refused");
}

TEST_F(AStrangerInRealTime, WithAKeyOfItsOwnHearsNoHeartbeat) {
    zmq::socket_t stranger{context, zmq::socket_type::sub};
    stranger.set(zmq::sockopt::subscribe, "");
    speak_as(stranger, new_keys(), mesh.keys("alpha").public_key);
    stranger.connect(mesh.heartbeat_endpoint("alpha"));
    EXPECT_FALSE(hears(stranger, 1s));
    await_more("keys_refused");
}

TEST_F(AStrangerInRealTime, ThatHasThePublicKeysOnlyIsRefused) {
    // The file with all public keys is no secret. With one of them goes a secret that is not its own.
    Keys mixed{.public_key = mesh.keys("bravo").public_key, .secret = new_keys().secret};
    zmq::socket_t stranger = dealer_as(mixed);
    send(stranger, encoded(grab(2)));
    await_more("handshakes_refused");
}

TEST_F(AStrangerInRealTime, ThatExpectsAnotherKeyOfTheNodeIsRefused) {
    zmq::socket_t stranger{context, zmq::socket_type::dealer};
    stranger.set(zmq::sockopt::linger, 0);
    speak_as(stranger, mesh.keys("bravo"), new_keys().public_key);
    stranger.connect(mesh.vote_endpoint("alpha"));
    send(stranger, encoded(grab(2)));
    await_more("handshakes_refused");
}

TEST_F(AStrangerInRealTime, WithThreeHundredKeysAtOnceKeepsNobodyOut) {
    std::vector<zmq::socket_t> strangers;
    for (int i = 0; i < 300; ++i) send(strangers.emplace_back(dealer_as(new_keys())), encoded(grab(2)));
    await_more("keys_refused");
    (void)mesh.terminate("bravo");
    mesh.start("bravo");
    mesh.await_links("alpha", 3);
}

// --- Below ZeroMQ ---

TEST_F(AStrangerInRealTime, ThatSaysNonsenseIsHungUpOn) {
    const std::vector<std::string> nonsense{
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        random_bytes(100'000),
        std::string(10'000, '\0'),
        zmtp_greeting() + zmtp_ready("DEALER"),
        curve_greeting() + random_bytes(1000),
        curve_greeting() + hello(),
        curve_greeting() + zmtp_ready("DEALER"),
        curve_greeting() + std::string{"\6\xff\xff\xff\xff\xff\xff\xff\xff", 9},
        curve_greeting() + std::string{"\4\xff\x08INITIATE", 11} + random_bytes(247)};
    for (const std::uint16_t port : {mesh.ports("alpha").vote, mesh.ports("alpha").heartbeat}) {
        for (const std::string& bytes : nonsense) {
            RawPeer peer = RawPeer::at_port(port);
            peer.say(bytes);
            EXPECT_TRUE(peer.is_hung_up_on());
        }
    }
    await_more("handshakes_refused");
}

TEST_F(AStrangerInRealTime, ThatShakesHandsByteByByteIsHungUpOn) {
    RawPeer peer = RawPeer::at_port(mesh.ports("alpha").vote);
    bool ended = false;
    const std::string bytes = curve_greeting() + hello();
    for (std::size_t i = 0; i < bytes.size() && !ended; ++i) {
        peer.say(bytes.substr(i, 1));
        ended = peer.is_hung_up_on_within(50ms);
    }
    EXPECT_TRUE(ended);
}

TEST_F(AStrangerInRealTime, WithFifteenHundredHalfOpenConnectionsKeepsNobodyOut) {
    std::vector<RawPeer> silent;
    for (int i = 0; i < 1500; ++i) {
        RawPeer& peer = silent.emplace_back(RawPeer::at_port(mesh.ports("alpha").vote));
        if (i % 2 == 0) peer.say(curve_greeting());
        silent.emplace_back(RawPeer::at_port(mesh.ports("alpha").heartbeat));
    }
    (void)mesh.terminate("bravo");
    mesh.start("bravo");
    mesh.await_links("alpha", 3);
}

TEST_F(AStrangerInRealTime, WithMoreConnectionsThanThereMayBeDoesNotKeepAMemberOut) {
    // Renewed all the time, as each is given up after a while.
    std::vector<RawPeer> silent;
    for (int i = 0; i < 2200; ++i) silent.push_back(RawPeer::at_port(mesh.ports("alpha").vote));
    (void)mesh.terminate("bravo");
    mesh.start("bravo");
    for (int i = 0; i < 2200; ++i) silent[static_cast<std::size_t>(i)] = RawPeer::at_port(mesh.ports("alpha").vote);
    mesh.await_links("alpha", 3);
}

TEST_F(AStrangerInRealTime, ThatConnectsAndResetsWithoutEndChangesNothing) {
    for (int i = 0; i < 3000; ++i) {
        RawPeer peer = RawPeer::at_port(i % 2 == 0 ? mesh.ports("alpha").vote : mesh.ports("alpha").heartbeat);
        if (i % 3 == 0) peer.say(curve_greeting() + hello());
        peer.hang_up();
    }
}

// --- On the wire between two members ---

TEST_F(AStrangerInRealTime, ThatRecordsAConnectionLearnsNothingOfItAndCannotPlayItAgain) {
    const Relay relay{mesh.ports("alpha").vote};
    zmq::socket_t member = dealer_at(relay.endpoint(), mesh.keys("charlie"));
    const std::string question = encoded(grab(3));
    send(member, question);
    ASSERT_TRUE(hears(member, 10s));  // It is answered: alpha is bound to itself.
    const std::string recorded = relay.said();
    EXPECT_THAT(recorded, Not(HasSubstr(question.substr(0, 8))));
    EXPECT_THAT(recorded, Not(HasSubstr(mesh.keys("charlie").public_key)));
    const std::uint64_t before = counter("handshakes_refused");
    for (int i = 0; i < 20; ++i) {
        RawPeer again = RawPeer::at_port(mesh.ports("alpha").vote);
        again.say(recorded);
        EXPECT_TRUE(again.is_hung_up_on());
    }
    EXPECT_GE(counter("handshakes_refused"), before + 20);
}

TEST_F(AStrangerInRealTime, ThatChangesABitOfAMessageEndsTheConnectionAndNoMore) {
    std::atomic<bool> flips{false};
    const Relay relay{mesh.ports("alpha").vote, [&](std::string& bytes, std::size_t) {
                          if (flips) bytes.back() = static_cast<char>(bytes.back() ^ 1);
                      }};
    zmq::socket_t member = dealer_at(relay.endpoint(), mesh.keys("charlie"));
    send(member, encoded(grab(3)));
    ASSERT_TRUE(hears(member, 10s));
    zmq::message_t answer;
    (void)member.recv(answer);
    flips = true;
    send(member, encoded(grab(3)));
    EXPECT_FALSE(hears(member, 1s));
}

TEST_F(AStrangerInRealTime, ThatTalksTwoMembersOutOfEncryptionIsRefused) {
    const Relay relay{mesh.ports("alpha").vote, [](std::string& bytes, std::size_t before) {
                          // The name of the mechanism stands in the greeting.
                          for (std::size_t i = 0; i < bytes.size(); ++i) {
                              const std::size_t place = before + i;
                              if (place >= 12 && place < 17) bytes[i] = "NULL\0"[place - 12];
                          }
                      }};
    zmq::socket_t member = dealer_at(relay.endpoint(), mesh.keys("charlie"));
    send(member, encoded(grab(3)));
    await_more("handshakes_refused");
    EXPECT_FALSE(hears(member, 500ms));
}

// --- In the place of a member that is down ---

class AnImpostorInRealTime : public Siege {
protected:
    // Where bravo listens, there is somebody else now.
    void take_the_place_of_bravo(const std::function<void(zmq::socket_t&)>& prepare) {
        (void)mesh.terminate("bravo");
        expect_links(2);
        for (zmq::socket_t* socket : {&votes, &heartbeats}) {
            socket->set(zmq::sockopt::linger, 0);
            prepare(*socket);
        }
        votes.bind(mesh.vote_endpoint("bravo"));
        heartbeats.bind(mesh.heartbeat_endpoint("bravo"));
    }

    void await_hindrance(const std::string& beginning) {
        mesh.await_status("alpha", "bravo to be \"" + beginning + "\"", [&](const cli::Json& status) {
            for (const cli::Json& peer : status.at("peers")) {
                if (peer.at("name") == "bravo") return cli::text_of(peer, "hindrance").starts_with(beginning);
            }
            return false;
        });
        protocol::Heartbeat claim;
        claim.sender = {2};
        claim.incarnation = {std::uint64_t{1} << 60U};
        (void)heartbeats.send(zmq::buffer(encoded(claim)), zmq::send_flags::dontwait);
        EXPECT_FALSE(hears(votes, 500ms));  // Nothing is sent to it.
    }

    zmq::socket_t votes{context, zmq::socket_type::router};
    zmq::socket_t heartbeats{context, zmq::socket_type::pub};
};

TEST_F(AnImpostorInRealTime, InPlainTextIsNotSpokenTo) {
    take_the_place_of_bravo([](zmq::socket_t&) {});
    await_hindrance("takes connections in plain text only");
}

TEST_F(AnImpostorInRealTime, WithAnotherKeyIsNotSpokenTo) {
    const Keys other = new_keys();
    take_the_place_of_bravo([&](zmq::socket_t& socket) {
        socket.set(zmq::sockopt::curve_server, true);
        socket.set(zmq::sockopt::curve_secretkey, other.secret);
    });
    await_hindrance("wrong key");
}

}  // namespace
}  // namespace bellwether::testing
