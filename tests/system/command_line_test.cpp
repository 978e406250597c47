// The programs as people and scripts call them: what they print, and with what they end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/mesh_sockets.hpp"
#include "tests/support/real_mesh.hpp"

namespace bellwether::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

Finished call(std::vector<std::string> words) { return run({.program = bellwether(), .arguments = std::move(words)}); }

std::vector<json> objects_in(const std::string& output) {
    std::vector<json> objects;
    for (const std::string& line : lines_of(output)) objects.push_back(json::parse(line));
    return objects;
}

// One mesh for all that only looks at it.
class CommandLineInRealTime : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        mesh_ = std::make_unique<RealMesh>(MeshPlan{.priorities = {30, 20, 10}});
        mesh_->start_all();
        (void)mesh_->await_leader("alpha");
    }
    static void TearDownTestSuite() { mesh_.reset(); }

    static RealMesh& mesh() { return *mesh_; }

private:
    static inline std::unique_ptr<RealMesh> mesh_;
};

TEST_F(CommandLineInRealTime, WatchSaysAsManyLinesAsItIsAskedFor) {
    const Finished as_json = mesh().order("bravo", {"watch", "--json", "--count", "3"});
    EXPECT_EQ(as_json.status, 0) << as_json.errors;
    const auto said = objects_in(as_json.output);
    ASSERT_THAT(said, SizeIs(3));
    for (const json& each : said) {
        EXPECT_EQ(each.at("leader"), "alpha");
        EXPECT_EQ(each.at("node"), "bravo");
        EXPECT_GE(each.at("received_ns"), each.at("clock_ns"));
    }
    const Finished for_people = mesh().order("alpha", {"watch", "--count", "1", "--leader-topic"});
    EXPECT_EQ(for_people.status, 0);
    EXPECT_THAT(for_people.output, AllOf(HasSubstr("alpha leads, token "), HasSubstr("<- this host")));
}

TEST_F(CommandLineInRealTime, InterruptingAWatchEndsItWith130) {
    for (const int signal : {SIGINT, SIGTERM}) {
        const auto output = mesh().directory() / ("watch-" + std::to_string(signal));
        ChildProcess watch{{.program = bellwether(),
                            .arguments = {"watch", "--json", "--run-dir", mesh().run_dir("alpha")},
                            .output = output}};
        ASSERT_TRUE(eventually([&] { return content_of(output).find('\n') != std::string::npos; }, patience));
        watch.send(signal);
        EXPECT_EQ(watch.await_end(), 130);
        // No line is cut in two.
        EXPECT_EQ(content_of(output).back(), '\n');
        (void)objects_in(content_of(output));
    }
}

TEST_F(CommandLineInRealTime, StatusTellsOfOneNodeOrOfAll) {
    const Finished one = mesh().order("bravo", {"status", "--json"});
    EXPECT_EQ(one.status, 0) << one.errors;
    const json status = objects_in(one.output).at(0);
    EXPECT_EQ(status.at("node"), "bravo");
    EXPECT_EQ(status.at("quorum_linked"), true);
    EXPECT_EQ(status.at("elections").at(0).at("leader"), "alpha");
    EXPECT_THAT(mesh().order("bravo", {"status"}).output, HasSubstr("alpha"));

    const Finished all =
        call({"status", "--json", "--config", mesh().config(), "--run-dir", mesh().directory() / "run"});
    EXPECT_EQ(all.status, 0) << all.errors;
    std::set<std::string> names;
    for (const json& each : objects_in(all.output)) names.insert(each.at("node"));
    EXPECT_EQ(names, (std::set<std::string>{"alpha", "bravo", "charlie"}));
}

TEST_F(CommandLineInRealTime, StatusSaysThatAnElectionIsUnknownAndWhichAreKnown) {
    const std::string run_base = mesh().directory() / "run";
    for (const Finished& status :
         {mesh().order("alpha", {"status", "--election", "nix"}),
          call({"status", "--election", "nix", "--config", mesh().config(), "--run-dir", run_base})}) {
        EXPECT_EQ(status.status, 3);
        EXPECT_EQ(status.errors, "bellwether: no election \"nix\" is known; there is default\n");
    }
    EXPECT_EQ(mesh().order("alpha", {"status"}).errors, "");
}

