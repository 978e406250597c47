#include "tests/sim/command_line.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "tests/sim/campaign.hpp"
#include "tests/sim/run.hpp"
#include "tests/sim/scenarios.hpp"
#include "tests/sim/shrink.hpp"
#include "tests/sim/story.hpp"

namespace bellwether::sim {

namespace {

constexpr int no_violation = 0;
constexpr int a_violation = 1;
constexpr int bad_call = 2;
constexpr std::size_t most_shown = 10;  // Failing seeds that are shrunk and shown.

struct Call {
    Options options;
    std::uint64_t first = 1;
    std::uint64_t last = 1;
    unsigned jobs = 1;
    bool trace = false;
    bool all = false;
    bool plan = false;
    bool json = false;
    bool shrink = true;
};

class BadCall : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::uint64_t number(const std::string& text, const char* what) {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stopped != end) {
        throw BadCall{std::string{what} + " must be a number from 0 to " +
                      std::to_string(std::numeric_limits<std::uint64_t>::max()) + ", not \"" + text + "\""};
    }
    return value;
}

Duration duration_of(const std::string& text) {
    const auto unit = text.find_first_not_of("0123456789");
    const auto value = static_cast<std::int64_t>(number(text.substr(0, unit), "--duration"));
    const std::string name = unit == std::string::npos ? "" : text.substr(unit);
    if (value < 1 || value > 1'000'000) throw BadCall{"--duration is out of range: " + text};
    if (name == "ms") return value * 1ms;
    if (name == "s") return value * 1s;
    if (name == "min") return value * 60s;
    throw BadCall{"--duration must be like 20s, 500ms or 2min, not \"" + text + "\""};
}

std::vector<std::size_t> list_of(const std::string& text) {
    std::vector<std::size_t> list;
    if (text == "none") return list;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        list.push_back(number(text.substr(begin, end - begin), "each of --only-faults"));
        begin = end + 1;
    }
    return list;
}

std::string names() {
    std::string text = "\nMixes:\n";
    for (const NamedMix& mix : all_mixes()) {
        text += "  " + std::string{mix.name} + std::string(22 - mix.name.size(), ' ') + std::string{mix.what} + "\n";
    }
    text += "\nScenarios:\n";
    for (const NamedScenario& scenario : all_scenarios()) {
        text += "  " + std::string{scenario.name} + std::string(22 - scenario.name.size(), ' ') +
                std::string{scenario.what} + "\n";
    }
    return text +
           "\nExamples:\n"
           "  simulate --seeds 1..1000 --jobs 2\n"
           "  simulate --seed 42 --mix handover --trace\n"
           "  simulate --scenario quorum-loss --seeds 1..500\n"
           "\nExit status: 0 no violation, 1 a violation, 2 a bad call.\n";
}

// As they were given.
struct Words {
    std::string seed;
    std::string seeds;
    std::string mix;
    std::string duration;
    std::string only;
};

// What would change nothing is refused: who wrote it meant something by it.
void add_options(CLI::App& app, Call& call, Words& words) {
    auto* seed = app.add_option("--seed", words.seed, "The one run to make (1)")->type_name("N");
    auto* seeds = app.add_option("--seeds", words.seeds, "The runs to make, both ends included")->type_name("A..B");
    app.add_option("--jobs", call.jobs, "On so many threads")->type_name("J")->check(CLI::Range(1, 256));
    auto* mix = app.add_option("--mix", words.mix, "What the runs are mainly about (general)")->type_name("NAME");
    auto* scenario =
        app.add_option("--scenario", call.options.scenario, "A named partition instead")->type_name("NAME");
    app.add_option("--duration", words.duration, "Simulated time of a run (20s)")->type_name("TIME");
    auto* nodes = app.add_option("--nodes", call.options.nodes, "Nodes of the mesh, 1 to 11; else the seed decides")
                      ->type_name("N")
                      ->check(CLI::Range(1, 11));
    auto* voters = app.add_option("--voters", call.options.voters, "Voters among them, 1 to 9")
                       ->type_name("N")
                       ->check(CLI::Range(1, 9));
    auto* only =
        app.add_option("--only-faults", words.only, "Inflict only these of the plan: 3,7,9 or none")->type_name("LIST");
    auto* trace = app.add_flag("--trace", call.trace, "Tell the story of the run in decisions");
    auto* all = app.add_flag("--all", call.all, "With --trace: the small print, too");
    auto* plan = app.add_flag("--plan", call.plan, "Show the faults of the run and do nothing");
    auto* json = app.add_flag("--json", call.json, "The summary as one JSON object");
    app.add_flag("!--no-shrink", call.shrink, "Leave failing runs as they are");
    seeds->excludes(seed)->excludes(only)->excludes(trace)->excludes(plan);
    scenario->excludes(mix)->excludes(nodes)->excludes(voters);
    json->excludes(trace)->excludes(plan);
    plan->excludes(trace)->excludes(only);
    all->needs(trace);
    app.footer(names());
}

