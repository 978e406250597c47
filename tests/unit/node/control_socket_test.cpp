#include "node/control_socket.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include "protocol/session_codec.hpp"
#include "tests/support/mesh_sockets.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::node {
namespace {

using protocol::ControlReply;
using protocol::ControlRequest;
using testing::eventually;

class ControlSocketInItsDirectory : public ::testing::Test {
protected:
    ControlSocketInItsDirectory() {
        control.guard_with(gate);
        control.bind(endpoint);
    }

    zmq::socket_t client(zmq::socket_type type) {
        zmq::socket_t socket{context, type};
        socket.set(zmq::sockopt::linger, 0);
        socket.connect(endpoint);
        return socket;
    }

    void turn() {
        (void)control.receive();
        control.deliver([this](ControlSocket::Heard&& heard) {
            if (auto* asked = std::get_if<ControlSocket::Asked>(&heard)) requests.push_back(std::move(*asked));
            if (auto* spoken = std::get_if<ControlSocket::Spoken>(&heard)) words.push_back(std::move(*spoken));
        });
    }

    std::optional<ControlReply> reply_to(zmq::socket_t& socket) {
        zmq::message_t frame;
        const bool came = eventually([&] {
            turn();
            return socket.recv(frame, zmq::recv_flags::dontwait).has_value();
        });
        if (!came || frame.more()) return std::nullopt;
        return protocol::decode_reply({frame.data<std::byte>(), frame.size()});
    }

    const testing::TemporaryDirectory directory;
    const std::string endpoint = "ipc://" + (directory.path() / "control.sock").string();
    zmq::context_t context;
    Refusals refusals;
    ControlSocket control{context, refusals, {::geteuid(), ::getegid(), ""}};
    Gate gate{context, refusals};
    std::vector<ControlSocket::Asked> requests;
    std::vector<ControlSocket::Spoken> words;
};

TEST_F(ControlSocketInItsDirectory, AnswersDealerAndReqInTheirOwnForm) {
    for (const auto type : {zmq::socket_type::dealer, zmq::socket_type::req}) {
        requests.clear();
        auto socket = client(type);
        const ControlRequest asked{.id = 5, .type = "status", .election = {}, .target = "", .hold = {}};
        socket.send(zmq::buffer(protocol::encode_request(asked)));
        ASSERT_TRUE(eventually([&] {
            turn();
            return !requests.empty();
        }));
        EXPECT_EQ(requests.front().request, asked);
        const ControlReply answer{.id = 5, .done = true, .reason = "", .text = "yes"};
        control.reply(requests.front().caller, protocol::encode_reply(answer));
        EXPECT_EQ(reply_to(socket), answer);
    }
}

TEST_F(ControlSocketInItsDirectory, RefusesWhatIsNoRequestWithASentence) {
    auto socket = client(zmq::socket_type::dealer);
    socket.send(zmq::str_buffer("hello"));
    const auto reply = reply_to(socket);
    ASSERT_TRUE(reply);
    EXPECT_FALSE(reply->done);
    EXPECT_EQ(reply->reason, "bad_request");
    EXPECT_FALSE(reply->text.empty());
    EXPECT_TRUE(requests.empty());
    EXPECT_EQ(refusals.of("requests_refused"), 1U);
}

TEST_F(ControlSocketInItsDirectory, IgnoresARequestOfManyParts) {
    auto socket = client(zmq::socket_type::dealer);
    for (int i = 0; i < 10; ++i) socket.send(zmq::str_buffer("x"), zmq::send_flags::sndmore);
    socket.send(zmq::str_buffer("x"), zmq::send_flags::none);
    EXPECT_TRUE(eventually([&] {
        turn();
        return refusals.of("local_parts_refused") == 1;
    }));
    EXPECT_TRUE(requests.empty());
}

TEST_F(ControlSocketInItsDirectory, ASessionSpeaksOnTheSameSocket) {
    auto socket = client(zmq::socket_type::dealer);
    const protocol::session::Campaign campaign{.election = *protocol::ElectionName::parse("jobs")};
    socket.send(zmq::buffer(protocol::session::encode(campaign)));
    ASSERT_TRUE(eventually([&] {
        turn();
        return !words.empty();
    }));
    EXPECT_EQ(std::get<protocol::session::FromProcess>(words.front().words), protocol::session::FromProcess{campaign});
    EXPECT_EQ(words.front().process,
              (PeerProcess{.pid = static_cast<std::uint32_t>(::getpid()), .uid = ::geteuid(), .gid = ::getegid()}));
    EXPECT_TRUE(requests.empty());
}

TEST_F(ControlSocketInItsDirectory, WhatIsWrongWithTheWordsOfASessionIsHandedOn) {
    auto socket = client(zmq::socket_type::dealer);
    socket.send(zmq::buffer(protocol::session::encode(protocol::session::Holds{.pid = 0})));
    ASSERT_TRUE(eventually([&] {
        turn();
        return !words.empty();
    }));
    EXPECT_TRUE(std::holds_alternative<protocol::BadRequest>(words.front().words));
}

// Within a process the kernel does not say who speaks, and that is as good as a stranger.
class ControlSocketForStrangers : public ControlSocketInItsDirectory {
protected:
    ControlSocketForStrangers() { control.bind("inproc://control"); }

    zmq::socket_t stranger() {
        zmq::socket_t socket{context, zmq::socket_type::dealer};
        socket.set(zmq::sockopt::linger, 0);
        socket.connect("inproc://control");
        return socket;
    }
};

TEST_F(ControlSocketForStrangers, TakesNoCommandAndSaysWhoMay) {
    auto socket = stranger();
    for (const char* type : {"stepdown", "transfer", "drain", "undrain", "reload"}) {
        socket.send(
            zmq::buffer(protocol::encode_request({.id = 5, .type = type, .election = {}, .target = "", .hold = {}})));
        const auto reply = reply_to(socket);
        ASSERT_TRUE(reply) << type;
        EXPECT_EQ(reply->id, 5U);
        EXPECT_FALSE(reply->done) << type;
        EXPECT_EQ(reply->reason, "forbidden") << type;
        EXPECT_NE(reply->text.find("may only watch"), std::string::npos) << reply->text;
    }
    EXPECT_TRUE(requests.empty());
    EXPECT_EQ(refusals.of("commands_forbidden"), 5U);
    EXPECT_EQ(refusals.of("requests_refused"), 0U);
}

TEST_F(ControlSocketForStrangers, BeginsNoSession) {
    auto socket = stranger();
    socket.send(zmq::buffer(protocol::session::encode(protocol::session::Campaign{})));
    ASSERT_TRUE(eventually([&] {
        turn();
        return !words.empty();
    }));
    EXPECT_TRUE(std::holds_alternative<Forbidden>(words.front().words));
    EXPECT_EQ(refusals.of("commands_forbidden"), 1U);
}

TEST_F(ControlSocketForStrangers, TellsTheStatus) {
    auto socket = stranger();
    socket.send(
        zmq::buffer(protocol::encode_request({.id = 5, .type = "status", .election = {}, .target = "", .hold = {}})));
    EXPECT_TRUE(eventually([&] {
        turn();
        return !requests.empty();
    }));
    EXPECT_EQ(refusals.of("commands_forbidden"), 0U);
}

TEST_F(ControlSocketInItsDirectory, DropsAReplyToACallerThatHasGone) {
    control.reply(12345, protocol::encode_reply({}));
    EXPECT_EQ(refusals.of("replies_dropped"), 1U);
}

}  // namespace
}  // namespace bellwether::node
