// What the subcommands that change something share: the request is sent, its outcome is waited for and told.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "protocol/local_messages.hpp"
#include "tools/cli/daemon_options.hpp"

namespace bellwether::cli {

struct OrderOptions : ElectionOptions {
    std::string target;
    std::optional<protocol::Duration> hold;
    // The default handover_timeout and a bit: the daemon answers when it is over.
    std::chrono::milliseconds timeout{12'000};
    bool json{};
};

// Which daemon, --timeout, --json.
void add_order_options(CLI::App& app, OrderOptions& options);

// Exit status 0 when done, 1 when refused or not answered in time, 4 when nobody could be asked.
[[nodiscard]] int give_order(const std::string& type, const OrderOptions& options);

}  // namespace bellwether::cli
