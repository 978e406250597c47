// bellwether is-leader: a question for cron and the shell.
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <variant>

#include "tools/cli/daemon_options.hpp"
#include "tools/cli/duration_option.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/prospect.hpp"
#include "tools/cli/status_reply.hpp"
#include "tools/cli/subcommands.hpp"
#include "tools/cli/terminal.hpp"

namespace bellwether::cli {

namespace {

struct IsLeaderOptions : ElectionOptions {
    std::chrono::milliseconds span{};
    bool json{};
    bool quiet{};
};

void tell(const Prospect& found, const Json& status, const IsLeaderOptions& options) {
    if (options.json) {
        const Json* election = election_of(status, options.election);
        const std::uint64_t token = election != nullptr ? number_of(*election, "token") : 0;
        const Json line{{"election", options.election.str()},
                        {"node", text_of(status, "node")},
                        {"leads", found.leads},
                        {"token", found.leads ? token : 0},
                        {"why", found.why}};
        (void)print_line(line.dump());
    } else if (!found.leads && !options.quiet) {
        std::fprintf(stderr, "bellwether: %s\n", found.why.c_str());
    }
}

int run_is_leader(const IsLeaderOptions& options) {
    const auto run_dir = locate_daemon(options.daemon);
    const auto answer = ask_status(run_dir, answer_timeout);
    if (const auto* none = std::get_if<client::NoReply>(&answer)) {
        throw Failure{none->was_asked() ? exit_unknown : exit_no_daemon, none->text};
    }
    const Json& status = std::get<Json>(answer);
    const Prospect found = prospect(status, options.election, options.span);
    tell(found, status, options);
    return found.leads ? exit_done : exit_no;
}

}  // namespace

void add_is_leader(CLI::App& app, int& exit_status) {
    auto options = std::make_shared<IsLeaderOptions>();
    CLI::App* ask = app.add_subcommand("is-leader", "Exit status 0 only if this host leads");
    add_election_options(*ask, *options);
    add_duration(*ask, "--for", options->span,
                 "And nothing is known that would end it within this time: no hand-over or drain under way, no "
                 "better-ranked node to take over, the lease being renewed");
    ask->add_flag("--json", options->json, "One JSON object: election, node, leads, token, why");
    ask->add_flag("--quiet", options->quiet, "Do not say on stderr why not");
    ask->footer(
        "Exit status: 0 yes, 1 no, 3 the daemon does not answer, 4 there is none. A yes is true when it is said; what "
        "must\nnever outlive leadership belongs under bellwether run.\n"
        "Example: bellwether is-leader --for 30s --quiet && /usr/local/bin/report");
    ask->callback([options, &exit_status] { exit_status = run_is_leader(*options); });
}

}  // namespace bellwether::cli
