// Options that take a duration as people write it: "50ms", "2s".
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "protocol/time.hpp"

namespace bellwether::cli {

CLI::Option* add_duration(CLI::App& app, const char* name, std::optional<protocol::Duration>& target,
                          const std::string& description);
// Whole milliseconds, rounded up.
CLI::Option* add_duration(CLI::App& app, const char* name, std::chrono::milliseconds& target,
                          const std::string& description);

}  // namespace bellwether::cli
