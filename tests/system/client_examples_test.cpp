// What client/examples/ holds, built against an installation as a user's project would be, and run.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "client/clock.hpp"
#include "client/fake_node.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/places.hpp"
#include "tests/support/real_mesh.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::testing {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
namespace session = protocol::session;

constexpr const char* python = "/usr/bin/python3";  // The one that sees Debian's modules.

fs::path examples() { return tests::source_dir() / "client" / "examples"; }

// Made once: it takes a compiler a while.
class Installation {
public:
    static const Installation& get() {
        static const Installation made;
        return made;
    }
    [[nodiscard]] fs::path program(const std::string& name) const { return directory_.path() / "build" / name; }
    [[nodiscard]] const fs::path& prefix() const { return prefix_; }

private:
    Installation() {
        const fs::path build = tests::bin_dir().parent_path();
        cmake({"--install", build, "--prefix", prefix_});
        cmake({"-S", examples(), "-B", directory_.path() / "build", "-DCMAKE_PREFIX_PATH=" + prefix_.string(),
               "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror"});
        cmake({"--build", directory_.path() / "build"});
    }

    void cmake(std::vector<std::string> arguments) {
        const fs::path output = directory_.path() / "output";
        ChildProcess process{{.program = "/usr/bin/cmake", .arguments = std::move(arguments), .output = output}};
        EXPECT_EQ(process.await_end(250s), 0) << last_lines_of(output, 30);
    }

    TemporaryDirectory directory_;
    fs::path prefix_ = directory_.path() / "prefix";
};

class ClientExampleInRealTime : public ::testing::Test {
protected:
    std::unique_ptr<ChildProcess> start(const fs::path& program, std::vector<std::string> arguments) {
        return std::make_unique<ChildProcess>(
            Launch{.program = program, .arguments = std::move(arguments), .output = output_});
    }

    bool await(const std::function<bool()>& holds) const {
        for (const auto deadline = client::now() + patience; client::now() < deadline;
             std::this_thread::sleep_for(5ms)) {
            if (holds()) return true;
        }
        ADD_FAILURE() << content_of(output_);
        return false;
    }
    bool await_output(const std::string& text) const {
        return await([&] { return content_of(output_).find(text) != std::string::npos; });
    }

    TemporaryDirectory directory_;
    fs::path run_dir_ = directory_.path() / "alpha";
    fs::path other_run_dir_ = directory_.path() / "bravo";
    fs::path output_ = directory_.path() / "output";
    fs::path counter_ = directory_.path() / "counter";
    client::FakeNode node_{run_dir_};
    client::FakeNode other_{other_run_dir_};
};

TEST_F(ClientExampleInRealTime, AProgramInCSaysWhoLeads) {
    protocol::Announcement announcement;
    announcement.leader = "bravo";
    announcement.token = {2001};
    announcement.reason = protocol::Reason::elected;
    node_.announce(announcement);
    const auto who = start(Installation::get().program("who_leads"), {run_dir_, "default", "1"});
    EXPECT_EQ(who->await_end(), 0);
    EXPECT_EQ(content_of(output_), "bravo 2001 elected\n");
}

TEST_F(ClientExampleInRealTime, AWorkerActsFromTheGrantToTheRevocation) {
    const auto worker = start(Installation::get().program("worker"),
                              {run_dir_, "work", python, examples() / "fenced_counter.py", counter_});
    const auto campaign = node_.await<session::Campaign>();
    ASSERT_TRUE(campaign);
    EXPECT_TRUE(campaign->forks);
    EXPECT_FALSE(fs::exists(counter_));
    node_.grant({1001}, 1h);
    EXPECT_TRUE(await([&] { return content_of(counter_).starts_with("1001 2"); }));
    node_.revoke({1001}, protocol::Reason::drain, 10s);
    EXPECT_TRUE(node_.await<session::Revoked>());
    const std::string count = content_of(counter_);
    EXPECT_TRUE(await_output("asked to stop"));
    EXPECT_EQ(content_of(counter_), count);
}

// It begins while it leads, stands still in the middle of its act, and goes on when another leads.
TEST_F(ClientExampleInRealTime, TheWriteOfAPausedExLeaderIsRefusedByItsToken) {
    const fs::path pid_file = directory_.path() / "pid";
    const std::string counter = examples() / "fenced_counter.py";
    const std::string pausing = "echo $$ > " + pid_file.string() + "; kill -STOP $$; exec " + python + ' ' + counter +
                                ' ' + counter_.string() + " $0";
    const auto paused = start(Installation::get().program("worker"), {run_dir_, "work", "sh", "-c", pausing});
    ASSERT_TRUE(node_.await<session::Campaign>());
    node_.grant({1001}, 1s);
    ASSERT_TRUE(await([&] { return !content_of(pid_file).empty(); }));

    const auto next = start(Installation::get().program("worker"), {other_run_dir_, "work", python, counter, counter_});
    ASSERT_TRUE(other_.await<session::Campaign>());
    other_.grant({2001}, 1h);
    ASSERT_TRUE(await([&] { return content_of(counter_).starts_with("2001 "); }));

    ::kill(std::stoi(content_of(pid_file)), SIGCONT);
    EXPECT_TRUE(await_output("refused: token 1001 is older than 2001"));
}

TEST_F(ClientExampleInRealTime, AServiceInPythonStandsActsAndStops) {
    const auto service = start(python, {examples() / "service.py", run_dir_, "work"});
    ASSERT_EQ(node_.await<session::Campaign>()->election.view(), "work");
    node_.grant({1001}, 1h);
    EXPECT_TRUE(await_output("1001 " + std::to_string(service->pid()) + '\n'));
    node_.revoke({1001}, protocol::Reason::drain, 10s);
    EXPECT_EQ(node_.await<session::Revoked>()->token.value, 1001U);
    const std::string printed = content_of(output_);
    node_.extend({1001}, 1h);  // It was under way, and is for a token that it has given up.
    EXPECT_TRUE(node_.await<session::Alive>());
    EXPECT_TRUE(node_.await<session::Alive>());
    EXPECT_EQ(content_of(output_), printed);

    node_.grant({2001}, 500ms);
    EXPECT_TRUE(await_output("2001 "));
    node_.refuse("unknown");
    EXPECT_TRUE(node_.await<session::Campaign>());
}

TEST_F(ClientExampleInRealTime, AJobOfCronRunsOnlyWhereTheHostLeads) {
    const std::string bin = Installation::get().prefix() / "bin";
    const auto job = [&] {
        return run({.program = "/usr/bin/env",
                    .arguments = {"PATH=" + bin + ":/usr/bin:/bin", "REPORT=echo done",
                                  "BELLWETHER_RUN_DIR=" + run_dir_.string(), examples() / "nightly_report.sh"}});
    };
    const Finished without = job();
    EXPECT_EQ(without.status, 0) << without.errors;
    EXPECT_EQ(without.output, "");

    RealMesh mesh{{.priorities = {10}}};
    mesh.start_all();
    (void)mesh.await_leader("alpha");
    run_dir_ = mesh.run_dir("alpha");
    const Finished done = job();
    EXPECT_EQ(done.status, 0) << done.errors;
    EXPECT_EQ(done.output, "done\n");
}

}  // namespace
}  // namespace bellwether::testing
