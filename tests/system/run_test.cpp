// bellwether run as a process, with a node that does as it is told.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "client/clock.hpp"
#include "client/fake_node.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/mesh_sockets.hpp"
#include "tests/support/real_mesh.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tools/run/children.hpp"

namespace bellwether::testing {
namespace {

using namespace std::chrono_literals;
namespace session = protocol::session;
using protocol::Time;
using protocol::Token;

constexpr Token first_token{1001};
constexpr Token second_token{2001};

bool is_alive(pid_t pid) {
    const std::string status = content_of("/proc/" + std::to_string(pid) + "/status");
    return !status.empty() && status.find("\nState:\tZ") == std::string::npos;
}

class RunInRealTime : public ::testing::Test {
protected:
    void start(std::vector<std::string> options, std::vector<std::string> command) {
        std::vector<std::string> arguments{"run", "--run-dir", run_dir_, "--election", "work"};
        arguments.insert(arguments.end(), options.begin(), options.end());
        arguments.emplace_back("--");
        arguments.insert(arguments.end(), command.begin(), command.end());
        process_ = std::make_unique<ChildProcess>(
            Launch{.program = bellwether(), .arguments = arguments, .output = output_, .errors = errors_});
    }
    void start(const std::string& script) { start({}, {"sh", "-c", script}); }

    // Until the command has printed so many lines.
    std::vector<std::string> await_lines(std::size_t count) {
        for (const Time deadline = client::now() + patience; client::now() < deadline;
             std::this_thread::sleep_for(2ms)) {
            auto lines = lines_of(content_of(output_));
            if (lines.size() >= count) return lines;
        }
        ADD_FAILURE() << "it printed " << content_of(output_) << ", and run said " << content_of(errors_);
        return std::vector<std::string>(count);
    }

    void grant(Token token, protocol::Duration span) {
        ASSERT_TRUE(node_->await<session::Campaign>());
        // The guardian, then the command.
        for (const bool kill : {false, true}) {
            const auto holds = node_->await<session::Holds>();
            ASSERT_TRUE(holds);
            EXPECT_EQ(holds->kill, kill);
        }
        valid_until_ = client::now() + span;
        node_->grant(token, span);
    }

    // When the last of them was seen alive; they are gone when this returns.
    static Time last_alive(const std::vector<pid_t>& pids) {
        Time seen{};
        for (const Time deadline = client::now() + patience; client::now() < deadline;) {
            const Time before = client::now();
            bool any = false;
            for (const pid_t pid : pids) any |= is_alive(pid);
            if (!any) return seen;
            seen = before;
        }
        ADD_FAILURE() << "still alive";
        return seen;
    }

    std::optional<int> status() { return process_->await_end(); }

