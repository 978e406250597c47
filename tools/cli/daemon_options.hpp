// The one way in which every subcommand that talks to a daemon is told which.
#pragma once

#include <filesystem>
#include <string>

#include <CLI/CLI.hpp>

#include "node/config.hpp"
#include "protocol/types.hpp"

namespace bellwether::cli {

struct DaemonOptions {
    std::string run_dir;
    std::string config;
    std::string node;
};

// What subcommands that are about one election of one daemon begin with.
struct ElectionOptions {
    DaemonOptions daemon;
    protocol::ElectionName election;
};

// --run-dir (or BELLWETHER_RUN_DIR), --config, --node; `options` must live as long as the app.
void add_daemon_options(CLI::App& app, DaemonOptions& options);

// --election, checked.
void add_election_option(CLI::App& app, protocol::ElectionName& election);

// Both.
void add_election_options(CLI::App& app, ElectionOptions& options);

// The node's run directory. Throws Failure: no_daemon if there is none, NoAccess if this user may not look for it,
// bad_call if several could be meant or the configuration is wrong (its mistakes have been printed).
[[nodiscard]] std::filesystem::path locate_daemon(const DaemonOptions& options);

// Throws Failure, the mistakes having been printed.
[[nodiscard]] node::Config load_config(const std::string& file);

}  // namespace bellwether::cli
