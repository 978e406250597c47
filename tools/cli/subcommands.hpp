// Every subcommand is a file of its own with one door: it adds itself to the program, and sets the exit status when it
// was the one called (or throws Failure).
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace bellwether::cli {

void add_watch(CLI::App& app, int& exit_status);
void add_status(CLI::App& app, int& exit_status);
void add_leader(CLI::App& app, int& exit_status);
void add_stepdown(CLI::App& app, int& exit_status);
void add_transfer(CLI::App& app, int& exit_status);
void add_drain(CLI::App& app, int& exit_status);
void add_undrain(CLI::App& app, int& exit_status);
void add_check(CLI::App& app, int& exit_status);
void add_init(CLI::App& app, int& exit_status);
void add_keygen(CLI::App& app, int& exit_status);
void add_reload(CLI::App& app, int& exit_status);
void add_is_leader(CLI::App& app, int& exit_status);
// `command` is what follows the --: taken out beforehand, as CLI11 reads [a,b] as a list wherever it stands.
void add_run(CLI::App& app, std::vector<std::string> command, int& exit_status);

}  // namespace bellwether::cli
