// Whatever is sent to any of a daemon's sockets is refused and counted, and changes nothing: by a stranger where all is
// plain text, by a member that has turned where all is encrypted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <zmq.hpp>

#include "client/clock.hpp"
#include "node/monitor.hpp"
#include "protocol/codec.hpp"
#include "tests/support/mesh_sockets.hpp"
#include "tests/support/raw_peer.hpp"
#include "tests/support/real_mesh.hpp"
#include "tests/support/wire_messages.hpp"

namespace bellwether::testing {
namespace {

using namespace std::chrono_literals;
using protocol::Time;

class Stranger {
public:
    explicit Stranger(zmq::socket_type type) : socket_{context_, type} {
        socket_.set(zmq::sockopt::linger, 0);
        socket_.set(zmq::sockopt::sndhwm, 0);
    }
    Stranger(zmq::socket_type type, const std::string& endpoint) : Stranger{type} { connect(endpoint); }

    void speak_as(const Keys& own, const std::string& server_key) { testing::speak_as(socket_, own, server_key); }
    void connect(const std::string& endpoint) { socket_.connect(endpoint); }

    void send(const std::vector<std::string>& parts) {
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const bool last = i + 1 == parts.size();
            socket_.send(zmq::buffer(parts[i]), last ? zmq::send_flags::none : zmq::send_flags::sndmore);
        }
    }
    void send(const std::string& part) { send(std::vector{part}); }

    // Having been let in, and after no word but this one.
    [[nodiscard]] bool is_hung_up_on_after(const std::string& frame) {
        const auto sees = [&](int what) {
            return eventually(
                [&] {
                    const auto event = monitor_.next();
                    return event && event->what == what;
                },
                patience);
        };
        if (!sees(ZMQ_EVENT_HANDSHAKE_SUCCEEDED)) return false;
        send(frame);
        return sees(ZMQ_EVENT_DISCONNECTED);
    }

private:
    zmq::context_t context_;
    zmq::socket_t socket_;
    node::Monitor monitor_{context_, socket_, ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED};
};

// One leads, and keeps leading whatever is thrown at it.
class GarbageInRealTime : public ::testing::TestWithParam<const char*> {
protected:
    GarbageInRealTime() {
        mesh.start_all();
        leadership = mesh.await_leader("alpha");
        mesh.await_links("alpha", 3);
        begin = client::now();
    }

    void TearDown() override {
        mesh.await_links("alpha", 3);
        EXPECT_EQ(mesh.await_leader("alpha"), leadership);
        mesh.expect_only(leadership, begin);
    }

    // Throws, which ends the test, if it never does.
    void await_counter(const std::string& counter) {
        mesh.await_status("alpha", counter + " above 0",
                          [&](const cli::Json& status) { return cli::number_of(status.at("counters"), counter) > 0; });
    }

    [[nodiscard]] std::string ipc(const std::string& name) const {
        return "ipc://" + (mesh.run_dir("alpha") / name).string();
    }

    [[nodiscard]] bool is_encrypted() const { return std::string_view{GetParam()} == "enforce"; }
    // To the vote port, with the key of charlie where it takes one.
    void connect(Stranger& stranger) const {
        if (is_encrypted()) stranger.speak_as(mesh.keys("charlie"), mesh.keys("alpha").public_key);
        stranger.connect(mesh.vote_endpoint("alpha"));
    }

