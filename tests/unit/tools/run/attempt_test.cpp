#include "tools/run/attempt.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <string>
#include <thread>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/clock.hpp"
#include "client/fake_node.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::run {
namespace {

using namespace std::chrono_literals;
namespace session = protocol::session;

// In a process of its own, as a guardian is made while there is no other thread. `node` decides; its life is another
// thread's.
bool holds_of_attempt(const std::string& script, const std::function<void(client::FakeNode&)>& node_life,
                      const std::function<bool(const Outcome&, const Signals&)>& holds) {
    const bellwether::testing::TemporaryDirectory directory;
    const pid_t child = ::fork();
    if (child == 0) {
        const Program program{.words = {"/bin/sh", "-c", script}, .environment = {{"RUN", std::to_string(::getpid())}}};
        Guardian guardian{program};
        const Signals signals;
        Terminal terminal;
        client::FakeNode node{directory.path()};
        std::thread life{[&] { node_life(node); }};
        zmq::context_t context;
        const Plan plan{.run_dir = directory.path(), .election = {}, .grace = 1s};
        const Outcome outcome = Attempt{{context, guardian, signals, terminal}, plan}.run();
        life.join();
        ::_exit(holds(outcome, signals) ? 0 : 1);
    }
    int status = 0;
    while (::waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status)) {
        // What it shall find when it goes on happens meanwhile.
        (void)::poll(nullptr, 0, 300);
        ::kill(child, SIGCONT);
    }
    return status == 0;
}

// The guardian and the command are named.
void await_both(client::FakeNode& node) {
    for (int i = 0; i < 2; ++i) (void)node.await<session::Holds>();
}

void grant_at_once(client::FakeNode& node) {
    await_both(node);
    node.grant({1001}, 1h);
}

TEST(AnAttemptInRealTime, TellsHowLongTheCommandRanAndNotHowLongItWaited) {
    const auto begin = client::now();
    EXPECT_TRUE(holds_of_attempt(
        "exit 7",
        [](client::FakeNode& node) {
            await_both(node);
            // It says so for the first time when it has stood for a second.
            (void)node.await<session::Alive>();
            node.grant({1001}, 1h);
        },
        [&](const Outcome& outcome, const Signals&) {
            const auto span = client::now() - begin;
            return outcome.kind == Outcome::Kind::ended && outcome.ran > 0s && outcome.ran < span - 900ms;
        }));
}

TEST(AnAttemptInRealTime, LosesNoSignalThatComesAsTheCommandEnds) {
    EXPECT_TRUE(holds_of_attempt(
        // When it goes on, both are there, and the end is looked at first.
        "kill -STOP $RUN; kill -TERM $RUN; exit 0", grant_at_once, [](const Outcome& outcome, const Signals& signals) {
            return outcome.was_told_to_end || signals.next() == SIGTERM;
        }));
}

}  // namespace
}  // namespace bellwether::run
