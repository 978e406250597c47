#include "client/control.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <future>
#include <memory>

#include "client/clock.hpp"
#include "tests/unit/client/fake_daemon.hpp"

namespace bellwether::client {
namespace {

using namespace std::chrono_literals;
using protocol::ControlRequest;
using Why = NoReply::Why;

const ControlRequest stepdown{.id = 7, .type = "stepdown", .election = {}, .target = "bravo", .hold = 30s};

Why why(const std::variant<protocol::Frame, NoReply>& answer) { return std::get<NoReply>(answer).why; }

TEST(ControlInRealTime, BringsTheReplyOfTheDaemon) {
    const TemporaryDirectory directory;
    FakeDaemon daemon{directory.path()};
    auto answer = std::async(std::launch::async, [&] { return ask(directory.path(), stepdown, 10s); });
    EXPECT_TRUE(daemon.serve_one([](const ControlRequest& request) {
        EXPECT_EQ(request, stepdown);
        return protocol::encode_reply({.id = request.id, .done = false, .reason = "no_heir", .text = "nobody can"});
    }));
    const auto reply = protocol::decode_reply(std::get<protocol::Frame>(answer.get()));
    EXPECT_EQ(reply->id, 7U);
    EXPECT_EQ(reply->reason, "no_heir");
}

TEST(ControlInRealTime, SaysAtOnceThatThereIsNoDaemon) {
    const TemporaryDirectory directory;
    const auto begin = now();
    const auto answer = ask(directory.path(), stepdown, 10s);
    EXPECT_EQ(why(answer), Why::no_daemon);
    EXPECT_LT(now() - begin, 1s);
    EXPECT_NE(std::get<NoReply>(answer).text.find("there is no"), std::string::npos);
}

TEST(ControlInRealTime, SaysAtOnceThatADaemonLeftItsSocketBehind) {
    const TemporaryDirectory directory;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    (directory.path() / "control.sock").string().copy(address.sun_path, sizeof address.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::close(fd);
    EXPECT_EQ(why(ask(directory.path(), stepdown, 10s)), Why::no_daemon);
    EXPECT_NE(why_not_reachable(directory.path())->text.find("nobody listens"), std::string::npos);
}

TEST(ControlInRealTime, RefusesAPathThatIsTooLongForASocket) {
    EXPECT_EQ(why(ask("/tmp/" + std::string(120, 'x'), stepdown, 1s)), Why::no_daemon);
}

TEST(ControlInRealTime, GivesUpOnADaemonThatDoesNotAnswer) {
    const TemporaryDirectory directory;
    const FakeDaemon daemon{directory.path()};
    EXPECT_EQ(why(ask(directory.path(), stepdown, 150ms)), Why::late);
}

TEST(ControlInRealTime, NoticesThatTheDaemonEndedWhileItWasAsked) {
    const TemporaryDirectory directory;
    auto daemon = std::make_unique<FakeDaemon>(directory.path());
    const auto begin = now();
    auto answer = std::async(std::launch::async, [&] { return ask(directory.path(), stepdown, 20s); });
    EXPECT_TRUE(daemon->swallow_one());
    daemon.reset();
    EXPECT_EQ(why(answer.get()), Why::lost);
    EXPECT_LT(now() - begin, 15s);
}

}  // namespace
}  // namespace bellwether::client
