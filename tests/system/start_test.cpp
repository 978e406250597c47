// A daemon that cannot start says why in a sentence, ends with the status for it, and harms nobody.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <zmq.hpp>

#include "client/clock.hpp"
#include "tests/support/real_mesh.hpp"

namespace bellwether::testing {
namespace {

namespace fs = std::filesystem;
using protocol::Time;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

MeshPlan alone() { return {.priorities = {10}}; }

void write(const fs::path& file, const std::string& text) { std::ofstream{file} << text; }

// As `launch` says, but with other directories.
Launch with_directories(Launch launch, const fs::path& state, const fs::path& run) {
    for (std::size_t i = 0; i + 1 < launch.arguments.size(); ++i) {
        if (launch.arguments[i] == "--state-dir") launch.arguments[i + 1] = state;
        if (launch.arguments[i] == "--run-dir") launch.arguments[i + 1] = run;
    }
    return launch;
}

TEST(StartInRealTime, EveryMistakeOfAConfigurationIsToldAtOnceAndNothingIsMade) {
    const TemporaryDirectory directory;
    const fs::path config = directory.path() / "bad.toml";
    write(config, R"(cluster = "two words"
[timing]
heartbeet = "50ms"
lease = "300 parsecs"
[[node]]
name = "alpha"
id = 0
heartbeat = "tcp://127.0.0.1:7101"
vote = "udp://127.0.0.1:7102"
)");
    const Finished daemon = run({.program = bellwetherd(),
                                 .arguments = {config, "--node", "alpha", "--state-dir", directory.path() / "state",
                                               "--run-dir", directory.path() / "run"}});
    EXPECT_EQ(daemon.status, 2);
    EXPECT_THAT(lines_of(daemon.errors), AllOf(SizeIs(5), Each(StartsWith(config.string() + ":"))));
    EXPECT_THAT(daemon.errors, HasSubstr("did you mean \"heartbeat\"?"));
    EXPECT_FALSE(fs::exists(directory.path() / "state"));
    EXPECT_FALSE(fs::exists(directory.path() / "run"));
    // The program that people check with says the same.
    EXPECT_EQ(run({.program = bellwether(), .arguments = {"check", config}}).errors, daemon.errors);
}

TEST(StartInRealTime, AWrongCallIsToldApartFromAFailure) {
    RealMesh mesh{alone()};
    const Finished no_file = run({.program = bellwetherd(), .arguments = {mesh.directory() / "missing.toml"}});
    EXPECT_EQ(no_file.status, 2);
    EXPECT_THAT(no_file.errors, HasSubstr("missing.toml"));
    const Finished no_node = run({.program = bellwetherd(), .arguments = {mesh.config(), "--node", "zulu"}});
    EXPECT_EQ(no_node.status, 2);
    EXPECT_THAT(no_node.errors, HasSubstr("there is no node \"zulu\""));
    EXPECT_EQ(run({.program = bellwetherd(), .arguments = {mesh.config(), "--fast"}}).status, 2);
    EXPECT_EQ(run({.program = bellwetherd(), .arguments = {"--version"}}).status, 0);
}

TEST(StartInRealTime, AGroupThatThisHostDoesNotHaveIsAMistakeOfTheConfiguration) {
    RealMesh mesh{{.priorities = {10}, .more_tables = "[local]\ngroup = \"no-such-group-here\"\n"}};
    const Finished daemon = run(mesh.launch_of("alpha"));
    EXPECT_EQ(daemon.status, 2);
    EXPECT_THAT(daemon.errors, AllOf(StartsWith(mesh.config().string() + ":"), HasSubstr("no-such-group-here")));
    EXPECT_FALSE(fs::exists(mesh.state_dir("alpha")));
}

TEST(StartInRealTime, ASocketPathThatIsTooLongIsRefusedBeforeAnythingIsMade) {
    RealMesh mesh{alone()};
    const fs::path state = mesh.directory() / "state";
    const fs::path run_base = mesh.directory() / std::string(100, 'x');
    const Finished daemon = run(with_directories(mesh.launch_of("alpha"), state, run_base));
    EXPECT_EQ(daemon.status, 2);
    EXPECT_THAT(lines_of(daemon.errors), AllOf(SizeIs(1), Each(HasSubstr("choose a shorter --run-dir"))));
    EXPECT_FALSE(fs::exists(state));
    EXPECT_FALSE(fs::exists(run_base));
}

TEST(StartInRealTime, ASecondDaemonOnTheSameDirectoriesRefusesAndTheFirstIsUnharmed) {
    RealMesh mesh{alone()};
    mesh.start_all();
    const Leadership leadership = mesh.await_leader("alpha");
    const Time begin = client::now();
    const std::string holder = "is in use by pid " + std::to_string(mesh.process("alpha").pid());
    const fs::path elsewhere = mesh.directory() / "elsewhere";
    const fs::path state = mesh.directory() / "state";
    const fs::path run_base = mesh.directory() / "run";

    const Finished same_state = run(with_directories(mesh.launch_of("alpha"), state, elsewhere));
    EXPECT_EQ(same_state.status, 1);
    EXPECT_THAT(same_state.errors, AllOf(HasSubstr(mesh.state_dir("alpha").string()), HasSubstr(holder)));
    const Finished same_run = run(with_directories(mesh.launch_of("alpha"), elsewhere, run_base));
    EXPECT_EQ(same_run.status, 1);
    EXPECT_THAT(same_run.errors, AllOf(HasSubstr(mesh.run_dir("alpha").string()), HasSubstr(holder)));

    EXPECT_EQ(mesh.status("alpha").at("elections").at(0).at("leader"), "alpha");
    EXPECT_EQ(mesh.await_leader("alpha"), leadership);
    mesh.expect_only(leadership, begin);
}

TEST(StartInRealTime, OtherVotersThanThoseOfTheStateAreRefusedUnlessAdopted) {
    RealMesh mesh{{.priorities = {30, 20, 10}}};
    mesh.start_all();
    const Leadership before = mesh.await_leader("alpha");
    for (const std::string& node : mesh.names()) EXPECT_EQ(mesh.terminate(node), 0);

    const std::string all = content_of(mesh.config());
    write(mesh.config(), all.substr(0, all.rfind("[[node]]")));
    const Finished refused = run(mesh.launch_of("alpha"));
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.errors, AllOf(HasSubstr("(alpha, bravo)"), HasSubstr("--adopt-voters")));

