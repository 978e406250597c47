// Attacks on a node by processes of its own host. docs/security.md lists them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/composure.hpp"
#include "tests/support/mesh_sockets.hpp"
#include "tests/support/raw_peer.hpp"
#include "tests/support/real_mesh.hpp"

namespace bellwether::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr int connections = 1500;
constexpr int most_local = 256;  // Half of the descriptors that alpha may have.

void raise_own_limit() {
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = std::max<rlim_t>(limit.rlim_cur, std::min<rlim_t>(limit.rlim_max, 4 * connections));
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
}

TEST(LocalProcessesInRealTime, ThatConnectMoreOftenThanThereAreDescriptorsEndNoDaemon) {
    raise_own_limit();
    RealMesh mesh{{.priorities = {30, 20, 10}, .heartbeat = 100ms, .lease = 1000ms, .security = "enforce"}};
    Launch few = mesh.launch_of("alpha");
    few.arguments.insert(few.arguments.begin(), {"--nofile=512:512", few.program});
    few.program = "/usr/bin/prlimit";
    mesh.start("alpha", few);
    mesh.start_all();
    const Composure composure{mesh};
    {
        std::vector<RawPeer> crowd;
        for (int i = 0; i < connections; ++i) {
            for (const char* socket : {"control.sock", "leader.sock"}) {
                crowd.push_back(RawPeer::at_path(mesh.run_dir("alpha") / socket));
            }
        }
        ASSERT_TRUE(mesh.process("alpha").runs());
        const auto is_turned_away = [](RawPeer& peer) { return peer.is_hung_up_on_within(0ms); };
        EXPECT_TRUE(eventually(
            [&] { return std::count_if(crowd.begin(), crowd.end(), is_turned_away) >= 2 * connections - most_local; },
            patience));
        // And a member is still let in.
        mesh.kill("charlie");
        mesh.start("charlie");
        mesh.await_links("charlie", 3);
    }
    composure.expect_kept({"charlie"});
}

// A mesh whose daemons run as root, and what other users of its host come to.
class OtherUsersInRealTime : public ::testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become other users";
    }

    // Copies of the programs, which may lie where no other user may go.
    void start(const std::string& watch) {
        mesh.emplace(MeshPlan{.priorities = {30, 20, 10},
                              .heartbeat = 100ms,
                              .lease = 1000ms,
                              .preempt = false,
                              .more_tables = "[local]\ngroup = \"daemon\"\nwatch = \"" + watch + "\"\n",
                              .security = "enforce"});
        fs::permissions(mesh->directory(), fs::perms{0755});
        fs::copy_file(bellwether(), mesh->directory() / "bellwether");
        fs::permissions(mesh->directory() / "bellwether", fs::perms{0755});
        mesh->start_all();
        composure.emplace(*mesh);
    }

    // bellwether WORDS..., asked of alpha by nobody, who is in `groups` besides.
    Finished ask(const std::string& groups, std::vector<std::string> words) {
        std::vector<std::string> arguments{"--reuid=65534", "--regid=65534"};
        arguments.push_back(groups.empty() ? "--clear-groups" : "--groups=" + groups);
        arguments.push_back(mesh->directory() / "bellwether");
        arguments.insert(arguments.end(), words.begin(), words.end());
        // What follows these words is the command of `run`.
        arguments.insert(std::find(arguments.begin(), arguments.end(), "--"),
                         {"--run-dir", mesh->run_dir("alpha").string()});
        return run({.program = "/usr/bin/setpriv", .arguments = std::move(arguments)});
    }

    [[nodiscard]] std::uint64_t refused() const { return composure->counter("commands_forbidden"); }

    const std::string daemon_group = "1";  // On every Debian.
    std::optional<RealMesh> mesh;
    std::optional<Composure> composure;
};

TEST_F(OtherUsersInRealTime, ThatMayWatchCommandNothing) {
    start("everybody");
    EXPECT_EQ(ask("", {"leader"}).output, "alpha\n");
    EXPECT_EQ(ask("", {"status"}).status, 0);
    EXPECT_EQ(refused(), 0U);
    const std::vector<std::vector<std::string>> commands{{"stepdown"}, {"transfer", "bravo"},
                                                         {"drain"},    {"undrain"},
                                                         {"reload"},   {"run", "--election", "jobs", "--", "true"}};
    for (const std::vector<std::string>& command : commands) {
        const Finished asked = ask("", command);
        EXPECT_NE(asked.status, 0) << command.front();
        EXPECT_THAT(asked.errors, HasSubstr("user 65534 may only watch this node; commands and sessions are for root "
                                            "and the group daemon: run this as one of them"))
            << command.front();
    }
    EXPECT_EQ(refused(), commands.size());
    // Told once: whoever is refused again and again must not fill the log.
    const std::string log = content_of(mesh->log("alpha"));
    const std::size_t told = log.find("user 65534 may only watch");
    ASSERT_NE(told, std::string::npos);
    EXPECT_EQ(log.find("user 65534 may only watch", told + 1), std::string::npos);
    composure->expect_kept();
}

TEST_F(OtherUsersInRealTime, WithoutTheGroupDoNotEvenConnectWhereOnlyTheGroupMayWatch) {
    start("group");
    for (const char* word : {"leader", "status", "stepdown"}) {
        const Finished asked = ask("", {word});
        EXPECT_NE(asked.status, 0) << word;
        EXPECT_THAT(asked.output + asked.errors, HasSubstr("Permission denied")) << word;
    }
    composure->expect_kept();
}

// As a service account is, whose first group is its own.
TEST_F(OtherUsersInRealTime, WithTheGroupAmongTheirOthersCommandAndStand) {
    for (const char* watch : {"group", "everybody"}) {
        start(watch);
        const Leadership leadership = mesh->await_leader("alpha");
        const Finished work =
            ask(daemon_group, {"run", "--election", "jobs", "--", "/bin/sh", "-c", "echo $BELLWETHER_TOKEN"});
        EXPECT_EQ(work.status, 0) << work.errors;
        EXPECT_GT(std::atoi(work.output.c_str()), 0) << work.output;
        const Finished asked = ask(daemon_group, {"stepdown"});
        EXPECT_EQ(asked.status, 0) << asked.errors;
        EXPECT_GT(mesh->await_leader("bravo").token, leadership.token);
        EXPECT_EQ(refused(), 0U);
    }
}

}  // namespace
}  // namespace bellwether::testing
