#include "tools/run/attempt.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>

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
                      const std::function<bool(const Outcome&)>& holds) {
    const bellwether::testing::TemporaryDirectory directory;
    const pid_t child = ::fork();
    if (child == 0) {
        const Program program{.words = {"/bin/sh", "-c", script}, .environment = {}};
        Guardian guardian{program};
        const Signals signals;
        Terminal terminal;
        client::FakeNode node{directory.path()};
        std::thread life{[&] { node_life(node); }};
        zmq::context_t context;
        const Plan plan{.run_dir = directory.path(), .election = {}, .grace = 1s};
        const Outcome outcome = Attempt{{context, guardian, signals, terminal}, plan}.run();
        life.join();
        ::_exit(holds(outcome) ? 0 : 1);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status == 0;
}

TEST(AnAttemptInRealTime, TellsHowLongTheCommandRanAndNotHowLongItWaited) {
    const auto begin = client::now();
    EXPECT_TRUE(holds_of_attempt(
        "exit 7",
        [](client::FakeNode& node) {
            (void)node.await<session::Holds>();
            (void)node.await<session::Holds>();
            // It says so for the first time when it has stood for a second.
            (void)node.await<session::Alive>();
            node.grant({1001}, 1h);
        },
        [&](const Outcome& outcome) {
            const auto span = client::now() - begin;
            return outcome.kind == Outcome::Kind::ended && outcome.ran > 0s && outcome.ran < span - 900ms;
        }));
}

}  // namespace
}  // namespace bellwether::run
