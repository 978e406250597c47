// bellwether leader: the leader's name, for scripts.
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include <zmq.hpp>

#include "client/clock.hpp"
#include "client/control.hpp"
#include "client/watch.hpp"
#include "tools/cli/daemon_options.hpp"
#include "tools/cli/duration_option.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/format.hpp"
#include "tools/cli/status_reply.hpp"
#include "tools/cli/subcommands.hpp"
#include "tools/cli/terminal.hpp"
#include "tools/cli/watch_line.hpp"

namespace bellwether::cli {

namespace {

// A daemon that runs says what it knows as soon as it is subscribed to.
constexpr std::chrono::milliseconds first_word_timeout{1000};

struct LeaderOptions : ElectionOptions {
    std::chrono::milliseconds wait{};
    bool json{};
    std::string format{"{leader}"};
};

int print_leader(const client::News& news, const LeaderOptions& options) {
    (void)print_line(options.json ? line_for_programs(news) : filled(options.format, line_for_programs(news)));
    return exit_done;
}

// A node announces nothing of an election that it does not know.
std::string why_silent(const std::filesystem::path& run_dir, const protocol::ElectionName& election) {
    const auto answer = ask_status(run_dir, answer_timeout);
    if (const auto* none = std::get_if<client::NoReply>(&answer)) return none->text;
    const std::string why = why_unknown({&std::get<Json>(answer)}, election);
    return why.empty() ? "nothing heard of the election " + election.str() : why;
}

int run_leader(const LeaderOptions& options) {
    check_format(options.format);
    const auto run_dir = locate_daemon(options.daemon);
    if (const auto hindrance = client::why_not_reachable(run_dir)) throw Failure{exit_no_daemon, hindrance->text};
    zmq::context_t context;
    client::Watch watch{context, run_dir, client::Topic::view, options.election};
    std::optional<client::News> last;
    const protocol::Time begin = client::now();
    for (;;) {
        const auto patience = last ? options.wait : std::max(options.wait, first_word_timeout);
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(begin + patience - client::now());
        auto news = left.count() > 0 ? watch.next(left) : std::nullopt;
        if (!news && !last) throw Failure{exit_unknown, why_silent(run_dir, options.election)};
        if (!news) {
            throw Failure{exit_unknown,
                          "no leader known: " + std::string{protocol::to_string(last->announcement.reason)}};
        }
        if (news->is_known()) return print_leader(*news, options);
        last = std::move(news);
    }
}

}  // namespace

void add_leader(CLI::App& app, int& exit_status) {
    auto options = std::make_shared<LeaderOptions>();
    CLI::App* leader = app.add_subcommand("leader", "Print the name of the leader; exit status 3 if none is known");
    add_election_options(*leader, *options);
    add_duration(*leader, "--wait", options->wait, "Wait so long for one");
    CLI::Option* json = leader->add_flag("--json", options->json, "The whole announcement as one JSON object");
    leader->add_option("--format", options->format, "What to print, with {leader}, {token}, {metadata.KEY}...")
        ->type_name("TEXT")
        ->excludes(json);
    leader->footer(
        "--format knows all keys of an announcement; exit status 3, too, if the leader's metadata lacks the KEY.\n"
        "Examples: bellwether leader --wait 10s\n"
        "          curl $(bellwether leader --format '{metadata.api}')/health");
    leader->callback([options, &exit_status] { exit_status = run_leader(*options); });
}

}  // namespace bellwether::cli
