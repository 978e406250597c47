// bellwether: what people and scripts say to a mesh.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <zmq.hpp>

#include "build_version.hpp"
#include "protocol/durable.hpp"
#include "protocol/messages.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/subcommands.hpp"

namespace {

std::string versions() {
    const auto [major, minor, patch] = zmq::version();
    return "bellwether " + std::string{bellwether::version} + ", libzmq " + std::to_string(major) + '.' +
           std::to_string(minor) + '.' + std::to_string(patch) + ", wire version " +
           std::to_string(bellwether::protocol::wire_version) + ", state version " +
           std::to_string(bellwether::protocol::state_version);
}

// The statuses of CLI11 are its own: ours are 0 for what was asked for (help, version) and 2 for a bad call.
int explain(const CLI::App& app, const CLI::ParseError& error) {
    // CLI11 would only say that a subcommand is missing.
    if (const auto rest = app.remaining(); app.get_subcommands().empty() && !rest.empty()) {
        std::fprintf(stderr, "bellwether: there is no subcommand %s; see bellwether --help\n", rest.front().c_str());
        return bellwether::cli::exit_bad_call;
    }
    if (app.exit(error) == 0) return bellwether::cli::exit_done;
    // The lower numbers are those of the command that is run.
    return app.got_subcommand("run") ? bellwether::cli::exit_run_bad_call : bellwether::cli::exit_bad_call;
}

// The words behind the first -- of `run`, which are not ours to read.
std::vector<std::string> take_command(int& argc, char** argv) {
    char** const end = argv + argc;
    if (argc < 2 || argv[1] != std::string_view{"run"}) return {};
    char** const mark = std::find(argv + 2, end, std::string_view{"--"});
    if (mark == end) return {};
    argc = static_cast<int>(mark - argv);
    return {mark + 1, end};
}

void add_subcommands(CLI::App& app, std::vector<std::string> command, int& exit_status) {
    using namespace bellwether::cli;
    add_watch(app, exit_status);
    add_status(app, exit_status);
    add_leader(app, exit_status);
    add_is_leader(app, exit_status);
    add_stepdown(app, exit_status);
    add_transfer(app, exit_status);
    add_drain(app, exit_status);
    add_undrain(app, exit_status);
    add_reload(app, exit_status);
    add_check(app, exit_status);
    add_init(app, exit_status);
    add_keygen(app, exit_status);
    add_run(app, std::move(command), exit_status);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Talks to the bellwetherd of this host, and prepares what it reads"};
    app.set_version_flag("--version", versions());
    app.require_subcommand(1);
    app.footer("bellwether SUBCOMMAND --help says more, with an example.");
    int exit_status = 0;
    add_subcommands(app, take_command(argc, argv), exit_status);
    try {
        app.parse(argc, argv);
        return exit_status;
    } catch (const CLI::ParseError& error) {
        return explain(app, error);
    } catch (const bellwether::cli::Failure& failure) {
        if (*failure.what() != '\0') std::fprintf(stderr, "bellwether: %s\n", failure.what());
        return failure.status;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bellwether: %s\n", error.what());
        return bellwether::cli::exit_no;
    }
}
