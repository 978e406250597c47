// An encrypted mesh: it elects like any other, and a mesh in plain text becomes one without a leader change.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "client/clock.hpp"
#include "tests/support/mesh_sockets.hpp"
#include "tests/support/places.hpp"
#include "tests/support/real_mesh.hpp"

namespace bellwether::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

MeshPlan encrypted(std::vector<unsigned> priorities) {
    return {.priorities = std::move(priorities), .security = "enforce"};
}

// The entry of a peer in the status of a node.
cli::Json peer_in(const cli::Json& status, const std::string& name) {
    for (const cli::Json& peer : status.at("peers")) {
        if (peer.at("name") == name) return peer;
    }
    return {};
}

TEST(AnEncryptedMeshInRealTime, ElectsAndFailsOverLikeAnyOther) {
    RealMesh mesh{encrypted({50, 40, 30, 20, 10})};
    mesh.start_all();
    const Leadership first = mesh.await_leader("alpha");
    mesh.await_whole();
    for (const cli::Json& peer : mesh.status("alpha").at("peers")) EXPECT_EQ(peer.at("security"), "curve");
    mesh.kill("alpha");
    const Leadership second = mesh.await_leader("bravo");
    EXPECT_GT(second.token, first.token);
    mesh.start("alpha");
    EXPECT_GT(mesh.await_leader("alpha").token, second.token);
}

TEST(AnEncryptedMeshInRealTime, GoesOnWithoutAMemberThatHasTheWrongKeyAndSaysWhich) {
    RealMesh mesh{encrypted({30, 20, 10})};
    const Keys right = mesh.keys("charlie");
    mesh.give_keys("charlie", new_keys());
    mesh.start("alpha");
    mesh.start("bravo");
    (void)mesh.await_leader("alpha");
    // It would not start by itself with a key that no list has, so it has a list of its own.
    const std::filesystem::path other = mesh.directory() / "other.toml";
    mesh.list_keys("charlie", {mesh.keys("charlie").public_key});
    std::filesystem::copy_file(mesh.config(), other);
    mesh.list_keys("charlie", {right.public_key});
    Launch launch = mesh.launch_of("charlie");
    launch.arguments.front() = other;
    ChildProcess intruder{launch};
    mesh.await_status("alpha", "charlie to have the wrong key", [](const cli::Json& status) {
        return peer_in(status, "charlie").at("hindrance").get<std::string>().starts_with("wrong key");
    });
    EXPECT_EQ(peer_in(mesh.status("alpha"), "charlie").at("security"), "none");
    mesh.await_links("alpha", 2);
}

TEST(AnEncryptedMeshInRealTime, ANodeWithABadSecretDoesNotStartAndSaysWhy) {
    RealMesh mesh{encrypted({30, 20, 10})};
    const std::filesystem::path secret = mesh.directory() / "keys" / "alpha.secret";
    const auto refusal = [&] {
        Launch launch = mesh.launch_of("alpha");
        launch.output = mesh.directory() / "refused";
        const Finished finished = run(launch);
        EXPECT_EQ(finished.status, 2);
        EXPECT_FALSE(std::filesystem::exists(mesh.state_dir("alpha")));
        return finished.errors;
    };
    std::filesystem::permissions(secret, std::filesystem::perms{0644});
    EXPECT_THAT(refusal(), HasSubstr("may be read or written by others, its mode is 0644: it must be 0600"));
    mesh.give_keys("alpha", new_keys());
    EXPECT_THAT(refusal(), HasSubstr("which is no public_key of alpha"));
    std::filesystem::remove(secret);
    EXPECT_THAT(refusal(), HasSubstr("cannot be opened: No such file or directory: copy it from where the keys were "
                                     "made, or give the node a new key"));
}

// As `prlimit` shows them: the soft and the hard limit of a process.
std::string limits_of(const ChildProcess& process, const std::string& what) {
    const std::string all = content_of("/proc/" + std::to_string(process.pid()) + "/limits");
    for (const std::string& line : lines_of(all)) {
        if (line.starts_with(what)) return line.substr(what.size());
    }
    throw std::runtime_error("no " + what + " in " + all);
}

TEST(ADaemonWithASecretInRealTime, LeavesNoCoreDumpAndRaisesItsDescriptors) {
    RealMesh mesh{encrypted({10})};
    Launch launch = mesh.launch_of("alpha");
    launch.arguments.insert(launch.arguments.begin(), {"--core=1000000:1000000", "--nofile=256:4096", launch.program});
    launch.program = "/usr/bin/prlimit";
    mesh.start("alpha", launch);
    mesh.await_leader("alpha");
    EXPECT_THAT(limits_of(mesh.process("alpha"), "Max core file size"), MatchesRegex(" +0 +0 +bytes *"));
    EXPECT_THAT(limits_of(mesh.process("alpha"), "Max open files"), MatchesRegex(" +4096 +4096 +files *"));
}

// `bellwether run --election jobs` at two nodes, with a command that writes down each of its starts and ends. It runs
// at the better-ranked of them, which stands before the other does: nobody preempts.
class Workers {
public:
    explicit Workers(const RealMesh& mesh) : mesh_{mesh} {
        for (const std::string name : {"bravo", "charlie"}) {
            runs_.push_back(std::make_unique<ChildProcess>(
                Launch{.program = bellwether(),
                       .arguments = {"run", "--run-dir", mesh.run_dir(name), "--election", "jobs", "--",
                                     tests::bin_dir() / "only-one", mesh.directory() / "jobs.lock", journal().string()},
                       .output = mesh.directory() / (name + ".run")}));
            EXPECT_TRUE(eventually([&] { return !lines_of(content_of(journal())).empty(); }, patience));
        }
    }

