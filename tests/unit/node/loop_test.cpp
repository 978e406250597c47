#include "node/loop.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/descriptor.hpp"
#include "tests/support/lone_daemon.hpp"

namespace bellwether::node {
namespace {

using protocol::ControlRequest;
using ::testing::AllOf;
using ::testing::HasSubstr;

// In a whole daemon: a loop is nothing without what it moves.
class ALoop : public ::testing::Test {
protected:
    [[nodiscard]] std::string status() {
        ControlRequest request;
        request.id = 5;
        request.type = "status";
        return protocol::to_json(alpha_.reply_to(request)).value_or("");
    }

    testing::LoneDaemon alpha_;
};

TEST_F(ALoop, TellsItsStatusAndItsCounters) {
    std::string json;
    EXPECT_EQ(alpha_.status_after([&] { json = status(); }), ExitStatus::clean);
    EXPECT_THAT(json, AllOf(HasSubstr(R"("type":"status","id":5)"), HasSubstr(R"("node":"alpha")"),
                            HasSubstr(R"("loop_turns":)"), HasSubstr(R"("store_writes":)")));
}

TEST_F(ALoop, CarriesTheAnswerOfTheStateMachineToTheCaller) {
    std::optional<protocol::ControlReply> reply;
    EXPECT_EQ(alpha_.status_after([&] {
        ControlRequest request;
        request.id = 6;
        request.type = "undrain";
        reply = protocol::decode_reply(alpha_.reply_to(request));
    }),
              ExitStatus::clean);
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(reply->id, 6U);
}

TEST_F(ALoop, RefusesAnUnknownNodeByItself) {
    std::optional<protocol::ControlReply> reply;
    EXPECT_EQ(alpha_.status_after([&] {
        ControlRequest request;
        request.id = 7;
        request.type = "transfer";
        request.target = "zulu";
        reply = protocol::decode_reply(alpha_.reply_to(request));
    }),
              ExitStatus::clean);
    ASSERT_TRUE(reply.has_value());
    EXPECT_FALSE(reply->done);
    EXPECT_EQ(reply->reason, "unknown_node");
}

TEST_F(ALoop, GoesOnAfterAHangup) {
    std::string json;
    EXPECT_EQ(alpha_.status_after([&] {
        ::kill(::getpid(), SIGHUP);
        json = status();
    }),
              ExitStatus::clean);
    EXPECT_THAT(json, HasSubstr("\"status\""));
}

TEST_F(ALoop, LeavesAtOnceWhenAskedTwice) {
    Daemon daemon = alpha_.start();
    ::kill(::getpid(), SIGTERM);
    ::kill(::getpid(), SIGINT);
    EXPECT_EQ(daemon.run(), ExitStatus::failure);
}

TEST_F(ALoop, TellsTheServiceManagerHowItFares) {
    const Descriptor manager{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = (alpha_.base() / "notify").string();
    std::memcpy(address.sun_path, path.data(), path.size());
    ASSERT_EQ(::bind(manager.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    ::setenv("WATCHDOG_USEC", "3600000000", 1);
    EXPECT_EQ(alpha_.status_after([&] { static_cast<void>(status()); }), ExitStatus::clean);
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");

    std::string heard;
    std::array<char, 256> word{};
    ssize_t size = 0;
    while ((size = ::recv(manager.get(), word.data(), word.size(), MSG_DONTWAIT)) > 0) {
        heard.append(word.data(), static_cast<std::size_t>(size)).append(" ");
    }
    EXPECT_EQ(heard, "READY=1 WATCHDOG=1 STOPPING=1 ");
}

}  // namespace
}  // namespace bellwether::node