TEST_F(CommandLineInRealTime, LeaderPrintsTheName) {
    const Finished leader = mesh().order("charlie", {"leader"});
    EXPECT_EQ(leader.status, 0);
    EXPECT_EQ(leader.output, "alpha\n");
    const Finished unknown = mesh().order("charlie", {"leader", "--election", "nothing-of-the-kind"});
    EXPECT_EQ(unknown.status, 3);
    EXPECT_EQ(unknown.errors, "bellwether: no election \"nothing-of-the-kind\" is known; there is default\n");
}

TEST_F(CommandLineInRealTime, AWrongCallEndsWithTwo) {
    const std::vector<std::vector<std::string>> calls{{},
                                                      {"lead"},
                                                      {"watch", "--fast"},
                                                      {"transfer"},
                                                      {"status", "--election", "two words"},
                                                      // Which of the three?
                                                      {"status", "--run-dir", mesh().directory() / "run"}};
    for (const auto& words : calls) {
        const Finished finished = call(words);
        EXPECT_EQ(finished.status, 2) << finished.output;
        EXPECT_FALSE(finished.errors.empty());
    }
}

TEST_F(CommandLineInRealTime, CheckSaysWhatAConfigurationIsAndInitAndKeygenMakeOneThatIsGood) {
    const Finished good = call({"check", mesh().config()});
    EXPECT_EQ(good.status, 0) << good.errors;
    EXPECT_EQ(good.output, "test: 3 voters, quorum 2, survives 1 failure\n");
    EXPECT_EQ(objects_in(call({"check", mesh().config(), "--json"}).output).at(0).at("nodes").size(), 3U);

    const Finished made = call({"init", "--hosts", "alpha=10.0.0.1,bravo=10.0.0.2,charlie=10.0.0.3"});
    EXPECT_EQ(made.status, 0) << made.errors;
    const auto file = mesh().directory() / "made.toml";
    std::ofstream{file} << made.output;
    const Finished open = call({"check", file});
    EXPECT_EQ(open.status, 2);
    EXPECT_THAT(open.errors, HasSubstr("bellwether keygen --mesh"));
    const Finished keys = call({"keygen", "--mesh", file});
    EXPECT_EQ(keys.status, 0) << keys.errors;
    const Finished closed = call({"check", file});
    EXPECT_EQ(closed.status, 0) << closed.errors;
    EXPECT_EQ(call({"init", "--hosts", "two words"}).status, 2);
}

TEST(CommandLineWithoutADaemonInRealTime, EndsWithFourAndSaysWhereItLooked) {
    const TemporaryDirectory directory;
    for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
             {"status"}, {"leader"}, {"stepdown"}, {"transfer", "bravo"}, {"drain"}}) {
        std::vector<std::string> whole = words;
        whole.insert(whole.end(), {"--run-dir", directory.path()});
        const Finished finished = call(whole);
        EXPECT_EQ(finished.status, 4) << words.front();
        EXPECT_THAT(finished.errors, HasSubstr(directory.path().string()));
        EXPECT_EQ(finished.output, "");
    }
}

TEST(CommandLineWithoutADaemonInRealTime, ADaemonThatWasKilledIsNoDaemon) {
    RealMesh mesh{{.priorities = {10}}};
    mesh.start_all();
    (void)mesh.await_leader("alpha");
    mesh.kill("alpha");
    const Finished status = mesh.order("alpha", {"status"});
    EXPECT_EQ(status.status, 4);
    EXPECT_THAT(status.errors, HasSubstr("nobody listens on"));
    EXPECT_EQ(mesh.order("alpha", {"leader"}).status, 4);
}

TEST(CommandLineWithoutALeaderInRealTime, EndsWithThree) {
    RealMesh mesh{{.priorities = {30, 20, 10}}};
    mesh.start("alpha");
    mesh.await_nobody();
    EXPECT_EQ(mesh.order("alpha", {"leader"}).status, 3);
    EXPECT_EQ(mesh.order("alpha", {"status"}).status, 3);
    EXPECT_EQ(mesh.order("alpha", {"transfer", "bravo"}).status, 1);
}

}  // namespace
}  // namespace bellwether::testing
