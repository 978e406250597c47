// bellwether run as a job of a shell with a terminal.
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <string>

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/clock.hpp"
#include "client/fake_node.hpp"
#include "node/descriptor.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/real_mesh.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::testing {
namespace {

using namespace std::chrono_literals;
namespace session = protocol::session;

const std::string ctrl_c = "\x03";
const std::string ctrl_z = "\x1a";

class RunUnderATerminalInRealTime : public ::testing::Test {
protected:
    RunUnderATerminalInRealTime() {
        int master = -1;
        shell_ = ::forkpty(&master, nullptr, nullptr, nullptr);
        if (shell_ == 0) {
            ::execl("/bin/bash", "bash", "--norc", "--noprofile", "-i", static_cast<char*>(nullptr));
            ::_exit(127);
        }
        terminal_ = node::Descriptor{master};
        type("PS1=; bind 'set enable-bracketed-paste off' 2>/dev/null\n");
    }
    ~RunUnderATerminalInRealTime() override {
        terminal_ = node::Descriptor{};
        ::kill(shell_, SIGKILL);
        ::waitpid(shell_, nullptr, 0);
    }

    void type(const std::string& text) const {
        EXPECT_EQ(::write(terminal_.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }

    // Until it is on the screen, after what was found there before.
    void expect(const std::string& text) {
        for (const auto deadline = client::now() + patience; client::now() < deadline;) {
            const std::size_t found = screen_.find(text, read_);
            if (found != std::string::npos) {
                read_ = found + text.size();
                return;
            }
            pollfd item{.fd = terminal_.get(), .events = POLLIN, .revents = 0};
            if (::poll(&item, 1, 100) <= 0) continue;
            std::array<char, 4096> buffer{};
            const auto size = ::read(terminal_.get(), buffer.data(), buffer.size());
            if (size > 0) screen_.append(buffer.data(), static_cast<std::size_t>(size));
        }
        FAIL() << "no \"" << text << "\" after: " << screen_.substr(read_);
    }

    [[nodiscard]] std::string run_of(const std::string& command) const {
        return bellwether().string() + " run --run-dir " + directory_.path().string() + " --election work -- " +
               command;
    }

    void lead(const std::string& command) { lead_in(run_of(command)); }

    // With a line of the shell that has a `run` in it.
    void lead_in(const std::string& line) {
        type(line + "\n");
        ASSERT_TRUE(node_.await<session::Campaign>());
        // The guardian, then the command.
        for (const bool kill : {false, true}) {
            const auto holds = node_.await<session::Holds>();
            ASSERT_TRUE(holds);
            EXPECT_EQ(holds->kill, kill);
        }
        node_.grant({1001}, 1h);
        expect("with token 1001");
    }

    pid_t shell_;
    node::Descriptor terminal_;
    std::string screen_;
    std::size_t read_{};
    TemporaryDirectory directory_;
    client::FakeNode node_{directory_.path()};
};

TEST_F(RunUnderATerminalInRealTime, TheCommandReadsWhatIsTyped) {
    lead("sh -c 'read word; echo got-$word'");
    type("hello\n");
    expect("got-hello");
    type("echo the-shell-is-$((40 + 2))\n");
    expect("the-shell-is-42");
}

TEST_F(RunUnderATerminalInRealTime, CtrlCEndsTheCommandAndRunWithIt) {
    lead("sh -c 'echo ready-$((1 + 1)); exec sleep 1000'");
    expect("ready-2");
    type(ctrl_c);
    ASSERT_TRUE(node_.await<session::Resign>());
    type("echo status-$?\n");
    expect("status-130");
}

TEST_F(RunUnderATerminalInRealTime, CtrlCEndsALoopOfTheShell) {
    lead_in("while :; do " + run_of("sh -c 'echo ready-$((1 + 1)); exec sleep 1000'") + "; done");
    expect("ready-2");
    type(ctrl_c);
    ASSERT_TRUE(node_.await<session::Resign>());
    type("echo status-$? shell-$((40 + 2))\n");
    expect("status-130 shell-42");
}

// With job control the terminal belongs to the script, until it is lent to the command: Ctrl-C reaches that alone.
TEST_F(RunUnderATerminalInRealTime, CtrlCEndsAScript) {
    lead_in("bash -c \"" + run_of("sh -c 'echo ready-\\$((1 + 1)); exec sleep 1000'") +
            "; echo goes-on-\\$((1 + 1))\"");
    expect("ready-2");
    type(ctrl_c);
    ASSERT_TRUE(node_.await<session::Resign>());
    type("echo status-$? shell-$((40 + 2))\n");
    expect("status-130 shell-42");
    EXPECT_EQ(screen_.find("goes-on-2"), std::string::npos);
}

TEST_F(RunUnderATerminalInRealTime, ACommandThatHandlesCtrlCAndExitsEndsNoLoop) {
    lead_in("for i in 1 2; do " +
            run_of("sh -c 'trap \"exit 3\" INT; echo ready-$((1 + 1)); while :; do sleep 0.01; done'") +
            "; echo status-$?; break; done; echo loop-$((40 + 2))");
    expect("ready-2");
    type(ctrl_c);
    expect("status-3");
    expect("loop-42");
}

TEST_F(RunUnderATerminalInRealTime, CtrlZStopsTheJobAndFgGoesOn) {
    lead("sh -c 'echo ready-$((1 + 1)); read word; echo got-$word'");
    expect("ready-2");
    type(ctrl_z);
    expect("Stopped");
    type("echo shell-$((40 + 2))\n");
    expect("shell-42");
    type("fg\n");
    expect("bellwether run");
    type("again\n");
    expect("got-again");
    type("echo status-$?\n");
    expect("status-0");
}

TEST_F(RunUnderATerminalInRealTime, InAPipelineTheTerminalIsLeftToWhoReadsTheOutput) {
    lead(
        "sh -c 'echo begun; exec sleep 1000' | sh -c 'read line; echo reader-has-$line; read word < /dev/tty; "
        "echo got-$word'");
    expect("reader-has-begun");
    type("hello\n");
    expect("got-hello");
    type(ctrl_c);
    ASSERT_TRUE(node_.await<session::Resign>());
}

TEST_F(RunUnderATerminalInRealTime, CtrlCBeforeItLeadsEndsRun) {
    type("while :; do " + run_of("sleep 1000") + "; done\n");
    ASSERT_TRUE(node_.await<session::Campaign>());
    expect("waiting to lead");
    type(ctrl_c);
    ASSERT_TRUE(node_.await<session::Resign>());
    type("echo status-$?\n");
    expect("status-130");
}

TEST_F(RunUnderATerminalInRealTime, InTheBackgroundItLeavesTheTerminalToTheShell) {
    lead("sh -c 'echo ready-$((1 + 1)); exec sleep 1000' &");
    expect("ready-2");
    type("echo shell-$((40 + 2))\n");
    expect("shell-42");
    type("kill %1; wait %1; echo status-$?\n");
    expect("Terminated");
    expect("status-143");
}

}  // namespace
}  // namespace bellwether::testing
