#include "tests/support/real_mesh.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>
#include <variant>

#include "client/clock.hpp"
#include "client/control.hpp"
#include "tests/support/mesh_sockets.hpp"
#include "tests/support/places.hpp"
#include "tools/chaos/report.hpp"
#include "tools/chaos/report_text.hpp"

namespace bellwether::testing {

using namespace std::chrono_literals;
using protocol::Time;

namespace {

constexpr const char* cluster = "test";
constexpr std::array<const char*, 7> call_signs{"alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf"};
constexpr std::chrono::milliseconds status_timeout = 2s;
constexpr std::size_t shown_log_lines = 40;

std::string quoted_ms(std::chrono::milliseconds span) { return "\"" + std::to_string(span.count()) + "ms\""; }

std::string words(const Heard& heard) {
    std::ostringstream text;
    text << "  at " << protocol::ns_of(heard.received) << ' ' << heard.said.node << ": "
         << (heard.said.leader.empty() ? "nobody" : heard.said.leader) << ", token " << heard.said.token.value << ", "
         << protocol::to_string(heard.said.reason) << (heard.said.is_leader ? ", itself" : "") << '\n';
    return text.str();
}

}  // namespace

std::filesystem::path bellwetherd() { return tests::bin_dir() / "bellwetherd"; }
std::filesystem::path bellwether() { return tests::bin_dir() / "bellwether"; }

RealMesh::RealMesh(MeshPlan plan) : plan_{std::move(plan)}, listener_{plan_.topic} {
    for (std::size_t i = 0; i < plan_.priorities.size(); ++i) {
        const std::string& name = names_.emplace_back(call_signs.at(i));
        ports_[name] = {.heartbeat = free_port(), .vote = free_port()};
        nodes_[name];
        if (plan_.security.empty()) continue;
        give_keys(name, new_keys());
        public_keys_[name] = {keys(name).public_key};
    }
    write_config();
}

RealMesh::~RealMesh() {
    const Record record = listener_.record();
    const chaos::Report report = chaos::make_report(record.history);
    EXPECT_TRUE(report.is_safe()) << chaos::summary(record.history, report);
    if (!::testing::Test::HasFailure() && std::uncaught_exceptions() == 0) return;
    const Time begin = record.heard.empty() ? client::now() : record.heard.front().received;
    std::cerr << chaos::timeline(record.history, report, begin);
    for (const std::string& name : names_) {
        std::cerr << "--- the end of the log of " << name << ":\n" << last_lines_of(log(name), shown_log_lines);
    }
}

void RealMesh::write_config() const {
    // At once, as somebody may be told to read it at any time.
    const std::filesystem::path draft = directory() / "mesh.toml.new";
    std::ofstream file{draft};
    file << "cluster = \"" << cluster << "\"\n[timing]\nheartbeat = " << quoted_ms(plan_.heartbeat)
         << "\nlease = " << quoted_ms(plan_.lease) << "\n[election]\npreempt = " << (plan_.preempt ? "true" : "false")
         << "\npreempt_delay = " << quoted_ms(plan_.preempt_delay) << '\n';
    if (!plan_.security.empty()) file << "[security]\nmode = \"" << plan_.security << "\"\n";
    if (plan_.security.empty() && plan_.lan != nullptr) file << "[security]\nallow_plaintext = true\n";
    for (std::size_t i = 0; i < names_.size(); ++i) {
        file << "[[node]]\nname = \"" << names_[i] << "\"\nid = " << i + 1 << "\npriority = " << plan_.priorities[i]
             << "\nheartbeat = \"" << heartbeat_endpoint(names_[i]) << "\"\nvote = \"" << vote_endpoint(names_[i])
             << "\"\n";
        const auto listed = public_keys_.find(names_[i]);
        if (listed == public_keys_.end()) continue;
        file << "public_key = [";
        for (const std::string& key : listed->second) file << '"' << key << "\", ";
        file << "]\n";
    }
    file << plan_.more_tables;
    file.close();
    std::filesystem::rename(draft, config());
}

void RealMesh::set_security(const std::string& mode) {
    plan_.security = mode;
    write_config();
}

void RealMesh::list_keys(const std::string& node, const std::vector<std::string>& public_keys) {
    public_keys_[node] = public_keys;
    write_config();
}

std::string RealMesh::reload(const std::string& node) {
    listener_.mark("reload " + node);
    const auto answer =
        client::ask(run_dir(node), {.id = 1, .type = "reload", .election = {}, .target = {}, .hold = {}}, patience);
    const auto* frame = std::get_if<protocol::Frame>(&answer);
    const auto reply = frame == nullptr ? std::nullopt : protocol::decode_reply(*frame);
    if (!reply || !reply->done) throw std::runtime_error(node + " does not reload: " + (reply ? reply->text : ""));
    return reply->text;
}

void RealMesh::give_keys(const std::string& node, const Keys& keys) {
    keys_[node] = keys;
    write_secret(directory() / "keys", node, keys);
}

std::filesystem::path RealMesh::run_dir(const std::string& node) const { return directory() / "run" / cluster / node; }
std::filesystem::path RealMesh::state_dir(const std::string& node) const {
    return directory() / "state" / cluster / node;
}
std::size_t RealMesh::number_of(const std::string& node) const {
    return static_cast<std::size_t>(std::find(names_.begin(), names_.end(), node) - names_.begin());
}
std::string RealMesh::endpoint(const std::string& node, std::uint16_t port) const {
    const std::string host = plan_.lan == nullptr ? "127.0.0.1" : plan_.lan->address(number_of(node));
    return "tcp://" + host + ':' + std::to_string(port);
}
std::string RealMesh::heartbeat_endpoint(const std::string& node) const {
    return endpoint(node, ports(node).heartbeat);
}
std::string RealMesh::vote_endpoint(const std::string& node) const { return endpoint(node, ports(node).vote); }

Launch RealMesh::launch_of(const std::string& node) const {
    return {
        .program = bellwetherd(),
        .arguments = {config(), "--node", node, "--state-dir", directory() / "state", "--run-dir", directory() / "run"},
        .output = log(node),
        .network = plan_.lan == nullptr ? -1 : plan_.lan->network(number_of(node))};
}

// Only when something is started: before that, there are no threads here.
void RealMesh::listen() {
    if (std::exchange(listening_, true)) return;
    for (const std::string& name : names_) listener_.listen_to(run_dir(name));
}

void RealMesh::start(const std::string& name, const Launch& launch) {
    listen();
    listener_.mark("restart " + name);
    Node& node = nodes_.at(name);
    node.since = client::now();
    node.process = std::make_unique<ChildProcess>(launch);
}

void RealMesh::start_all() {
    for (const std::string& name : names_) {
        if (nodes_.at(name).process == nullptr) start(name);
    }
}

void RealMesh::kill(const std::string& name) {
    listener_.mark("kill " + name);
    nodes_.at(name) = {};
}

int RealMesh::terminate(const std::string& name) {
    listener_.mark("term " + name);
    ChildProcess& ending = process(name);
    ending.send(SIGTERM);
    const auto status = ending.await_end();
    if (!status) throw std::runtime_error(name + " does not end after SIGTERM");
    nodes_.at(name) = {};
    return *status;
}

void RealMesh::pause(const std::string& name) {
    listener_.mark("stop " + name);
    process(name).send(SIGSTOP);
    nodes_.at(name).paused = true;
}

void RealMesh::resume(const std::string& name) {
    listener_.mark("cont " + name);
    Node& node = nodes_.at(name);
    node.since = client::now();
    node.paused = false;
    node.process->send(SIGCONT);
}

void RealMesh::unplug(const std::string& name) {
    listener_.mark("unplug " + name);
    plan_.lan->unplug(number_of(name));
}

void RealMesh::plug_in(const std::string& name) {
    listener_.mark("plug in " + name);
    plan_.lan->plug_in(number_of(name));
}

bool RealMesh::is_up(const std::string& name) const {
    const Node& node = nodes_.at(name);
    return node.process != nullptr && !node.paused;
}

const Heard* RealMesh::newest_of(const Record& record, const std::string& name) const {
    const Heard* newest = record.newest_of(name);
    // The node's clock is ours.
    return newest != nullptr && newest->said.clock >= nodes_.at(name).since ? newest : nullptr;
}

bool RealMesh::agree(const Record& record, Leadership& found) const {
    std::set<std::pair<std::string, std::uint64_t>> named;
    bool leader_says_so = false;
    for (const std::string& name : names_) {
        if (!is_up(name)) continue;
        const Heard* newest = newest_of(record, name);
        if (newest == nullptr) return false;
        named.emplace(newest->said.leader, newest->said.token.value);
        leader_says_so |= newest->said.is_leader;
    }
    if (named.size() != 1) return false;
    found = {.leader = named.begin()->first, .token = {named.begin()->second}};
    return found.leader.empty() || leader_says_so;
}

Leadership RealMesh::await_leader(const std::string& node) {
    Leadership found;
    const auto all_follow = [&](const Record& record) { return agree(record, found) && found.leader == node; };
    if (!listener_.await(all_follow, patience)) throw std::runtime_error(node + " does not come to lead\n" + account());
    return found;
}

Leadership RealMesh::await_any_leader() {
    Leadership found;
    const auto all_agree = [&](const Record& record) { return agree(record, found) && !found.leader.empty(); };
    if (!listener_.await(all_agree, patience)) throw std::runtime_error("nobody comes to lead\n" + account());
    return found;
}

void RealMesh::await_nobody() { (void)await_leader(""); }

void RealMesh::await_status(const std::string& node, const std::string& what,
                            const std::function<bool(const cli::Json&)>& holds) {
    const Time deadline = client::now() + patience;
    for (;;) {
        const auto answer = cli::ask_status(run_dir(node), status_timeout);
        const auto* status = std::get_if<cli::Json>(&answer);
        if (status != nullptr && holds(*status)) return;
        if (client::now() > deadline) {
            std::string text = node;
            text.append(" does not come to be as it should: ").append(what).append("\n");
            text += status != nullptr ? status->dump() : "it does not answer";
            throw std::runtime_error(text);
        }
        listener_.await_next(50ms);
    }
}

void RealMesh::await_links(const std::string& node, std::uint64_t linked) {
    await_status(node, "linked to " + std::to_string(linked),
                 [&](const cli::Json& status) { return cli::number_of(status, "linked") == linked; });
}

void RealMesh::await_whole() {
    for (const std::string& name : names_) {
        await_status(name, "sees all others linked and voting", [](const cli::Json& status) {
            const cli::Json& peers = status.at("peers");
            return std::all_of(peers.begin(), peers.end(), [](const cli::Json& peer) {
                return cli::flag_of(peer, "link_up") && cli::flag_of(peer, "votes");
            });
        });
    }
}

cli::Json RealMesh::status(const std::string& node) const {
    const auto answer = cli::ask_status(run_dir(node), status_timeout);
    if (const auto* none = std::get_if<client::NoReply>(&answer)) throw std::runtime_error(none->text);
    return std::get<cli::Json>(answer);
}

void RealMesh::expect_only(const Leadership& leadership, Time begin, const std::set<std::string>& excused) const {
    std::string others;
    for (const Heard& heard : listener_.record().since(begin)) {
        if (heard.said.election != protocol::ElectionName{}) continue;
        const bool same = heard.said.leader == leadership.leader && heard.said.token == leadership.token;
        // Who has just begun may know of a leader by hearsay, and not yet of its token.
        const bool same_or_less = (heard.said.leader == leadership.leader || heard.said.leader.empty()) &&
                                  (heard.said.token == leadership.token || heard.said.token.value == 0);
        if (!same && !(excused.contains(heard.said.node) && same_or_less)) others += words(heard);
    }
    EXPECT_TRUE(others.empty()) << "told although only " << leadership.leader << " with token "
                                << leadership.token.value << " led:\n"
                                << others << account();
}

Finished RealMesh::order(const std::string& node, std::vector<std::string> words_of_order) const {
    words_of_order.insert(words_of_order.end(), {"--run-dir", run_dir(node)});
    return run({.program = bellwether(), .arguments = std::move(words_of_order)});
}

// What each node said last, and whether the machine let it run.
std::string RealMesh::account() const {
    std::string text;
    const Record record = listener_.record();
    for (const std::string& name : names_) {
        if (const Heard* newest = record.newest_of(name)) text += words(*newest);
        if (!is_up(name)) continue;
        const auto answer = cli::ask_status(run_dir(name), status_timeout);
        const auto* status = std::get_if<cli::Json>(&answer);
        if (status == nullptr || !status->contains("counters")) continue;
        const cli::Json& counters = status->at("counters");
        text += "  " + name + " did not run for " + std::to_string(cli::number_of(counters, "loop_longest_pause_ms")) +
                " ms, was late by " + std::to_string(cli::number_of(counters, "loop_longest_lateness_us")) + " us\n";
    }
    return text;
}

}  // namespace bellwether::testing
