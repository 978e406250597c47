#include "node/config.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include "node/config_document.hpp"
#include "node/config_draft.hpp"
#include "node/config_duration.hpp"
#include "node/config_rules.hpp"
#include "node/config_sections.hpp"
#include "node/config_warnings.hpp"

namespace bellwether::node {

namespace {

void append_election(std::ostringstream& out, std::string_view name, const protocol::ElectionSettings& settings) {
    out << "election " << name
        << " candidate=" << (settings.candidate == protocol::Candidacy::node ? "node" : "session")
        << " preempt=" << (settings.preempt ? "true" : "false") << " preempt_delay=" << to_text(settings.preempt_delay)
        << " handover_timeout=" << to_text(settings.handover_timeout) << '\n';
}

// Nobody may come to rely on what an observer's table says beyond its name and keys.
void drop_idle_keys(std::vector<NodeConfig>& nodes) {
    for (NodeConfig& node : nodes) {
        if (!node.is_voter()) {
            const NodeConfig nothing;
            node.priority = nothing.priority;
            node.heartbeat = nothing.heartbeat;
            node.vote = nothing.vote;
            node.bind = nothing.bind;
            node.metadata = nothing.metadata;
        }
    }
}

}  // namespace

std::string_view to_string(Role role) { return role == Role::voter ? "voter" : "observer"; }

std::string_view to_string(SecurityMode mode) {
    constexpr std::array<std::string_view, 4> words{"off", "accept", "serve", "enforce"};
    return words.at(static_cast<std::size_t>(mode));
}

Endpoint NodeConfig::listener(const Endpoint& endpoint) const {
    // ZeroMQ does not listen on names, not even on this one; every other name has a `bind`.
    const std::string own_host = endpoint.host == "localhost" ? "127.0.0.1" : endpoint.host;
    return {bind.value_or(own_host), endpoint.port};
}

protocol::ElectionSettings Config::unnamed_election() const {
    protocol::ElectionSettings settings = election;
    settings.candidate = protocol::Candidacy::session;
    return settings;
}

protocol::ElectionSettings Config::settings_of(const protocol::ElectionName& name) const {
    if (name == protocol::ElectionName{}) {
        return election;
    }
    const auto named = elections.find(name);
    return named == elections.end() ? unnamed_election() : named->second;
}

const NodeConfig* Config::find(std::string_view name) const {
    const auto node = std::find_if(nodes.begin(), nodes.end(), [&](const NodeConfig& n) { return n.name == name; });
    return node == nodes.end() ? nullptr : &*node;
}

const NodeConfig* Config::find_for_host(std::string_view host_name) const {
    // A node's name has no dots, so a full host name is never one.
    return find(host_name.substr(0, host_name.find('.')));
}

std::vector<const NodeConfig*> Config::voters() const {
    std::vector<const NodeConfig*> voters;
    for (const NodeConfig& node : nodes) {
        if (node.is_voter()) {
            voters.push_back(&node);
        }
    }
    std::sort(voters.begin(), voters.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
    return voters;
}

std::string Config::safety_settings() const {
    std::ostringstream out;
    out << "cluster " << cluster << '\n'
        << "lease " << to_text(params.lease) << '\n'
        << "clock_drift_ppm " << params.clock_drift_ppm << '\n';
    for (const NodeConfig* voter : voters()) {
        out << "voter " << voter->id.value << " name=" << voter->name << " priority=" << voter->priority.value << '\n';
    }
    append_election(out, "default", election);
    for (const auto& [name, settings] : elections) {
        append_election(out, name.view(), settings);
    }
    return out.str();
}

std::uint64_t Config::safety_hash() const { return protocol::fingerprint(safety_settings()); }

std::optional<PortRange> ephemeral_ports() {
    std::ifstream file{"/proc/sys/net/ipv4/ip_local_port_range"};
    PortRange range;
    return file >> range.first >> range.last ? std::optional{range} : std::nullopt;
}

std::variant<Config, Mistakes> parse(std::string_view text, const std::filesystem::path& file,
                                     std::optional<PortRange> ephemeral, Keys keys) {
    const auto document = parse_document(text);
    if (const auto* syntax_error = std::get_if<Mistake>(&document)) {
        return Mistakes{*syntax_error};
    }
    Mistakes mistakes;
    Draft draft = read_sections(std::get<Table>(document), mistakes);
    check_rules(draft, keys, mistakes);
    if (!mistakes.empty()) {
        sort_by_place(mistakes);
        return mistakes;
    }
    Mistakes warnings = warnings_about(draft, ephemeral);
    Config config = std::move(draft.config);
    config.warnings = std::move(warnings);
    drop_idle_keys(config.nodes);
    config.file = file;
    config.security.secret_key_dir = file.parent_path() / config.security.secret_key_dir;
    return config;
}

std::variant<std::string, Mistake> read_file(const std::filesystem::path& file) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream{std::fopen(file.c_str(), "rb"), &std::fclose};
    if (!stream) {
        return Mistake{0, 0, std::string{"cannot be opened: "} + std::strerror(errno)};
    }
    // One byte more than allowed, to tell a full file from a longer one.
    std::string text(max_file_bytes + 1, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), stream.get()));
    if (std::ferror(stream.get()) != 0) {
        return Mistake{0, 0, std::string{"cannot be read: "} + std::strerror(errno)};
    }
    if (text.size() > max_file_bytes) {
        return Mistake{0, 0, "is larger than 4 MiB: not a configuration"};
    }
    return text;
}

std::variant<Config, Mistakes> load(const std::filesystem::path& file) {
    const auto text = read_file(file);
    if (const auto* unreadable = std::get_if<Mistake>(&text)) {
        return Mistakes{*unreadable};
    }
    return parse(std::get<std::string>(text), file);
}

}  // namespace bellwether::node