    for (const std::string node : {"alpha", "bravo"}) {
        Launch launch = mesh.launch_of(node);
        launch.arguments.emplace_back("--adopt-voters");
        mesh.start(node, launch);
    }
    EXPECT_GT(mesh.await_leader("alpha").token, before.token);
    EXPECT_EQ(cli::number_of(mesh.status("bravo"), "voters"), 2U);

    // Adopted for good.
    EXPECT_EQ(mesh.terminate("bravo"), 0);
    mesh.start("bravo");
    (void)mesh.await_leader("alpha");
}

TEST(StartInRealTime, APortThatIsTakenIsNamed) {
    RealMesh mesh{alone()};
    zmq::context_t context;
    for (const std::string& endpoint : {mesh.vote_endpoint("alpha"), mesh.heartbeat_endpoint("alpha")}) {
        zmq::socket_t squatter{context, zmq::socket_type::rep};
        squatter.bind(endpoint);
        const Finished daemon = run(mesh.launch_of("alpha"));
        EXPECT_EQ(daemon.status, 1);
        EXPECT_THAT(daemon.errors, AllOf(HasSubstr(endpoint), HasSubstr("the port is taken")));
    }
    mesh.start_all();
    (void)mesh.await_leader("alpha");
}

class StartAsAnotherUserInRealTime : public ::testing::Test {
protected:
    static constexpr uid_t nobody = 65534;

