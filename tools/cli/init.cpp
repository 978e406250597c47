// `bellwether init`: a first configuration from a list of hosts.
#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "node/config.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/subcommands.hpp"
#include "tools/cli/terminal.hpp"

namespace bellwether::cli {

namespace {

struct InitOptions {
    std::vector<std::string> hosts;
    std::string cluster = "demo";
    std::uint32_t base_port = 7101;
    std::uint32_t priority_step = 10;
};

struct Host {
    std::string name;
    std::string address;     // IPv6 without brackets.
    std::uint32_t port = 0;  // Of its heartbeats; votes come to the next one.
};

bool is_localhost(const std::string& address) { return address == "localhost" || address == "127.0.0.1"; }

std::string without_brackets(const std::string& address) {
    const bool bracketed = address.size() > 2 && address.front() == '[' && address.back() == ']';
    return bracketed ? address.substr(1, address.size() - 2) : address;
}

// For the nodes of one and the same host, whose name cannot tell them apart.
std::string call_sign(std::size_t index) {
    constexpr std::array<std::string_view, 9> signs{"alpha",   "bravo", "charlie", "delta", "echo",
                                                    "foxtrot", "golf",  "hotel",   "india"};
    return index < signs.size() ? std::string{signs.at(index)} : "node" + std::to_string(index + 1);
}

// The host name without its domain; of an address, its digits: "10-0-0-1".
std::string node_name(const std::string& address) {
    std::string name = node::is_address(address) ? address : address.substr(0, address.find('.'));
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0 && c != '_'; }, '-');
    return name;
}

// "name=address", or an address that gives the name.
Host parse_host(const std::string& text, std::size_t index) {
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos) {
        return {text.substr(0, equals), without_brackets(text.substr(equals + 1))};
    }
    if (is_localhost(text)) {
        return {call_sign(index), "127.0.0.1"};
    }
    const std::string address = without_brackets(text);
    return {node_name(address), address};
}

// Nodes that share an address get ports of their own, two each.
std::vector<Host> parse_hosts(const InitOptions& options) {
    std::vector<Host> hosts;
    std::map<std::string, std::uint32_t> next_port;
    for (const std::string& text : options.hosts) {
        Host host = parse_host(text, hosts.size());
        std::uint32_t& port = next_port.try_emplace(host.address, options.base_port).first->second;
        host.port = port;
        port += 2;
        hosts.push_back(std::move(host));
    }
    return hosts;
}

bool is_open(const Host& host) { return !node::is_loopback(host.address); }

std::string endpoint(const std::string& address, std::uint32_t port) {
    const bool v6 = address.find(':') != std::string::npos;
    return "\"tcp://" + (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port) + "\"";
}

void write_head(std::ostream& out, const InitOptions& options, const std::vector<Host>& hosts) {
    out << "# The mesh " << options.cluster << ": copy this file to every host, unchanged, and there start\n"
        << "#     bellwetherd mesh.toml --node NAME\n"
        << "# All that can be set is in configs/reference.toml.\n"
        << "cluster = \"" << options.cluster << "\"\n";
    if (std::any_of(hosts.begin(), hosts.end(), is_open)) {
        out << "\n# Hosts that others can reach need keys: `bellwether keygen --mesh mesh.toml` makes them, and "
               "writes\n"
            << "# mode = \"enforce\" here. On a network of trusted hosts only, allow_plaintext = true does without.\n"
            << "[security]\n";
    }
}

void write_node(std::ostream& out, const Host& host, std::size_t id, std::size_t priority) {
    out << "\n[[node]]\n"
        << "name = \"" << host.name << "\"\n"
        << "id = " << id << "\n"
        << "priority = " << priority << "\n"
        << "heartbeat = " << endpoint(host.address, host.port) << "\n"
        << "vote = " << endpoint(host.address, host.port + 1) << "\n";
    if (is_open(host) && !node::is_address(host.address)) {
        out << "bind = \"0.0.0.0\"  # A name is for those who connect: the host itself listens on all its addresses.\n";
    }
}

std::string write_mesh(const InitOptions& options, const std::vector<Host>& hosts) {
    std::ostringstream out;
    write_head(out, options, hosts);
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        write_node(out, hosts[i], i + 1, (hosts.size() - i) * options.priority_step);
    }
    return out.str();
}

// The places are those of a text that nobody has seen, so only what is wrong is told, each thing once.
int refuse(const node::Mistakes& mistakes) {
    std::set<std::string> told;
    for (const node::Mistake& mistake : mistakes) {
        if (told.insert(mistake.text).second) {
            std::cerr << "bellwether init: " << mistake.text << '\n';
        }
    }
    return exit_bad_call;
}

int print(const std::string& text, const node::Config& config, bool has_open_hosts) {
    std::string_view lines = text;
    lines.remove_suffix(1);  // print_line() ends the last one itself.
    static_cast<void>(print_line(lines));
    for (const node::Mistake& warning : config.warnings) {
        std::cerr << "bellwether init: warning: " << warning.text << '\n';
    }
    if (has_open_hosts) {
        std::cerr << "bellwether init: these hosts need keys before they start: `bellwether keygen --mesh mesh.toml`, "
                     "with the name that you gave the file\n";
    }
    return exit_done;
}

// What is printed has passed the check that the daemon makes, but for the keys.
int run_init(const InitOptions& options) {
    const std::vector<Host> hosts = parse_hosts(options);
    const std::string text = write_mesh(options, hosts);
    const auto parsed = node::parse(text, "mesh.toml", node::ephemeral_ports(), node::Keys::to_come);
    if (const auto* mistakes = std::get_if<node::Mistakes>(&parsed)) return refuse(*mistakes);
    return print(text, std::get<node::Config>(parsed), std::any_of(hosts.begin(), hosts.end(), is_open));
}

}  // namespace

void add_init(CLI::App& app, int& exit_status) {
    const auto options = std::make_shared<InitOptions>();
    CLI::App* init = app.add_subcommand("init", "Print a first configuration for a list of hosts");
    init->add_option("--hosts", options->hosts, "HOST or NAME=ADDRESS, the one to lead first")
        ->required()
        ->delimiter(',');
    init->add_option("--cluster", options->cluster, "Name of the mesh")->capture_default_str();
    init->add_option("--base-port", options->base_port, "First of the two ports of a node")
        ->check(CLI::Range(1, 65534))
        ->capture_default_str();
    init->add_option("--priority-step", options->priority_step, "From one node's priority to the next one's")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    init->footer(
        "Nodes that share an address get ports of their own, so a mesh can be tried on one host.\n\n"
        "Examples:\n"
        "  bellwether init --hosts db1,db2,db3 --cluster billing > mesh.toml && bellwether keygen --mesh mesh.toml\n"
        "  bellwether init --hosts alpha=10.0.0.1,bravo=10.0.0.2,charlie=10.0.0.3 > mesh.toml\n"
        "  bellwether init --hosts localhost,localhost,localhost > mesh.toml");
    init->callback([options, &exit_status] { exit_status = run_init(*options); });
}

}  // namespace bellwether::cli
