#include "tools/cli/daemon_options.hpp"

#include <cstdio>
#include <utility>
#include <variant>

#include "client/locate.hpp"
#include "tools/cli/exit_status.hpp"

namespace bellwether::cli {

void add_daemon_options(CLI::App& app, DaemonOptions& options) {
    app.add_option("--run-dir", options.run_dir,
                   "Run directory of the node, the one with control.sock, or one above it")
        ->envname("BELLWETHER_RUN_DIR")
        ->type_name("DIR")
        ->group("Which daemon (one that is alone on this host needs none of these)");
    app.add_option("--config", options.config, "Configuration of the mesh; with --node")
        ->type_name("FILE")
        ->group("Which daemon (one that is alone on this host needs none of these)");
    app.add_option("--node", options.node, "Name of the node")
        ->type_name("NAME")
        ->group("Which daemon (one that is alone on this host needs none of these)");
}

void add_election_option(CLI::App& app, protocol::ElectionName& election) {
    app.add_option_function<std::string>(
           "--election",
           [&election](const std::string& text) {
               const auto name = protocol::ElectionName::parse(text);
               if (!name) {
                   throw CLI::ValidationError{"--election", "\"" + text + "\" is not 1-64 of a-z A-Z 0-9 _ -"};
               }
               election = *name;
           },
           "Which election")
        ->type_name("NAME")
        ->default_str("default");
}

void add_election_options(CLI::App& app, ElectionOptions& options) {
    add_daemon_options(app, options.daemon);
    add_election_option(app, options.election);
}

node::Config load_config(const std::string& file) {
    auto loaded = node::load(file);
    if (const auto* mistakes = std::get_if<node::Mistakes>(&loaded)) {
        for (const auto& mistake : *mistakes) std::fprintf(stderr, "%s\n", node::to_line(file, mistake).c_str());
        throw Failure{exit_bad_call, ""};
    }
    return std::get<node::Config>(std::move(loaded));
}

namespace {

void check_node(const node::Config& config, const std::string& name) {
    if (name.empty()) throw Failure{exit_bad_call, "--config needs --node: which of its nodes is meant?"};
    if (config.find(name) == nullptr) {
        throw Failure{exit_bad_call, config.file.string() + " has no node " + node::quote(name)};
    }
}

}  // namespace

std::filesystem::path locate_daemon(const DaemonOptions& options) {
    client::Wanted wanted;
    if (!options.run_dir.empty()) wanted.run_dir = options.run_dir;
    if (!options.node.empty()) wanted.node = options.node;
    if (!options.config.empty()) {
        const node::Config config = load_config(options.config);
        check_node(config, options.node);
        wanted.cluster = config.cluster;
    }
    auto located = client::locate(wanted);
    if (const auto* missing = std::get_if<client::NotFound>(&located)) {
        using Why = client::NotFound::Why;
        if (missing->why == Why::forbidden) throw NoAccess{missing->text};
        throw Failure{missing->why == Why::ambiguous ? exit_bad_call : exit_no_daemon, missing->text};
    }
    return std::get<std::filesystem::path>(std::move(located));
}

}  // namespace bellwether::cli