    RealMesh mesh{{.priorities = {30, 20, 10}, .heartbeat = 100ms, .lease = 1000ms, .security = GetParam()}};
    Leadership leadership;
    Time begin;
};

std::string random_bytes(std::mt19937& dice, std::size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(dice());
    return bytes;
}

std::string encoded(const protocol::Message& message, std::string_view cluster = "test") {
    std::vector<std::byte> frame;
    protocol::Codec{cluster}.encode(message, frame);
    return {reinterpret_cast<const char*>(frame.data()), frame.size()};
}

// --- Bytes that are no ZeroMQ ---

std::vector<std::string> what_is_no_zeromq(std::mt19937& dice) {
    const std::string hello = zmtp_greeting();
    const std::string ready = zmtp_ready("DEALER");
    return {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
            random_bytes(dice, 64),
            random_bytes(dice, 100'000),
            hello.substr(0, 11),  // And then silence.
            hello,  // The same, later.
            hello + random_bytes(dice, 1000),
            hello + std::string{"\6\xff\xff\xff\xff\xff\xff\xff\xff", 9},  // A command of 2^64 - 1 bytes.
            hello + ready + zmtp_frame_head(std::uint64_t{1} << 62U),
            hello + ready + zmtp_frame_head(100) + "half a frame",
            std::string(10'000, '\0')};
}

TEST_P(GarbageInRealTime, BytesThatAreNoZeroMqAreRefusedAtEverySocket) {
    std::mt19937 dice{1};
    std::vector<RawPeer> peers;
    for (const std::string& bytes : what_is_no_zeromq(dice)) {
        for (const std::uint16_t port : {mesh.ports("alpha").heartbeat, mesh.ports("alpha").vote}) {
            peers.emplace_back(RawPeer::at_port(port)).say(bytes);
        }
        for (const char* name : {"leader.sock", "control.sock"}) {
            peers.emplace_back(RawPeer::at_path(mesh.run_dir("alpha") / name)).say(bytes);
        }
    }
    await_counter("handshakes_refused");
    // The silent ones are still there, and in nobody's way.
    EXPECT_EQ(mesh.order("alpha", {"leader"}).output, "alpha\n");
}

// --- Frames that are no messages of a mesh ---

TEST_P(GarbageInRealTime, FramesThatAreNoMessagesAreRefusedAtTheVotePort) {
    std::mt19937 dice{2};
    Stranger stranger{zmq::socket_type::dealer};
    connect(stranger);
    for (int i = 0; i < 200; ++i) stranger.send(random_bytes(dice, 1 + dice() % 1000));
    for (const protocol::Message& message : tests::one_of_each()) {
        const std::string whole = encoded(message);
        for (std::size_t size = 1; size < whole.size(); ++size) stranger.send(whole.substr(0, size));
        stranger.send(whole + "x");
        stranger.send(encoded(message, "another cluster"));
    }
    stranger.send(std::vector<std::string>{"", "", ""});
    stranger.send(std::vector<std::string>{"two", "parts"});
    for (const char* counter :
         {"frames_refused_not_msgpack", "frames_refused_trailing", "frames_refused_cluster", "parts_refused"}) {
        await_counter(counter);
    }
}

TEST_P(GarbageInRealTime, AFrameOfThreeHundredKibibytesEndsItsConnection) {
    const std::string frame(300 << 10, 'x');
    const auto is_refused = [&](RawPeer peer, std::string_view socket_type) {
        peer.say(zmtp_greeting() + zmtp_ready(socket_type));
        peer.say(zmtp_frame_head(frame.size()) + frame);
        return peer.is_hung_up_on();
    };
    if (is_encrypted()) {
        // In plain text the greeting would be the end of it.
        Stranger voter{zmq::socket_type::dealer};
        connect(voter);
        EXPECT_TRUE(voter.is_hung_up_on_after(frame));
        Stranger subscriber{zmq::socket_type::xsub};
        subscriber.speak_as(mesh.keys("charlie"), mesh.keys("alpha").public_key);
        subscriber.connect(mesh.heartbeat_endpoint("alpha"));
        EXPECT_TRUE(subscriber.is_hung_up_on_after(frame));
    } else {
        EXPECT_TRUE(is_refused(RawPeer::at_port(mesh.ports("alpha").vote), "DEALER"));
        EXPECT_TRUE(is_refused(RawPeer::at_port(mesh.ports("alpha").heartbeat), "SUB"));
    }
    EXPECT_TRUE(is_refused(RawPeer::at_path(mesh.run_dir("alpha") / "control.sock"), "DEALER"));
    EXPECT_TRUE(is_refused(RawPeer::at_path(mesh.run_dir("alpha") / "leader.sock"), "SUB"));
    EXPECT_EQ(mesh.order("alpha", {"leader"}).status, 0);
}

// --- Messages in the name of somebody else ---

protocol::VoteRequest forged_request(std::uint16_t sender) {
    return {.sender = {sender},
            .incarnation = {std::uint64_t{1} << 60U},
            .sent = {protocol::ns_of(client::now())},
            .request = 1,
            .election = {},
            .term = {1'000'000},
            .priority = {1000},
            .probe = false};
}

TEST_P(GarbageInRealTime, MessagesInTheNameOfOthersMoveNobody) {
    Stranger stranger{zmq::socket_type::dealer};
    connect(stranger);
    for (const std::uint16_t sender : std::array<std::uint16_t, 5>{3, 1, 2, 4, 65535}) {
        stranger.send(encoded(forged_request(sender)));
        stranger.send(encoded(protocol::Transfer{.sender = {sender},
                                                 .incarnation = {std::uint64_t{1} << 60U},
                                                 .request = 2,
                                                 .election = {},
                                                 .step = protocol::TransferStep::prepare}));
        stranger.send(encoded(protocol::VoteReply{.sender = {sender}, .request = 1, .incarnation = {1}, .term = {1}}));
        stranger.send(encoded(protocol::Heartbeat{.sender = {sender}, .incarnation = {1}, .sent = {1}}));
    }
    tests::RandomMessages random{3};
    for (int i = 0; i < 2000; ++i) stranger.send(encoded(random.next()));
    await_counter(is_encrypted() ? "sender_forged" : "senders_unknown");
    await_counter("messages_misplaced");
    EXPECT_EQ(cli::number_of(*cli::election_of(mesh.status("alpha"), {}), "term"), leadership.token.value / 1000);
}

// --- The local sockets ---

TEST_P(GarbageInRealTime, RequestsThatAreNoneAreRefusedAtControlSock) {
    std::mt19937 dice{4};
    Stranger dealer{zmq::socket_type::dealer, ipc("control.sock")};
    for (int i = 0; i < 200; ++i) dealer.send(random_bytes(dice, dice() % 1000));
    for (const std::string body : {"\x80", "\x81\xa1v\x01", "\x82\xa1v\x01\xa4type\xa4stop", "\xdf\xff\xff\xff\xff"}) {
        dealer.send(body);
    }
    dealer.send(std::vector<std::string>{"a", "b", "c", "d", "e"});
    await_counter("requests_refused");
    await_counter("local_parts_refused");
}

TEST_P(GarbageInRealTime, WhatIsNoSubscriptionIsIgnoredAtLeaderSock) {
    std::mt19937 dice{5};
    Stranger subscriber{zmq::socket_type::xsub, ipc("leader.sock")};
    for (int i = 0; i < 200; ++i) subscriber.send(random_bytes(dice, dice() % 500));
    for (int i = 0; i < 100; ++i) subscriber.send("\1leader/" + random_bytes(dice, 10));
    subscriber.send(std::vector<std::string>{"\1leader/", "and", "more"});
    subscriber.send(std::string{"\1leader/default/"});
    // It is answered like anybody else.
    mesh.await_status("alpha", "its topics to be counted", [](const cli::Json& status) {
        return cli::number_of(status.at("counters"), "local_topics") > 50;
    });
}

INSTANTIATE_TEST_SUITE_P(Mode, GarbageInRealTime, ::testing::Values("off", "enforce"),
                         [](const auto& mode) { return std::string{mode.param}; });

}  // namespace
}  // namespace bellwether::testing
