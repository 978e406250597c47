// The scripts that run a mesh on this host: what they start they know, and what they do not know they leave alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/child_process.hpp"
#include "tests/support/mesh_sockets.hpp"
#include "tests/support/places.hpp"
#include "tests/support/real_mesh.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class MeshScriptInRealTime : public ::testing::Test {
protected:
    ~MeshScriptInRealTime() override { (void)script("down"); }

    [[nodiscard]] Launch launch_of(const std::string& command) const { return tool("mesh.sh", {command, config()}); }
    [[nodiscard]] Launch tool(const std::string& name, std::vector<std::string> arguments) const {
        return {.program = tests::source_dir() / "tools" / name,
                .arguments = std::move(arguments),
                .environment = {"BELLWETHER_MESH_DIR=" + base_.path().string(),
                                "BELLWETHER_BIN=" + bellwetherd().parent_path().string()}};
    }
    [[nodiscard]] Finished script(const std::string& command) const { return run(launch_of(command)); }

    [[nodiscard]] fs::path config() const { return plan_.config(); }
    [[nodiscard]] fs::path mesh() const { return base_.path() / "test"; }
    [[nodiscard]] fs::path record(const std::string& node) const { return mesh() / "pid" / node; }
    [[nodiscard]] fs::path run_dir(const std::string& node) const { return mesh() / "run/test" / node; }

    // A living daemon holds it, whoever knows of that daemon.
    [[nodiscard]] bool is_in_use(const std::string& node) const {
        const fs::path lock = mesh() / "state/test" / node / "lock";
        return run({.program = "/usr/bin/flock", .arguments = {"--nonblock", lock, "true"}}).status != 0;
    }

private:
    RealMesh plan_{{.priorities = {30, 20, 10}}};  // For its file and its ports; mesh.sh runs it.
    TemporaryDirectory base_;
};

TEST_F(MeshScriptInRealTime, RotatesTheKeyOfALeaderThatLeadsOn) {
    ASSERT_EQ(run({.program = bellwether(), .arguments = {"keygen", "--mesh", config()}}).status, 0);
    ASSERT_EQ(script("up").status, 0);
    // Its name and its token.
    const auto leadership = [&](const std::string& node) {
        const Finished watch = run(
            {.program = bellwether(), .arguments = {"watch", "--json", "--count", "1", "--run-dir", run_dir(node)}});
        const auto said = nlohmann::json::parse(watch.output);
        return said.at("leader").dump() + " " + said.at("token").dump();
    };
    ASSERT_TRUE(eventually([&] { return leadership("bravo").starts_with("\"alpha\" "); }, patience));
    const std::string leader = leadership("bravo");
    const std::string before = content_of(config());
    const Finished rotated = run(tool("rotate_keys.sh", {config(), "--node", "alpha"}));
    EXPECT_EQ(rotated.status, 0) << rotated.errors << rotated.output;
    EXPECT_NE(content_of(config()), before);
    EXPECT_EQ(content_of(config()).size(), before.size());
    EXPECT_EQ(leadership("bravo"), leader);
    EXPECT_EQ(leadership("alpha"), leader);
}

// For hosts that are elsewhere: what the command is told, and when.
TEST_F(MeshScriptInRealTime, RotatesKeysOnHostsThatACommandReaches) {
    ASSERT_EQ(run({.program = bellwether(), .arguments = {"keygen", "--mesh", config()}}).status, 0);
    const std::string command = "echo \"bring to $NODE\"";
    const Finished rotated = run(tool("rotate_keys.sh", {config(), "--node", "bravo", "--each", command}));
    EXPECT_EQ(rotated.status, 0) << rotated.errors;
    std::string steps;
    for (const std::string& line : lines_of(rotated.output)) {
        if (line.starts_with("== ")) steps += line.substr(3, 2);
        if (line.starts_with("bring to ")) steps += " " + line.substr(9);
    }
    EXPECT_EQ(steps, "1. alpha bravo charlie2. bravo3. alpha bravo charlie");
    const Finished refused = run(tool("rotate_keys.sh", {config(), "--node", "bravo", "--each", "false"}));
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.errors, HasSubstr("for alpha, the command of --each failed"));
}

