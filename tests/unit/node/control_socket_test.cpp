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

class ControlSocketOnInproc : public ::testing::Test {
protected:
    ControlSocketOnInproc() {
        control.guard_with(gate);
        control.bind("inproc://control");
    }

    zmq::socket_t client(zmq::socket_type type) {
        zmq::socket_t socket{context, type};
        socket.set(zmq::sockopt::linger, 0);
        socket.connect("inproc://control");
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

    zmq::context_t context;
    Refusals refusals;
    ControlSocket control{context, refusals};
    Gate gate{context, refusals};
    std::vector<ControlSocket::Asked> requests;
    std::vector<ControlSocket::Spoken> words;
};

TEST_F(ControlSocketOnInproc, AnswersDealerAndReqInTheirOwnForm) {
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

TEST_F(ControlSocketOnInproc, RefusesWhatIsNoRequestWithASentence) {
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

TEST_F(ControlSocketOnInproc, IgnoresARequestOfManyParts) {
    auto socket = client(zmq::socket_type::dealer);
    for (int i = 0; i < 10; ++i) socket.send(zmq::str_buffer("x"), zmq::send_flags::sndmore);
    socket.send(zmq::str_buffer("x"), zmq::send_flags::none);
    EXPECT_TRUE(eventually([&] {
        turn();
        return refusals.of("local_parts_refused") == 1;
    }));
    EXPECT_TRUE(requests.empty());
}

TEST_F(ControlSocketOnInproc, ASessionSpeaksOnTheSameSocket) {
    auto socket = client(zmq::socket_type::dealer);
    const protocol::session::Campaign campaign{.election = *protocol::ElectionName::parse("jobs")};
    socket.send(zmq::buffer(protocol::session::encode(campaign)));
    ASSERT_TRUE(eventually([&] {
        turn();
        return !words.empty();
    }));
    EXPECT_EQ(std::get<protocol::session::FromProcess>(words.front().words), protocol::session::FromProcess{campaign});
    EXPECT_EQ(words.front().process, PeerProcess{}) << "nobody knows who speaks within a process";
    EXPECT_TRUE(requests.empty());
}

TEST_F(ControlSocketOnInproc, WhatIsWrongWithTheWordsOfASessionIsHandedOn) {
    auto socket = client(zmq::socket_type::dealer);
    socket.send(zmq::buffer(protocol::session::encode(protocol::session::Holds{.pid = 0})));
    ASSERT_TRUE(eventually([&] {
        turn();
        return !words.empty();
    }));
    EXPECT_TRUE(std::holds_alternative<protocol::BadRequest>(words.front().words));
}

TEST_F(ControlSocketOnInproc, TheKernelSaysWhoSpeaksThroughAnIpcSocket) {
    const testing::TemporaryDirectory directory;
    const std::string endpoint = "ipc://" + (directory.path() / "control.sock").string();
    control.bind(endpoint);
    zmq::socket_t socket{context, zmq::socket_type::dealer};
    socket.set(zmq::sockopt::linger, 0);
    socket.connect(endpoint);
    socket.send(zmq::buffer(protocol::session::encode(protocol::session::Alive{})));
    ASSERT_TRUE(eventually([&] {
        turn();
        return !words.empty();
    }));
    EXPECT_EQ(words.front().process, (PeerProcess{.pid = static_cast<std::uint32_t>(::getpid()), .uid = ::geteuid()}));
}

TEST_F(ControlSocketOnInproc, DropsAReplyToACallerThatHasGone) {
    control.reply(12345, protocol::encode_reply({}));
    EXPECT_EQ(refusals.of("replies_dropped"), 1U);
}

}  // namespace
}  // namespace bellwether::node
