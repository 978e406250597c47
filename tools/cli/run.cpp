// bellwether run: a command that runs only while this host leads.
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.hpp>

#include "client/clock.hpp"
#include "client/control.hpp"
#include "node/descriptor.hpp"
#include "tools/cli/daemon_options.hpp"
#include "tools/cli/duration_option.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/status_reply.hpp"
#include "tools/cli/subcommands.hpp"
#include "tools/run/attempt.hpp"
#include "tools/run/back_off.hpp"
#include "tools/run/guardian.hpp"
#include "tools/run/say.hpp"
#include "tools/run/signals.hpp"
#include "tools/run/terminal.hpp"

namespace bellwether::cli {

namespace {

using namespace std::chrono_literals;
using run::Outcome;

constexpr protocol::Duration daemon_look_interval = 200ms;  // While there is none.

struct RunOptions : ElectionOptions {
    std::chrono::milliseconds grace{5s};
    std::optional<protocol::Duration> wait;
    bool restart{};
    std::vector<std::string> command;
    std::vector<std::string> misplaced;  // Words of it that stand before the --.
};

int as_a_shell_says(int wait_status) {
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

int status_of(const Outcome& outcome) {
    switch (outcome.kind) {
        case Outcome::Kind::ended: return as_a_shell_says(outcome.wait_status);
        case Outcome::Kind::told_off: return 128 + outcome.wait_status;
        case Outcome::Kind::not_led: return exit_run_not_led;
        case Outcome::Kind::refused: return exit_run_bad_call;
        case Outcome::Kind::lost:
        case Outcome::Kind::broken: break;
    }
    return exit_run_lost;
}

// The signal that made run end, if one did: typed, or sent to it.
int signal_of(const Outcome& outcome) {
    if (outcome.kind == Outcome::Kind::told_off) return outcome.wait_status;
    const bool was_told = outcome.was_told_to_end && outcome.kind == Outcome::Kind::ended;
    return was_told && WIFSIGNALED(outcome.wait_status) ? WTERMSIG(outcome.wait_status) : 0;
}

// A shell goes on with its loop after a status, whatever it is, and ends it only after a death by the signal itself,
// which it shows as the same status. Of what was typed on a terminal that was lent, its script has not heard, either.
void die_if_told(const Outcome& outcome) {
    const int signal = signal_of(outcome);
    if (signal != SIGINT && signal != SIGTERM) return;
    std::signal(signal, SIG_DFL);
    ::kill(outcome.was_typed ? 0 : ::getpid(), signal);
}

bool may_restart(const Outcome& outcome) {
    using Kind = Outcome::Kind;
    const bool has_led = outcome.kind == Kind::ended || outcome.kind == Kind::lost || outcome.kind == Kind::broken;
    return has_led && !outcome.was_told_to_end;
}

Outcome told_off(int signal) { return {.kind = Outcome::Kind::told_off, .wait_status = signal}; }

// The signal that ended the wait, if one did.
std::optional<int> pause_for(protocol::Duration span, const run::Signals& signals) {
    pollfd item{.fd = signals.fd(), .events = POLLIN, .revents = 0};
    for (const protocol::Time end = client::now() + span;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - client::now()).count();
        if (left <= 0 || ::poll(&item, 1, static_cast<int>(left)) <= 0) return std::nullopt;
        if (const auto signal = signals.next(); signal && signals.ends_a_wait(*signal)) return signal;
    }
}

run::Program program_of(const RunOptions& options, const std::filesystem::path& run_dir) {
    return {.words = options.command,
            .environment = {{"BELLWETHER_ELECTION", options.election.str()},
                            {"BELLWETHER_NODE", run_dir.filename().string()},
                            {"BELLWETHER_RUN_DIR", run_dir.string()}}};
}

Outcome lead_and_run(const RunOptions& options, const std::filesystem::path& run_dir, protocol::Time lead_before) {
    // SIGCHLD ignored, as some starters leave it, would hide the end of the command.
    std::signal(SIGCHLD, SIG_DFL);
    const run::Program program = program_of(options, run_dir);  // Keeps how signals are met here.
    auto guardian = std::make_unique<run::Guardian>(program);  // While there is no other thread.
    std::signal(SIGPIPE, SIG_IGN);
    const run::Signals signals;
    run::Terminal terminal;
    zmq::context_t context;
    run::Plan plan{
        .run_dir = run_dir, .election = options.election, .grace = options.grace, .lead_before = lead_before};
    run::say("waiting to lead " + options.election.str() + "; the command is held by " + guardian->means());
    for (run::BackOff back_off;;) {
        Outcome outcome = run::Attempt{{context, *guardian, signals, terminal}, plan}.run();
        if (!outcome.text.empty()) run::say(outcome.text);
        if (!options.restart || !may_restart(outcome)) return outcome;
        plan.lead_before = protocol::never;
        // There are other threads by now; what the guardian does needs none of them, nor what they may have locked.
        if (guardian->is_dead()) {
            guardian.reset();  // The next one inherits nothing of it.
            guardian = std::make_unique<run::Guardian>(program);
            run::say("the command is held by " + guardian->means());
        }
        const auto pause = back_off.after(outcome.ran);
        if (outcome.kind == Outcome::Kind::ended) {
            run::say("the command ended with status " + std::to_string(status_of(outcome)) + "; again in " +
                     std::to_string(std::chrono::ceil<std::chrono::milliseconds>(pause).count()) + " ms");
        }
        if (const auto signal = pause_for(pause, signals)) return told_off(*signal);
    }
}

// With --restart one that is not there yet is waited for. Or how the wait ended.
std::variant<std::filesystem::path, Outcome> await_daemon(const RunOptions& options, protocol::Time lead_before) {
    const run::Signals signals;
    for (;;) {
        try {
            return locate_daemon(options.daemon);
        } catch (const NoAccess&) {
            throw;
        } catch (const Failure& missing) {
            if (!options.restart || missing.status != exit_no_daemon) throw;
            run::say_once(std::string{missing.what()} + "; waiting");
        }
        if (client::now() >= lead_before) {
            run::say("not leading in time");
            return Outcome{.kind = Outcome::Kind::not_led};
        }
        if (const auto signal = pause_for(daemon_look_interval, signals)) return told_off(*signal);
    }
}

void check(const RunOptions& options, const std::filesystem::path& run_dir) {
    if (const auto hindrance = client::why_not_reachable(run_dir)) {
        const bool will_come = options.restart && hindrance->why != client::NoReply::Why::forbidden;
        if (!will_come) throw Failure{exit_no_daemon, hindrance->text};
    }
}

// The daemon gives a hand-over up when it takes too long, and leads on. Nothing is refused if it does not tell.
void check_grace(const RunOptions& options, const std::filesystem::path& run_dir) {
    const auto answer = ask_status(run_dir, 1s);
    const Json* status = std::get_if<Json>(&answer);
    if (status == nullptr) return;
    const Json* election = election_of(*status, options.election);
    // One that is not known yet will have the settings of all that the configuration does not name.
    if (election == nullptr) election = election_of(*status, protocol::ElectionName{});
    const std::chrono::milliseconds limit{election == nullptr ? 0 : number_of(*election, "handover_timeout_ms")};
    if (limit == 0ms || options.grace < limit - 1s) return;
    throw Failure{exit_bad_call, "--grace must be more than 1 s below handover_timeout, which is " +
                                     std::to_string(limit.count()) + " ms, or a hand-over never succeeds"};
}

Outcome run_when_there_is_a_daemon(const RunOptions& options) {
    const protocol::Time lead_before = options.wait ? client::now() + *options.wait : protocol::never;
    const auto found = await_daemon(options, lead_before);
    if (const auto* outcome = std::get_if<Outcome>(&found)) return *outcome;
    const auto& run_dir = std::get<std::filesystem::path>(found);
    check(options, run_dir);
    check_grace(options, run_dir);
    return lead_and_run(options, run_dir, lead_before);
}

// ZeroMQ ends the process with an assertion where it finds no descriptor for itself.
void require_descriptors() {
    constexpr std::size_t needed = 32;
    std::vector<node::Descriptor> reserve;
    while (reserve.size() < needed) {
        if (!reserve.emplace_back(::eventfd(0, EFD_CLOEXEC))) {
            throw Failure{exit_bad_call, "too few descriptors are left: run needs " + std::to_string(needed) +
                                             ", and ulimit -n says how many there may be"};
        }
    }
}

int run_run(const RunOptions& options) {
    try {
        require_descriptors();
        if (options.command.empty() || !options.misplaced.empty()) {
            throw Failure{exit_bad_call, "what to run comes after --: bellwether run --election NAME -- COMMAND..."};
        }
        if (const int status = run::look_for(options.command.front())) {
            run::say(options.command.front() +
                     (status == run::exit_not_found ? ": there is no such command" : ": it cannot be executed"));
            return status;
        }
        const Outcome outcome = run_when_there_is_a_daemon(options);
        die_if_told(outcome);
        return status_of(outcome);
    } catch (const Failure& failure) {
        if (*failure.what() != '\0') run::say(failure.what());
        return failure.status == exit_no_daemon ? exit_run_no_daemon : exit_run_bad_call;
    } catch (const std::exception& error) {
        // Not the status of a command.
        run::say(error.what());
        return exit_run_bad_call;
    }
}

}  // namespace

void add_run(CLI::App& app, std::vector<std::string> command, int& exit_status) {
    auto options = std::make_shared<RunOptions>();
    options->command = std::move(command);
    CLI::App* run = app.add_subcommand("run", "Run a command while this host leads, and never longer");
    add_election_options(*run, *options);
    add_duration(*run, "--grace", options->grace, "From SIGTERM to SIGKILL when leadership is revoked");
    add_duration(*run, "--wait", options->wait, "Give up if it does not lead within this time");
    run->add_flag(
        "--restart", options->restart,
        "Stand again when the command has ended or leadership was lost, and wait for a daemon that is not there");
    run->add_option("COMMAND", options->misplaced, "What to run, and its arguments, after --");
    run->footer(
        "The command has BELLWETHER_TOKEN, _ELECTION, _NODE and _RUN_DIR in its environment. When leadership cannot "
        "be\n"
        "extended it is killed before the lease is over, with all it has started.\n"
        "Exit status: the command's own, 128+n if it died of signal n (of a SIGINT or SIGTERM that was sent to run or\n"
        "typed, run dies as well, which a shell shows as 128+n); 122 no daemon, 123 leadership lost, 124 not\n"
        "leading within --wait, 125 wrong call or a failure of run itself, 126 the command cannot be executed,\n"
        "127 there is no such command.\n"
        "Example: bellwether run --election backups --restart -- /usr/local/bin/backup --all");
    run->callback([options, &exit_status] { exit_status = run_run(*options); });
}

}  // namespace bellwether::cli