TEST_F(MeshScriptInRealTime, WhatIsStartedByManyAtOnceIsStartedOnceAndEnded) {
    std::vector<std::unique_ptr<ChildProcess>> scripts;
    for (int i = 0; i < 4; ++i) scripts.push_back(std::make_unique<ChildProcess>(launch_of("up")));
    for (auto& each : scripts) EXPECT_EQ(each->await_end(), 0);
    EXPECT_EQ(script("status").status, 0);
    EXPECT_EQ(script("down").status, 0);
    for (const std::string node : {"alpha", "bravo", "charlie"}) EXPECT_FALSE(is_in_use(node)) << node;
}

TEST_F(MeshScriptInRealTime, ADaemonWhoseRecordIsLostIsLeftAloneAndTold) {
    ASSERT_EQ(script("up").status, 0);
    const std::string on_record = content_of(record("alpha"));
    const std::string pid = on_record.substr(0, on_record.find(' '));
    fs::remove(record("alpha"));
    for (const std::string command : {"up", "down"}) {
        const Finished finished = script(command);
        EXPECT_EQ(finished.status, 1) << command;
        EXPECT_THAT(finished.errors, AllOf(HasSubstr("alpha runs as pid " + pid), HasSubstr(record("alpha").string())));
        const Finished status = run({.program = bellwether(), .arguments = {"status", "--run-dir", run_dir("alpha")}});
        EXPECT_NE(status.status, 4) << status.errors;
    }
    EXPECT_THAT(script("status").output, HasSubstr("pid " + pid + ", which is not the one on record"));
    std::ofstream{record("alpha")} << on_record;
    EXPECT_EQ(script("down").status, 0);
    EXPECT_FALSE(is_in_use("alpha"));
}

// A process that is no daemon, with the pid that is on record for the node alpha.
class NemesisInRealTime : public ::testing::Test {
protected:
    // `record` is what the node's file says after the pid.
    [[nodiscard]] Finished torment(const std::string& signal, const std::string& record, const std::string& what) {
        fs::create_directories(base_.path() / "pid");
        std::ofstream{base_.path() / "pid/alpha"} << process.pid() << ' ' << record << '\n';
        return run({.program = "/bin/bash",
                    .arguments = {"-euc", "source " + (tests::source_dir() / "tools/chaos/nemesis.sh").string() +
                                              "\nmesh=" + base_.path().string() + " signal=" + signal + " struck_pid=" +
                                              std::to_string(process.pid()) + "\nexec {marks}>/dev/null\n" + what}});
    }

    [[nodiscard]] std::string start_time() const {
        return run({.program = "/bin/bash",
                    .arguments = {"-euc", "source " + (tests::source_dir() / "tools/lib.sh").string() +
                                              "\nfind_start_time " + std::to_string(process.pid()) +
                                              "\necho \"$start_time\""}})
            .output;
    }

    [[nodiscard]] bool is_stopped() const {
        return content_of("/proc/" + std::to_string(process.pid()) + "/stat").find(") T ") != std::string::npos;
    }

    ChildProcess process{{.program = "/bin/sleep", .arguments = {"1000"}}};

private:
    TemporaryDirectory base_;
};

TEST_F(NemesisInRealTime, StrikesTheProcessOnRecord) {
    EXPECT_EQ(torment("KILL", start_time(), "strike alpha").status, 0);
    EXPECT_EQ(process.await_end(), 128 + SIGKILL);
}

TEST_F(NemesisInRealTime, LeavesAProcessAloneThatHasThePidButStartedLater) {
    const Finished strike = torment("KILL", "1", "strike alpha");
    EXPECT_EQ(strike.status, 1);
    EXPECT_THAT(strike.errors, HasSubstr("alpha does not run"));
    EXPECT_TRUE(process.runs());
    // Nor does the record of a node whose start time nobody could read name a process.
    EXPECT_EQ(torment("KILL", "", "strike alpha").status, 1);
    EXPECT_TRUE(process.runs());
}

TEST_F(NemesisInRealTime, WakesOnlyWhatItHasStopped) {
    process.send(SIGSTOP);
    ASSERT_TRUE(eventually([&] { return is_stopped(); }, patience));
    EXPECT_EQ(torment("STOP", "1", "struck=alpha struck_start=1\nrevive").status, 0);
    EXPECT_TRUE(is_stopped());
    EXPECT_EQ(torment("STOP", "1", "struck=alpha struck_start=" + start_time() + "revive").status, 0);
    EXPECT_TRUE(eventually([&] { return !is_stopped(); }, patience));
}

}  // namespace
}  // namespace bellwether::testing