    // One start since the beginning and no end, and its token is the one that every node still knows.
    void expect_one_start() const {
        const std::vector<std::string> lines = lines_of(content_of(journal()));
        ASSERT_EQ(lines.size(), 1U) << content_of(journal());
        std::istringstream words{lines.front()};
        std::string word;
        std::uint64_t clock = 0;
        std::uint64_t token = 0;
        words >> word >> clock >> token;
        EXPECT_EQ(word, "start");
        for (const std::string& name : mesh_.names()) {
            const cli::Json status = mesh_.status(name);
            const cli::Json* jobs = cli::election_of(status, *protocol::ElectionName::parse("jobs"));
            ASSERT_NE(jobs, nullptr) << status.dump();
            EXPECT_EQ(cli::number_of(*jobs, "token"), token) << name;
        }
    }

private:
    [[nodiscard]] std::filesystem::path journal() const { return mesh_.directory() / "jobs"; }

    const RealMesh& mesh_;
    std::vector<std::unique_ptr<ChildProcess>> runs_;
};

// A subscriber watches all the time, as the mesh itself looks on: expect_only() is about everything that it heard.
TEST(ARotationOfAllKeysInRealTime, ChangesNoLeaderAndLosesNoLeaseNorACommandThatRuns) {
    RealMesh mesh{encrypted({50, 40, 30, 20, 10})};
    mesh.start_all();
    const Leadership leadership = mesh.await_leader("alpha");
    mesh.await_whole();
    const Workers workers{mesh};
    const auto changes_at = [&](const std::string& name) {
        return cli::number_of(*cli::election_of(mesh.status(name), {}), "leader_changes");
    };
    std::map<std::string, std::uint64_t> changes;
    for (const std::string& name : mesh.names()) changes[name] = changes_at(name);
    const protocol::Time begin = client::now();
    const auto reload_all = [&] {
        for (const std::string& name : mesh.names()) (void)mesh.reload(name);
    };
    for (const std::string& name : mesh.names()) {
        const std::string old_key = mesh.keys(name).public_key;
        const Keys newer = new_keys();
        mesh.list_keys(name, {newer.public_key, old_key});
        reload_all();
        mesh.give_keys(name, newer);
        EXPECT_THAT(mesh.reload(name), HasSubstr("another secret key"));
        mesh.await_whole();
        mesh.list_keys(name, {newer.public_key});
        reload_all();
    }
    for (const std::string& name : mesh.names()) {
        mesh.await_links(name, 5);
        const cli::Json status = mesh.status(name);
        for (const cli::Json& peer : status.at("peers")) EXPECT_EQ(peer.at("security"), "curve") << name;
        EXPECT_EQ(changes_at(name), changes[name]) << name;
    }
    EXPECT_EQ(mesh.await_leader("alpha"), leadership);
    mesh.expect_only(leadership, begin);
    workers.expect_one_start();
    std::cout << "all keys new in " << std::chrono::duration<double>{client::now() - begin}.count() << " s\n";
}

TEST(ARevokedMemberInRealTime, IsCutOffByAReload) {
    RealMesh mesh{encrypted({30, 20, 10})};
    mesh.start_all();
    const Leadership leadership = mesh.await_leader("alpha");
    mesh.await_whole();
    const protocol::Time begin = client::now();
    mesh.list_keys("charlie", {new_keys().public_key});
    EXPECT_EQ(mesh.reload("alpha"), "the public keys of charlie have changed");
    (void)mesh.reload("bravo");
    mesh.await_links("alpha", 2);
    mesh.await_links("bravo", 2);
    mesh.await_status("charlie", "it to be refused", [](const cli::Json& status) {
        return peer_in(status, "alpha").at("hindrance") == "refuses the key of this node" &&
               peer_in(status, "bravo").at("hindrance") == "refuses the key of this node";
    });
    mesh.kill("charlie");
    mesh.expect_only(leadership, begin, {"charlie"});
}

// Every node is restarted with each mode, one mode after the other. The leader hands over when its turn comes, to the
// best-ranked of the others, and has the lead back once it has preempted: there is no other change.
TEST(AMeshInPlainTextInRealTime, BecomesAnEncryptedOneStepByStep) {
    MeshPlan plan{.priorities = {30, 20, 10}, .preempt = false, .security = "off"};
    RealMesh mesh{plan};
    mesh.start_all();
    Leadership leadership = mesh.await_any_leader();
    const auto restart = [&](const std::string& name) {
        EXPECT_EQ(mesh.terminate(name), 0);
        mesh.start(name);
        mesh.await_whole();
    };
    for (const std::string mode : {"accept", "serve", "enforce"}) {
        mesh.set_security(mode);
        const protocol::Time begin = client::now();
        std::set<std::string> restarted;
        for (const std::string& name : mesh.names()) {
            if (name == leadership.leader) continue;
            restart(name);
            restarted.insert(name);
        }
        mesh.expect_only(leadership, begin, restarted);
        restart(leadership.leader);
        const Leadership next = mesh.await_any_leader();
        EXPECT_NE(next.leader, leadership.leader);
        leadership = next;
    }
    for (const std::string& name : mesh.names()) {
        for (const cli::Json& peer : mesh.status(name).at("peers")) EXPECT_EQ(peer.at("security"), "curve");
    }
}

}  // namespace
}  // namespace bellwether::testing
