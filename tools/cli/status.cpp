// bellwether status: what a node knows, or all nodes of a configuration side by side.
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "client/locate.hpp"
#include "tools/cli/daemon_options.hpp"
#include "tools/cli/duration_option.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/mesh_table.hpp"
#include "tools/cli/status_reply.hpp"
#include "tools/cli/status_tables.hpp"
#include "tools/cli/subcommands.hpp"
#include "tools/cli/terminal.hpp"

namespace bellwether::cli {

namespace {

struct StatusOptions : ElectionOptions {
    std::chrono::milliseconds timeout{2000};
    bool all{};
    bool json{};
};

void print(std::string text) {
    while (text.ends_with('\n')) text.pop_back();
    (void)print_line(text);
}

// Beside what is printed, an empty sentence not at all.
void say(const std::string& sentence) {
    if (!sentence.empty()) std::fprintf(stderr, "bellwether: %s\n", sentence.c_str());
}

int show_node(const StatusOptions& options) {
    const auto answer = ask_status(locate_daemon(options.daemon), options.timeout);
    if (const auto* none = std::get_if<client::NoReply>(&answer)) throw Failure{exit_no_daemon, none->text};
    const Json& status = std::get<Json>(answer);
    print(options.json ? status.dump() : status_tables(status, options.all));
    say(why_unknown({&status}, options.election));
    const Json* election = election_of(status, options.election);
    return election != nullptr && !text_of(*election, "leader").empty() ? exit_done : exit_unknown;
}

Account account_of(const std::string& cluster, const std::string& node, const StatusOptions& options) {
    client::Wanted wanted{.run_dir = {}, .cluster = cluster, .node = node};
    if (!options.daemon.run_dir.empty()) wanted.run_dir = options.daemon.run_dir;
    const auto located = client::locate(wanted);
    if (const auto* missing = std::get_if<client::NotFound>(&located)) {
        const bool forbidden = missing->why == client::NotFound::Why::forbidden;
        return {node, client::NoReply{forbidden ? client::NoReply::Why::forbidden : client::NoReply::Why::no_daemon,
                                      missing->text}};
    }
    return {node, ask_status(std::get<std::filesystem::path>(located), options.timeout)};
}

void print_as_json(const std::vector<Account>& accounts) {
    for (const Account& account : accounts) {
        const auto* none = std::get_if<client::NoReply>(&account.answer);
        const Json line =
            none == nullptr ? std::get<Json>(account.answer) : Json{{"node", account.node}, {"error", none->text}};
        if (!print_line(line.dump())) return;
    }
}

// Once, as it is the same for all of them: the table has no room for what would be right.
void explain_no_access(const std::vector<Account>& accounts) {
    for (const Account& account : accounts) {
        const auto* none = std::get_if<client::NoReply>(&account.answer);
        if (none == nullptr || none->why != client::NoReply::Why::forbidden) continue;
        say(none->text);
        return;
    }
}

void explain_unknown_election(const std::vector<Account>& accounts, const protocol::ElectionName& election) {
    std::vector<const Json*> statuses;
    for (const Account& account : accounts) {
        if (const auto* status = std::get_if<Json>(&account.answer)) statuses.push_back(status);
    }
    say(why_unknown(statuses, election));
}

int show_mesh(const StatusOptions& options) {
    const node::Config config = load_config(options.daemon.config);
    std::vector<Account> accounts;
    accounts.reserve(config.nodes.size());
    for (const node::NodeConfig& node : config.nodes) {
        accounts.push_back(account_of(config.cluster, node.name, options));
    }
    if (options.json) {
        print_as_json(accounts);
    } else {
        print(mesh_table(accounts, options.election));
        explain_no_access(accounts);
    }
    explain_unknown_election(accounts, options.election);
    return mesh_status(accounts, options.election);
}

}  // namespace

void add_status(CLI::App& app, int& exit_status) {
    auto options = std::make_shared<StatusOptions>();
    CLI::App* status = app.add_subcommand("status", "Show what a node knows: elections, links, counters");
    add_election_options(*status, *options);
    add_duration(*status, "--timeout", options->timeout, "Wait so long for the answer");
    status->add_flag("--all", options->all, "Counters that are zero, too");
    status->add_flag("--json", options->json, "The status map as one JSON object; of several nodes a line each");
    status->footer(
        "With --config and without --node: all nodes of the mesh that run on this host, side by side.\n"
        "Exit status 0 if a leader is known, 3 if none is, 4 if no daemon answered, also for want of permission.\n"
        "Example: bellwether status --run-dir /run/bellwether/demo/alpha\n"
        "         bellwether status --config configs/five-nodes.toml --run-dir /tmp/bellwether-mesh-$UID/five/run");
    status->callback([options, &exit_status] {
        const bool mesh = !options->daemon.config.empty() && options->daemon.node.empty();
        exit_status = mesh ? show_mesh(*options) : show_node(*options);
    });
}

}  // namespace bellwether::cli