void take_seeds(const Words& words, Call& call) {
    if (!words.seed.empty()) call.options.seed = number(words.seed, "--seed");
    call.first = call.last = call.options.seed;
    if (words.seeds.empty()) return;
    const auto dots = words.seeds.find("..");
    if (dots == std::string::npos) throw BadCall{"--seeds must be like 1..1000"};
    call.first = number(words.seeds.substr(0, dots), "each end of --seeds");
    call.last = number(words.seeds.substr(dots + 2), "each end of --seeds");
    if (call.first > call.last) throw BadCall{"--seeds begins after its end"};
    if (call.last - call.first == std::numeric_limits<std::uint64_t>::max())
        throw BadCall{"--seeds are more than can be counted"};
}

void take(const Words& words, Call& call) {
    take_seeds(words, call);
    Options& options = call.options;
    if (!words.mix.empty()) {
        const auto named = mix_named(words.mix);
        if (!named) throw BadCall{"no mix is called \"" + words.mix + "\"; --help lists them"};
        options.mix = *named;
    }
    if (!options.scenario.empty() && scenario_named(options.scenario) == nullptr) {
        throw BadCall{"no scenario is called \"" + options.scenario + "\"; --help lists them"};
    }
    if (!words.duration.empty()) options.duration = duration_of(words.duration);
    if (options.nodes != 0 && options.voters > options.nodes) throw BadCall{"there cannot be more voters than nodes"};
    if (words.only.empty()) return;
    options.only_faults = list_of(words.only);
    const std::size_t faults = make_plan(options).faults.size();
    for (const std::size_t fault : *options.only_faults) {
        if (fault < faults) continue;
        throw BadCall{"there is no fault " + std::to_string(fault) + " among the " + std::to_string(faults) +
                      " of this run; --plan shows them"};
    }
}

// The call, or an exit status if there is nothing more to do.
std::optional<int> parse(int argc, const char* const* argv, Call& call, std::ostream& out, std::ostream& err) {
    CLI::App app{"Runs meshes of real state machines in virtual time, with faults, and checks every step.", "simulate"};
    Words words;
    add_options(app, call, words);
    try {
        app.parse(argc, argv);
        take(words, call);
    } catch (const CLI::CallForHelp&) {
        out << app.help();
        return no_violation;
    } catch (const CLI::ParseError& error) {
        err << "simulate: " << error.what() << "; --help says how it is called\n";
        return bad_call;
    } catch (const BadCall& bad) {
        err << "simulate: " << bad.what() << "\n";
        return bad_call;
    }
    return std::nullopt;
}

std::string shown(double value, int digits) {
    char text[40];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

// The one that so many of them do not exceed; 1: the longest.
Wait percentile(const std::vector<Wait>& sorted, double part) {
    if (sorted.empty()) return {};
    return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(part * static_cast<double>(sorted.size())))];
}

std::string summary(const Totals& totals) {
    const auto& waits = totals.waits;
    return std::to_string(totals.seeds) + " seeds, " + shown(totals.simulated_s, 0) + " s simulated in " +
           shown(totals.wall_s, 1) + " s (" + shown(totals.simulated_s / std::max(totals.cpu_s, 1e-9), 0) +
           " times real time a core), " + std::to_string(totals.steps) + " steps, " + std::to_string(totals.faults) +
           " faults, " + std::to_string(totals.leaderships) + " leaderships; then a leader within " +
           shown(percentile(waits, 0.5).leases, 2) + " D (half), " + shown(percentile(waits, 0.99).leases, 2) +
           " D (99 %), " + shown(percentile(waits, 1).leases, 2) + " D (all; the longest: seed " +
           std::to_string(percentile(waits, 1).seed) + "), " + std::to_string(totals.leader_changes) + " changes, " +
           std::to_string(totals.terms_grown) + " terms: " + std::to_string(totals.failures.size()) + " violations";
}

