// A mesh of real daemons on loopback, each a process of its own, and what their hosts are told.
//
//     RealMesh mesh;                             // Five nodes, alpha the best-ranked.
//     mesh.start_all();
//     const Leadership first = mesh.await_leader("alpha");
//     mesh.kill("alpha");
//     EXPECT_GT(mesh.await_leader("bravo").token, first.token);
//
// Waiting in vain throws, which ends the test; the end of each log is shown then. Whatever the test was about, at its
// end nobody may ever have believed in two leaders, and tokens only have grown.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "client/watch.hpp"
#include "protocol/types.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/lan.hpp"
#include "tests/support/listener.hpp"
#include "tests/support/mesh_keys.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tools/cli/status_reply.hpp"

namespace bellwether::testing {

struct MeshPlan {
    std::vector<unsigned> priorities{50, 40, 30, 20, 10};  // Of alpha, bravo, charlie ...
    std::chrono::milliseconds heartbeat{50};
    std::chrono::milliseconds lease{300};
    bool preempt = true;
    std::chrono::milliseconds preempt_delay{200};
    std::string more_tables = {};                 // At the end of the file.
    std::string security = {};                    // security.mode; each node gets a key unless it is empty.
    client::Topic topic = client::Topic::leader;  // What is listened to.
    const Lan* lan = nullptr;  // Each node a host of its own there; all on loopback where not given. Outlives the mesh.
};

struct Leadership {
    std::string leader;
    protocol::Token token;
    friend bool operator==(const Leadership&, const Leadership&) = default;
};

struct NodePorts {
    std::uint16_t heartbeat{};
    std::uint16_t vote{};
};

class RealMesh {
public:
    explicit RealMesh(MeshPlan plan = {});  // Starts nothing, no thread either.
    ~RealMesh();
    RealMesh(const RealMesh&) = delete;
    RealMesh& operator=(const RealMesh&) = delete;

    // What there is.
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
    [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }
    [[nodiscard]] std::filesystem::path config() const { return directory() / "mesh.toml"; }
    [[nodiscard]] std::filesystem::path run_dir(const std::string& node) const;
    [[nodiscard]] std::filesystem::path state_dir(const std::string& node) const;
    [[nodiscard]] std::filesystem::path log(const std::string& node) const { return directory() / (node + ".log"); }
    [[nodiscard]] NodePorts ports(const std::string& node) const { return ports_.at(node); }
    [[nodiscard]] std::string heartbeat_endpoint(const std::string& node) const;
    [[nodiscard]] std::string vote_endpoint(const std::string& node) const;

    // The configuration, for who starts or is told to reload later.
    [[nodiscard]] const Keys& keys(const std::string& node) const { return keys_.at(node); }  // That it holds.
    void set_security(const std::string& mode);
    void list_keys(const std::string& node, const std::vector<std::string>& public_keys);
    void give_keys(const std::string& node, const Keys& keys);  // Into its secret file; they are not listed by that.

    // Has a node read the configuration again; what it says of that. Throws unless it is used.
    std::string reload(const std::string& node);

    // Processes. Each call is a mark in the history.
    [[nodiscard]] Launch launch_of(const std::string& node) const;
    void start(const std::string& node) { start(node, launch_of(node)); }
    void start(const std::string& name, const Launch& launch);
    void start_all();  // That do not run.
    void kill(const std::string& name);  // kill -9
    [[nodiscard]] int terminate(const std::string& name);  // SIGTERM; its exit status.
    void pause(const std::string& name);  // SIGSTOP
    void resume(const std::string& name);
    void unplug(const std::string& name);  // Only on a Lan.
    void plug_in(const std::string& name);
    [[nodiscard]] ChildProcess& process(const std::string& node) { return *nodes_.at(node).process; }
    [[nodiscard]] bool is_up(const std::string& name) const;  // Started, and neither killed nor paused.
    [[nodiscard]] bool is_paused(const std::string& node) const { return nodes_.at(node).paused; }

    // Until every node that is up says so.
    Leadership await_leader(const std::string& node);
    Leadership await_any_leader();
    void await_nobody();

    // Until the node's own status is as wanted.
    void await_status(const std::string& node, const std::string& what,
                      const std::function<bool(const cli::Json&)>& holds);
    void await_links(const std::string& node, std::uint64_t linked);  // Voters, itself included.
    void await_whole();  // Until every node has heard of every other that it is linked and votes.
    [[nodiscard]] cli::Json status(const std::string& node) const;

    // Fails the test if, from `begin` on, any node told of another leadership. Those in `excused`, which were
    // restarted or paused, may have known of none.
    void expect_only(const Leadership& leadership, protocol::Time begin,
                     const std::set<std::string>& excused = {}) const;

    // bellwether WORDS... --run-dir <that of the node>
    [[nodiscard]] Finished order(const std::string& node, std::vector<std::string> words) const;

    [[nodiscard]] Listener& listener() { return listener_; }

private:
    struct Node {
        std::unique_ptr<ChildProcess> process;
        bool paused = false;
        protocol::Time since;  // What it said before is out of date.
    };

    void write_config() const;
    void listen();
    [[nodiscard]] std::size_t number_of(const std::string& node) const;  // As on the Lan.
    [[nodiscard]] std::string endpoint(const std::string& node, std::uint16_t port) const;
    [[nodiscard]] const Heard* newest_of(const Record& record, const std::string& name) const;
    [[nodiscard]] bool agree(const Record& record, Leadership& found) const;
    [[nodiscard]] std::string account() const;

    MeshPlan plan_;
    std::map<std::string, Keys> keys_;
    std::map<std::string, std::vector<std::string>> public_keys_;
    TemporaryDirectory directory_;
    std::vector<std::string> names_;
    std::map<std::string, NodePorts> ports_;
    std::map<std::string, Node> nodes_;
    bool listening_ = false;
    Listener listener_;
};

[[nodiscard]] std::filesystem::path bellwetherd();
[[nodiscard]] std::filesystem::path bellwether();

}  // namespace bellwether::testing