    // Where another user may go, but not write; with copies of the programs, which may lie where no other user may go.
    StartAsAnotherUserInRealTime() {
        fs::permissions(mesh.directory(), fs::perms{0755});
        fs::create_directories(run_base);
        fs::permissions(run_base, fs::perms{0555});
        for (const fs::path& program : {bellwetherd(), bellwether()}) {
            fs::copy_file(program, mesh.directory() / program.filename());
        }
        if (::geteuid() == 0) user = nobody;
    }

    Launch as_user(Launch launch) const {
        launch.program = mesh.directory() / launch.program.filename();
        launch.user = user;
        return launch;
    }

    RealMesh mesh{alone()};
    const fs::path run_base = mesh.directory() / "run";
    const fs::path own_base = mesh.directory() / "own";
    std::optional<uid_t> user;
};

TEST_F(StartAsAnotherUserInRealTime, ARunDirectoryThatMayNotBeMadeIsNamed) {
    fs::create_directories(own_base);
    if (user) {
        ASSERT_EQ(::chown(own_base.c_str(), *user, *user), 0);
    }
    const Finished daemon = run(as_user(with_directories(mesh.launch_of("alpha"), own_base, run_base)));
    EXPECT_EQ(daemon.status, 1);
    EXPECT_THAT(daemon.errors, AllOf(HasSubstr(run_base.string()), HasSubstr("Permission denied")));
}

TEST_F(StartAsAnotherUserInRealTime, AStateDirectoryThatMayNotBeMadeIsNamed) {
    const Finished daemon = run(as_user(with_directories(mesh.launch_of("alpha"), run_base, own_base)));
    EXPECT_EQ(daemon.status, 1);
    EXPECT_THAT(daemon.errors, AllOf(HasSubstr(run_base.string()), HasSubstr("Permission denied")));
}

TEST_F(StartAsAnotherUserInRealTime, ADirectoryBelowAClosedOneIsNamedInASentence) {
    const fs::path closed = mesh.directory() / "closed";
    fs::create_directories(own_base);
    fs::create_directories(closed / "test" / "alpha");
    if (user) {
        ASSERT_EQ(::chown(own_base.c_str(), *user, *user), 0);
    }
    fs::permissions(closed, fs::perms{0});
    for (const auto& [state, run_dir] : {std::pair{closed, own_base}, std::pair{own_base, closed}}) {
        const Finished daemon = run(as_user(with_directories(mesh.launch_of("alpha"), state, run_dir)));
        EXPECT_EQ(daemon.status, 1);
        EXPECT_THAT(daemon.errors, AllOf(HasSubstr((closed / "test").string() + ": Permission denied; run this as"),
                                         Not(HasSubstr("filesystem error"))));
    }
    fs::permissions(closed, fs::perms{0755});
}

TEST_F(StartAsAnotherUserInRealTime, WhoMayNotEnterTheRunDirectoryIsToldSo) {
    if (!user) GTEST_SKIP() << "needs root, to be somebody else";
    mesh.start_all();
    (void)mesh.await_leader("alpha");
    const std::string run_dir = mesh.run_dir("alpha");
    const std::vector<std::vector<std::string>> calls{{"status", "--run-dir", run_dir},
                                                      {"status", "--run-dir", run_base},
                                                      {"status", "--config", mesh.config(), "--run-dir", run_base},
                                                      {"leader", "--run-dir", run_dir},
                                                      {"drain", "--run-dir", run_dir},
                                                      // Which waits for a daemon that is not there, but not for this.
                                                      {"watch", "--run-dir", run_dir}};
    for (const auto& words : calls) {
        const Finished finished = run(as_user({.program = bellwether(), .arguments = words}));
        EXPECT_EQ(finished.status, 4) << words.front();
        EXPECT_THAT(finished.errors, HasSubstr("Permission denied: " + run_dir));
        EXPECT_THAT(finished.output, Not(HasSubstr("not running")));
    }
}

}  // namespace
}  // namespace bellwether::testing