std::string json(const Totals& totals) {
    const auto& waits = totals.waits;
    const auto field = [](const char* name, const std::string& value) {
        return std::string{"\""} + name + "\": " + value + ", ";
    };
    std::string text = "{" + field("seeds", std::to_string(totals.seeds)) +
                       field("simulated_s", shown(totals.simulated_s, 3)) + field("wall_s", shown(totals.wall_s, 3)) +
                       field("cpu_s", shown(totals.cpu_s, 3)) + field("steps", std::to_string(totals.steps)) +
                       field("frames", std::to_string(totals.frames)) + field("faults", std::to_string(totals.faults)) +
                       field("leaderships", std::to_string(totals.leaderships)) +
                       field("busiest_second", std::to_string(totals.busiest_second)) +
                       field("refused_writes", std::to_string(totals.refused_writes)) +
                       field("leader_changes", std::to_string(totals.leader_changes)) +
                       field("terms_grown", std::to_string(totals.terms_grown)) +
                       field("leases_to_leader_p50", shown(percentile(waits, 0.5).leases, 4)) +
                       field("leases_to_leader_p99", shown(percentile(waits, 0.99).leases, 4)) +
                       field("leases_to_leader_max", shown(percentile(waits, 1).leases, 4)) +
                       field("slowest_seed", std::to_string(percentile(waits, 1).seed)) +
                       field("hash", "\"" + std::to_string(totals.hash) + "\"") + "\"violations\": [";
    for (const Failure& failure : totals.failures) {
        text += (&failure == totals.failures.data() ? "" : ", ") + std::string{"{"} +
                field("seed", std::to_string(failure.options.seed)) +
                field("invariant", "\"" + failure.violation.number + "\"") +
                field("at_ms", std::to_string(failure.violation.at / 1ms)) + "\"replay\": \"simulate " +
                arguments(failure.options) + "\"}";
    }
    return text + "]}";
}

void show_failure(const Failure& failure, bool shrink, std::ostream& out) {
    out << "seed " << failure.options.seed << ": " << failure.violation.number << " after "
        << failure.violation.at / 1ms << " ms: " << failure.violation.what << "\n";
    const Options replay = shrink ? shrunk(failure.options) : failure.options;
    out << "  replay: simulate " << arguments(replay) << " --trace\n";
}

int one_run(const Call& call, std::ostream& out) {
    const Outcome outcome = run(call.options, story_on(out, call.all));
    if (outcome.violation) {
        out << outcome.violation->number << " after " << outcome.violation->at / 1ms
            << " ms: " << outcome.violation->what << "\n";
    }
    out << "seed " << call.options.seed << ": " << outcome.steps << " steps, " << outcome.leaderships
        << " leaderships, hash " << outcome.hash << ", " << (outcome.violation ? "1 violation" : "0 violations")
        << "\n";
    return outcome.violation ? a_violation : no_violation;
}

// On a terminal one line that changes; else a line every few seconds.
ProgressOf progress_on(std::ostream& err, std::uint64_t seeds) {
    const bool is_terminal = ::isatty(STDERR_FILENO) != 0;
    return [&err, seeds, is_terminal, shown_at = 0.0](const Totals& so_far) mutable {
        if (so_far.wall_s - shown_at < (is_terminal ? 0.2 : 5.0)) return;
        shown_at = so_far.wall_s;
        err << (is_terminal ? "\r" : "") << so_far.seeds << " of " << seeds << " seeds, " << so_far.failures.size()
            << " violations" << (is_terminal ? "  " : "\n") << std::flush;
    };
}

}  // namespace

int simulate(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
    Call call;
    if (const auto status = parse(argc, argv, call, out, err)) return *status;
    if (call.plan) {
        for (const Fault& fault : make_plan(call.options).faults) {
            out << words(fault) << "\n";
        }
        return no_violation;
    }
    if (call.trace) return one_run(call, out);
    const Totals totals =
        campaign(call.options, call.first, call.last, call.jobs, progress_on(err, call.last - call.first + 1));
    if (::isatty(STDERR_FILENO) != 0) err << "\r\033[K";
    if (!call.json) {
        for (std::size_t i = 0; i < std::min(most_shown, totals.failures.size()); ++i) {
            show_failure(totals.failures[i], call.shrink, out);
        }
    }
    out << (call.json ? json(totals) : summary(totals)) << "\n";
    return totals.failures.empty() ? no_violation : a_violation;
}

}  // namespace bellwether::sim
