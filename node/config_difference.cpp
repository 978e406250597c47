#include "node/config_difference.hpp"

#include <set>
#include <string_view>

namespace bellwether::node {

namespace {

class Findings {
public:
    void compare(std::string name, const auto& running, const auto& read) {
        if (!(running == read)) names_.push_back(std::move(name));
    }
    void add(std::string name) { names_.push_back(std::move(name)); }
    [[nodiscard]] std::vector<std::string> take() { return std::move(names_); }

private:
    std::vector<std::string> names_;
};

void compare_election(Findings& found, const std::string& table, const protocol::ElectionSettings& a,
                      const protocol::ElectionSettings& b) {
    found.compare(table + ".candidate", a.candidate, b.candidate);
    found.compare(table + ".preempt", a.preempt, b.preempt);
    found.compare(table + ".preempt_delay", a.preempt_delay, b.preempt_delay);
    found.compare(table + ".handover_timeout", a.handover_timeout, b.handover_timeout);
}

void compare_elections(Findings& found, const Config& a, const Config& b) {
    compare_election(found, "election", a.election, b.election);
    std::set<protocol::ElectionName> names;
    for (const auto& [name, settings] : a.elections) names.insert(name);
    for (const auto& [name, settings] : b.elections) names.insert(name);
    for (const protocol::ElectionName& name : names) {
        const std::string table = "elections." + std::string{name.view()};
        if (a.elections.contains(name) && b.elections.contains(name)) {
            compare_election(found, table, a.elections.at(name), b.elections.at(name));
        } else {
            found.add(table);
        }
    }
}

void compare_node(Findings& found, const NodeConfig& a, const NodeConfig& b) {
    const std::string whose = " of " + a.name;
    found.compare("node.id" + whose, a.id, b.id);
    found.compare("node.role" + whose, a.role, b.role);
    found.compare("node.priority" + whose, a.priority, b.priority);
    found.compare("node.heartbeat" + whose, a.heartbeat.str(), b.heartbeat.str());
    found.compare("node.vote" + whose, a.vote.str(), b.vote.str());
    found.compare("node.bind" + whose, a.bind, b.bind);
    found.compare("node.metadata" + whose, a.metadata, b.metadata);
}

void compare_nodes(Findings& found, const Config& running, const Config& read) {
    for (const NodeConfig& node : running.nodes) {
        if (const NodeConfig* same = read.find(node.name)) {
            compare_node(found, node, *same);
        } else {
            found.add("node " + node.name + " is gone");
        }
    }
    for (const NodeConfig& node : read.nodes) {
        if (running.find(node.name) == nullptr) found.add("node " + node.name + " is new");
    }
}

void compare_local(Findings& found, const Local& a, const Local& b) {
    const auto text = [](const std::optional<Endpoint>& endpoint) { return endpoint ? endpoint->str() : ""; };
    found.compare("local.group", a.group, b.group);
    found.compare("local.watch", a.watch, b.watch);
    found.compare("local.tcp", text(a.tcp), text(b.tcp));
    found.compare("local.session_timeout", a.session_timeout, b.session_timeout);
}

std::vector<std::string> keys_of(const Config& config, std::string_view name) {
    const NodeConfig* node = config.find(name);
    return node == nullptr ? std::vector<std::string>{} : node->public_keys;
}

}  // namespace

std::vector<std::string> differences(const Config& running, const Config& read) {
    Findings found;
    found.compare("cluster", running.cluster, read.cluster);
    found.compare("timing.heartbeat", running.params.heartbeat, read.params.heartbeat);
    found.compare("timing.lease", running.params.lease, read.params.lease);
    found.compare("timing.campaign_timeout", running.params.campaign_timeout, read.params.campaign_timeout);
    found.compare("timing.clock_drift_ppm", running.params.clock_drift_ppm, read.params.clock_drift_ppm);
    compare_elections(found, running, read);
    found.compare("security.mode", running.security.mode, read.security.mode);
    found.compare("security.secret_key_dir", running.security.secret_key_dir, read.security.secret_key_dir);
    found.compare("security.allow_plaintext", running.security.allow_plaintext, read.security.allow_plaintext);
    compare_local(found, running.local, read.local);
    compare_nodes(found, running, read);
    return found.take();
}

std::vector<std::string> rekeyed_nodes(const Config& running, const Config& read) {
    std::vector<std::string> names;
    for (const NodeConfig& node : running.nodes) {
        if (node.public_keys != keys_of(read, node.name)) names.push_back(node.name);
    }
    return names;
}

}  // namespace bellwether::node
