// watch, leader and status as they are called, against the sockets of a daemon.
#include "tools/cli/subcommands.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>

#include <nlohmann/json.hpp>

#include "tests/support/places.hpp"
#include "tests/unit/client/fake_daemon.hpp"
#include "tools/cli/exit_status.hpp"

namespace bellwether::cli {
namespace {

using client::FakeDaemon;
using client::TemporaryDirectory;

int ask(const std::string& command_line) {
    CLI::App app;
    int exit_status = -1;
    add_watch(app, exit_status);
    add_leader(app, exit_status);
    add_status(app, exit_status);
    try {
        app.parse(command_line);
    } catch (const Failure& failure) {
        return failure.status;
    }
    return exit_status;
}

class Subcommand : public ::testing::Test {
protected:
    std::future<int> calling(const std::string& command_line) {
        return std::async(std::launch::async, [this, command_line] {
            return ask(command_line + " --run-dir " + directory_.path().string());
        });
    }

    void tell(const std::string& leader) {
        protocol::Announcement announcement;
        announcement.leader = leader;
        announcement.seq = ++seq_;
        daemon_.publish("view/default/", protocol::encode_announcement(announcement, /*with_deadline=*/false));
    }

    int status_with_leader(protocol::NodeId leader) {
        protocol::Status status;
        status.self = {1};
        status.name = "alpha";
        status.elections.resize(1);
        status.elections[0].leader = leader;
        auto exit_status = calling("status --json");
        EXPECT_TRUE(daemon_.serve_one([&](const protocol::ControlRequest& request) {
            EXPECT_EQ(request.type, "status");
            return protocol::encode_status(request.id, status, {}, "0.1.0");
        }));
        return exit_status.get();
    }

    TemporaryDirectory directory_;
    FakeDaemon daemon_{directory_.path()};

private:
    std::uint64_t seq_{};
};

TEST_F(Subcommand, LeaderPrintsTheNameOfTheLeader) {
    ::testing::internal::CaptureStdout();
    auto exit_status = calling("leader");
    EXPECT_EQ(daemon_.await_subscriber(), "view/default/");
    tell("bravo");
    EXPECT_EQ(exit_status.get(), exit_done);
    EXPECT_EQ(::testing::internal::GetCapturedStdout(), "bravo\n");
}

TEST_F(Subcommand, LeaderIsUnknownWhenNobodyLeads) {
    auto exit_status = calling("leader");
    daemon_.await_subscriber();
    tell("");
    EXPECT_EQ(exit_status.get(), exit_unknown);
}

TEST_F(Subcommand, LeaderWaitsForOneIfAsked) {
    auto exit_status = calling("leader --wait 10s");
    daemon_.await_subscriber();
    tell("");
    tell("bravo");
    EXPECT_EQ(exit_status.get(), exit_done);
}

TEST_F(Subcommand, WatchPrintsALinePerChange) {
    ::testing::internal::CaptureStdout();
    auto exit_status = calling("watch --count 2");
    daemon_.await_subscriber();
    tell("bravo");
    tell("bravo");
    tell("charlie");
    EXPECT_EQ(exit_status.get(), exit_done);
    const std::string printed = ::testing::internal::GetCapturedStdout();
    EXPECT_EQ(std::count(printed.begin(), printed.end(), '\n'), 2);
    EXPECT_NE(printed.find("charlie leads"), std::string::npos) << printed;
}

TEST_F(Subcommand, WatchPrintsRepetitionsForPrograms) {
    ::testing::internal::CaptureStdout();
    auto exit_status = calling("watch --json --count 2");
    daemon_.await_subscriber();
    tell("bravo");
    tell("bravo");
    EXPECT_EQ(exit_status.get(), exit_done);
    const std::string printed = ::testing::internal::GetCapturedStdout();
    EXPECT_EQ(nlohmann::json::parse(printed.substr(0, printed.find('\n')))["leader"], "bravo");
}

TEST_F(Subcommand, WatchSubscribesToWhatItWasAskedFor) {
    auto exit_status = calling("watch --all --leader-topic --count 1");
    EXPECT_EQ(daemon_.await_subscriber(), "leader/");
    daemon_.publish("leader/default/", protocol::encode_announcement({}, true));
    EXPECT_EQ(exit_status.get(), exit_done);
}

TEST_F(Subcommand, StatusTellsByItsExitStatusWhetherALeaderIsKnown) {
    EXPECT_EQ(status_with_leader({1}), exit_done);
    EXPECT_EQ(status_with_leader({}), exit_unknown);
}

TEST(SubcommandWithoutADaemon, EndsWithStatusFour) {
    const TemporaryDirectory directory;
    EXPECT_EQ(ask("leader --run-dir " + directory.path().string()), exit_no_daemon);
    EXPECT_EQ(ask("status --run-dir " + directory.path().string()), exit_no_daemon);
    const std::string config = (tests::source_dir() / "configs/five-nodes.toml").string();
    EXPECT_EQ(ask("status --config " + config + " --run-dir " + directory.path().string()), exit_no_daemon);
}

TEST(SubcommandWithABadCall, EndsWithStatusTwo) {
    const std::string config = (tests::source_dir() / "configs/five-nodes.toml").string();
    EXPECT_EQ(ask("leader --config " + config), exit_bad_call);
    EXPECT_EQ(ask("leader --node zulu --config " + config), exit_bad_call);
    EXPECT_EQ(ask("leader --node alpha --config /nowhere.toml"), exit_bad_call);
}

}  // namespace
}  // namespace bellwether::cli