    TemporaryDirectory directory_;
    std::filesystem::path run_dir_ = directory_.path() / "alpha";
    std::filesystem::path output_ = directory_.path() / "output";
    std::filesystem::path errors_ = directory_.path() / "errors";
    std::optional<client::FakeNode> node_{std::in_place, run_dir_};
    Time valid_until_;
    std::unique_ptr<ChildProcess> process_;
};

const std::string print_and_stay = "echo $$; exec sleep 1000";
// Away from the group, the session, and the parent.
const std::string with_a_runaway = "(setsid sleep 1000 & echo $!); echo $$; exec sleep 1000";
const std::string deaf = "trap '' TERM; echo $$; while :; do sleep 1; done";

TEST_F(RunInRealTime, TheCommandStartsWithTheGrantAndKnowsItsToken) {
    start("echo $BELLWETHER_TOKEN $BELLWETHER_ELECTION $BELLWETHER_NODE $BELLWETHER_RUN_DIR");
    ASSERT_TRUE(node_->await<session::Campaign>());
    EXPECT_EQ(content_of(output_), "");
    node_->grant(first_token, 1h);
    EXPECT_EQ(await_lines(1).front(), "1001 work alpha " + run_dir_.string());
    EXPECT_EQ(status(), 0);
    EXPECT_TRUE(node_->await<session::Resign>());
}

TEST_F(RunInRealTime, TheCommandHasEachWordAsItWasGiven) {
    start({}, {"printf", "<%s>\\n", "[a,b]", "[]", "[ x ]", "", "--", "--restart", "{}", "%%", "run"});
    grant(first_token, 1h);
    EXPECT_EQ(status(), 0);
    EXPECT_EQ(content_of(output_), "<[a,b]>\n<[]>\n<[ x ]>\n<>\n<-->\n<--restart>\n<{}>\n<%%>\n<run>\n");
}

TEST_F(RunInRealTime, EndsAsTheCommandDoes) {
    start("exit 7");
    grant(first_token, 1h);
    EXPECT_EQ(status(), 7);
    start("kill -9 $$");
    grant(second_token, 1h);
    EXPECT_EQ(status(), 128 + SIGKILL);
}

TEST_F(RunInRealTime, WhatTheCommandLeavesBehindEndsWithIt) {
    start("(setsid sleep 1000 & echo $!); sleep 1000 & echo $!; exit 3");
    grant(first_token, 1h);
    const auto lines = await_lines(2);
    EXPECT_EQ(status(), 3);
    EXPECT_FALSE(is_alive(std::stoi(lines[0])));
    EXPECT_FALSE(is_alive(std::stoi(lines[1])));
}

TEST_F(RunInRealTime, RevokedItAsksTheCommandToEndBeforeItAnswers) {
    start("trap 'echo bye; exit 0' TERM; echo $$; while :; do sleep 0.01; done");
    grant(first_token, 1h);
    const pid_t command = std::stoi(await_lines(1).front());
    node_->revoke(first_token, protocol::Reason::drain, 8s);
    EXPECT_EQ(node_->await<session::Revoked>()->token, first_token);
    EXPECT_FALSE(is_alive(command));
    EXPECT_EQ(await_lines(2)[1], "bye");
    EXPECT_TRUE(node_->await<session::Resign>());
    EXPECT_EQ(status(), 123);
}

TEST_F(RunInRealTime, ACommandThatDoesNotEndWithinTheGraceIsKilled) {
    start({"--grace", "300ms"}, {"sh", "-c", deaf});
    grant(first_token, 1h);
    const pid_t command = std::stoi(await_lines(1).front());
    const Time asked = client::now();
    node_->revoke(first_token, protocol::Reason::drain, 8s);
    EXPECT_EQ(node_->await<session::Revoked>()->token, first_token);
    EXPECT_GE(client::now() - asked, 300ms);
    EXPECT_FALSE(is_alive(command));
    EXPECT_EQ(status(), 123);
}

TEST_F(RunInRealTime, IsGoneBeforeALeaseThatNobodyExtendsIsOver) {
    start(with_a_runaway);
    grant(first_token, 2s);
    const auto lines = await_lines(2);
    EXPECT_LT(last_alive({std::stoi(lines[0]), std::stoi(lines[1])}), valid_until_);
    EXPECT_EQ(status(), 123);
}

TEST_F(RunInRealTime, LeadsOnForAsLongAsItIsExtended) {
    start(print_and_stay);
    grant(first_token, 1s);
    const pid_t command = std::stoi(await_lines(1).front());
    for (int i = 0; i < 8; ++i) {
        std::this_thread::sleep_for(250ms);
        node_->extend(first_token, 1s);
    }
    EXPECT_TRUE(is_alive(command));
}

TEST_F(RunInRealTime, IsGoneInTimeWhenRunItselfStandsStill) {
    start(with_a_runaway);
    grant(first_token, 2s);
    const auto lines = await_lines(2);
    process_->send(SIGSTOP);
    EXPECT_LT(last_alive({std::stoi(lines[0]), std::stoi(lines[1])}), valid_until_);
    // It hears of it when that is long over, and tells of the time at which it was.
    while (client::now() < valid_until_) std::this_thread::sleep_for(10ms);
    process_->send(SIGCONT);
    EXPECT_EQ(status(), 123);
    EXPECT_NE(content_of(errors_).find(" ms before the lease is over\n"), std::string::npos) << content_of(errors_);
}

TEST_F(RunInRealTime, IsGoneInTimeWhenTheGuardianStandsStill) {
    start(with_a_runaway);
    grant(first_token, 2s);
    const auto lines = await_lines(2);
    const auto guardian = run::children_of(process_->pid());
    ASSERT_EQ(guardian.size(), 1U);
    ::kill(guardian.front(), SIGSTOP);
    EXPECT_LT(last_alive({std::stoi(lines[0]), std::stoi(lines[1])}), valid_until_);
    EXPECT_EQ(status(), 123);
}

TEST_F(RunInRealTime, IsGoneAtOnceWhenRunIsKilled) {
    start(with_a_runaway);
    grant(first_token, 1h);
    const auto lines = await_lines(2);
    const auto guardian = run::children_of(process_->pid());
    process_->send(SIGKILL);
    const Time killed = client::now();
    EXPECT_LT(last_alive({std::stoi(lines[0]), std::stoi(lines[1]), guardian.front()}), killed + 5s);
}

TEST_F(RunInRealTime, IsGoneAtOnceWhenTheGuardianIsKilled) {
    start(with_a_runaway);
    grant(first_token, 1h);
    const auto lines = await_lines(2);
    ::kill(run::children_of(process_->pid()).at(0), SIGKILL);
    EXPECT_EQ(status(), 123);
    EXPECT_FALSE(is_alive(std::stoi(lines[0])));
    EXPECT_FALSE(is_alive(std::stoi(lines[1])));
}

TEST_F(RunInRealTime, ADaemonThatIsGoneDoesNotEndTheCommandBeforeItMust) {
    start(print_and_stay);
    grant(first_token, 2s);
    const pid_t command = std::stoi(await_lines(1).front());
    node_.reset();
    const Time last = last_alive({command});
    EXPECT_LT(last, valid_until_);
    EXPECT_GT(last, valid_until_ - 1s);
    EXPECT_EQ(status(), 123);
}

TEST_F(RunInRealTime, PassesSignalsOn) {
    start("trap 'echo usr1' USR1; trap 'echo term; exit 5' TERM; echo $$; while :; do sleep 0.01; done");
    grant(first_token, 1h);
    await_lines(1);
    process_->send(SIGUSR1);
    EXPECT_EQ(await_lines(2)[1], "usr1");
    process_->send(SIGTERM);
    EXPECT_EQ(await_lines(3)[2], "term");
    EXPECT_EQ(status(), 5);
}

TEST_F(RunInRealTime, ASignalBeforeItLeadsEndsItCleanly) {
    start(print_and_stay);
    ASSERT_TRUE(node_->await<session::Campaign>());
    process_->send(SIGTERM);
    EXPECT_EQ(status(), 128 + SIGTERM);
    EXPECT_TRUE(node_->await<session::Resign>());
    EXPECT_EQ(content_of(output_), "");
}

TEST_F(RunInRealTime, ASignalForACommandThatIsNotThereYetIsForNobody) {
    start("echo $BELLWETHER_TOKEN");
    ASSERT_TRUE(node_->await<session::Campaign>());
    process_->send(SIGUSR1);
    process_->send(SIGUSR2);
    ASSERT_TRUE(node_->await<session::Alive>());
    ASSERT_TRUE(node_->await<session::Alive>());
    node_->grant(first_token, 1h);
    EXPECT_EQ(await_lines(1).front(), "1001");
    EXPECT_EQ(status(), 0);
}

TEST_F(RunInRealTime, RestartedItHasATokenOfItsOwn) {
    start({"--restart"}, {"sh", "-c", "echo $BELLWETHER_TOKEN; exit 1"});
    grant(first_token, 1h);
    EXPECT_EQ(await_lines(1)[0], "1001");
    EXPECT_TRUE(node_->await<session::Resign>());
    grant(second_token, 1h);
    EXPECT_EQ(await_lines(2)[1], "2001");
    EXPECT_TRUE(node_->await<session::Resign>());
    EXPECT_NE(content_of(errors_).find("\nbellwether: the command ended with status 1; again in 100 ms\n"),
              std::string::npos);
    process_->send(SIGTERM);
    EXPECT_EQ(status(), 128 + SIGTERM);
}

TEST_F(RunInRealTime, WithRestartItWaitsForADaemonThatIsNotThereYet) {
    node_.reset();
    std::filesystem::remove_all(run_dir_);
    std::filesystem::create_directory(run_dir_);
    start({"--restart"}, {"sh", "-c", "echo $BELLWETHER_TOKEN; exec sleep 1000"});
    ASSERT_TRUE(eventually([&] { return content_of(errors_).find("; waiting\n") != std::string::npos; }, patience));
    node_.emplace(run_dir_);
    grant(first_token, 1h);
    EXPECT_EQ(await_lines(1).front(), "1001");
    const auto status_of = [&](std::vector<std::string> arguments) {
        return run({.program = bellwether(), .arguments = std::move(arguments)}).status;
    };
    const std::string nowhere = directory_.path() / "bravo";
    EXPECT_EQ(status_of({"run", "--run-dir", nowhere, "--restart", "--wait", "300ms", "--", "true"}), 124);
}

TEST_F(RunInRealTime, SaysSoWhenTheDaemonMayNotKillTheCommand) {
    start(print_and_stay);
    ASSERT_TRUE(node_->await<session::Holds>());  // The guardian, which is not to be killed.
    const auto command = node_->await<session::Holds>();
    ASSERT_TRUE(command);
    EXPECT_EQ(content_of(errors_).find("cannot kill"), std::string::npos);
    node_->say(session::HeldProcess{.pid = command->pid, .killable = false});
    EXPECT_TRUE(eventually(
        [&] { return content_of(errors_).find("the daemon cannot kill the command") != std::string::npos; }, patience));
}

TEST_F(RunInRealTime, RestartedWithANewGuardianItMeetsSignalsAsBefore) {
    start({"--restart"}, {"sh", "-c", "grep -E 'Sig(Blk|Ign)' /proc/self/status; exec sleep 1000"});
    grant(first_token, 1h);
    await_lines(2);
    ::kill(run::children_of(process_->pid()).at(0), SIGKILL);
    EXPECT_TRUE(node_->await<session::Resign>());
    grant(second_token, 1h);
    const auto lines = await_lines(4);
    EXPECT_EQ(lines[2], lines[0]);
    EXPECT_EQ(lines[3], lines[1]);
    EXPECT_NE(content_of(errors_).find("\nbellwether: the command is held by "), std::string::npos);
}

TEST_F(RunInRealTime, RestartsAcrossARestartOfTheDaemon) {
    start({"--restart"}, {"sh", "-c", "echo $BELLWETHER_TOKEN; exec sleep 1000"});
    grant(first_token, 1s);
    await_lines(1);
    node_.reset();
    node_.emplace(run_dir_, protocol::Incarnation{2});
    // Once with the command that is soon gone; again as a new session.
    ASSERT_TRUE(node_->await<session::Campaign>());
    ASSERT_TRUE(node_->await<session::Resign>());
    grant(second_token, 1h);
    EXPECT_EQ(await_lines(2)[1], "2001");
}

TEST_F(RunInRealTime, WhatCannotBeIsSaidByItsStatus) {
    const auto status_of = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "run");
        return run({.program = bellwether(), .arguments = std::move(arguments)}).status;
    };
    const std::string dir = run_dir_.string();
    EXPECT_EQ(status_of({"--run-dir", directory_.path() / "bravo", "--", "true"}), 122);
    EXPECT_EQ(status_of({"--run-dir", dir, "--wait", "100ms", "--", "true"}), 124);
    EXPECT_EQ(status_of({"--run-dir", dir, "--grace", "soon", "--", "true"}), 125);
    EXPECT_EQ(status_of({"--run-dir", dir}), 125);
    EXPECT_EQ(status_of({"--run-dir", dir, "--"}), 125);
    EXPECT_EQ(status_of({"--run-dir", dir, "true"}), 125);
    EXPECT_EQ(status_of({"--run-dir", dir, "--", "/etc"}), 126);
    EXPECT_EQ(status_of({"--run-dir", dir, "--", "no-such-command"}), 127);
    const std::string without_descriptors = "ulimit -n 8; exec \"$0\" run --run-dir \"$1\" -- true";
    const Finished refused = run({.program = "/bin/sh", .arguments = {"-c", without_descriptors, bellwether(), dir}});
    EXPECT_EQ(refused.status, 125);
    EXPECT_NE(refused.errors.find("too few descriptors are left"), std::string::npos) << refused.errors;
    node_->turn_away("node_stands");
    EXPECT_EQ(status_of({"--run-dir", dir, "--", "true"}), 125);
}

}  // namespace
}  // namespace bellwether::testing
