// bellwether watch: who leads, as it changes.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <poll.h>
#include <zmq.hpp>

#include "client/control.hpp"
#include "client/watch.hpp"
#include "tools/cli/daemon_options.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/subcommands.hpp"
#include "tools/cli/terminal.hpp"
#include "tools/cli/watch_line.hpp"

namespace bellwether::cli {

namespace {

constexpr std::chrono::milliseconds look_interval{200};

struct WatchOptions : ElectionOptions {
    bool all{};
    bool json{};
    bool leader_topic{};
    std::uint64_t count{};  // 0: for ever.
};

void say_once(bool& said, const std::string& what) {
    if (!said) std::fprintf(stderr, "bellwether: %s; waiting for it\n", what.c_str());
    said = true;
}

void wait_for_a_signal(std::chrono::milliseconds at_most) {
    (void)::poll(nullptr, 0, static_cast<int>(at_most.count()));
}

// What is wanted, be it there or not. Throws NoAccess if this user may not ask it.
std::filesystem::path find_daemon(const DaemonOptions& options, bool& said) {
    auto run_dir = locate_daemon(options);
    if (const auto hindrance = client::why_not_reachable(run_dir)) {
        if (hindrance->why == client::NoReply::Why::forbidden) throw NoAccess{hindrance->text};
        say_once(said, hindrance->text);
    }
    return run_dir;
}

// Nothing if interrupted before there was one. A node that is there and does not run is waited for by the Watch.
std::optional<std::filesystem::path> await_daemon(const DaemonOptions& options) {
    bool refused = false;
    for (bool said = false; !interrupted(); wait_for_a_signal(look_interval)) {
        try {
            return find_daemon(options, said);
        } catch (const NoAccess&) {
            // One that starts has its sockets for a moment before it has given them to the group.
            if (std::exchange(refused, true)) throw;
        } catch (const Failure& failure) {
            refused = false;
            if (failure.status != exit_no_daemon) throw;
            say_once(said, failure.what());
        }
    }
    return std::nullopt;
}

std::string line_of(const client::News& news, bool json) {
    if (json) return line_for_programs(news);
    return news.kind == client::News::Kind::repeated ? "" : line_for_people(news, time_of_day());
}

int run_watch(const WatchOptions& options) {
    catch_interrupts();
    const auto run_dir = await_daemon(options.daemon);
    if (!run_dir) return exit_interrupted;

    zmq::context_t context;
    client::Watch watch{context, *run_dir, options.leader_topic ? client::Topic::leader : client::Topic::view,
                        options.all ? std::nullopt : std::optional{options.election}};
    for (std::uint64_t printed = 0; !interrupted();) {
        const auto news = watch.next(look_interval);
        const std::string line = news ? line_of(*news, options.json) : "";
        if (line.empty()) continue;
        if (!print_line(line) || ++printed == options.count) return exit_done;
    }
    return exit_interrupted;
}

}  // namespace

void add_watch(CLI::App& app, int& exit_status) {
    auto options = std::make_shared<WatchOptions>();
    CLI::App* watch = app.add_subcommand("watch", "Show who leads, a line per change, until Ctrl-C");
    add_election_options(*watch, *options);
    watch->add_flag("--all", options->all, "Every election");
    watch->add_flag("--json", options->json, "Every announcement, repeated ones too, as one JSON object a line");
    watch->add_flag("--leader-topic", options->leader_topic,
                    "With deadlines, as those who act on them; makes a hand-over wait for the last one");
    watch->add_option("--count", options->count, "End after so many lines")->type_name("N");
    watch->footer(
        "Waits for a daemon that is not there yet, and for one that restarts; not for one that this user may not ask.\n"
        "Example: bellwether watch --run-dir /run/bellwether/demo/alpha");
    watch->callback([options, &exit_status] { exit_status = run_watch(*options); });
}

}  // namespace bellwether::cli
