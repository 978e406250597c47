// explore: tries everything that can happen to a small mesh within the bounds that are named.
#include <sys/resource.h>

#include <cstdio>
#include <exception>
#include <map>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tests/explore/explorer.hpp"

namespace {

using namespace bellwether::explore;
namespace protocol = bellwether::protocol;

struct Options {
    Bounds bounds;
    std::uint64_t most_states = 150'000'000;  // Their table takes 2 GB, and 1 GB more while it grows.
    bool json{};
};

void add_bounds(CLI::App& app, Bounds& bounds) {
    app.add_option("--nodes", bounds.nodes, "How many")->check(CLI::Range(1, 7))->capture_default_str();
    app.add_option("--priorities", bounds.priorities, "Of node 1, 2, ...; 10 times the id where none is named")
        ->delimiter(',');
    const std::map<std::string, Start> starts{{"led", Start::led}, {"cold", Start::cold}, {"new", Start::first_boot}};
    app.add_option("--start", bounds.start, "led: the best node has led for long; cold: all start; new: with new disks")
        ->transform(CLI::CheckedTransformer(starts, CLI::ignore_case));
    const std::map<Fault, const char*> what{
        {Fault::crash, "Processes that die at any moment; they start again at any moment, or never"},
        {Fault::drop, "Messages that are lost"},
        {Fault::duplicate, "Messages that come again later"},
        {Fault::delay, "Messages that take a grain of time longer"},
        {Fault::slow_write, "Writes that take a grain longer"},
        {Fault::nap, "Grains that a process sleeps through"},
        {Fault::cut, "Nodes cut off from all others, and mended at any moment"},
        {Fault::wipe, "Starts with an empty disk"},
        {Fault::stepdown, "Leaders asked to step down"},
    };
    for (const auto& [fault, help] : what) {
        app.add_option("--" + std::string{plural(fault)}, of(bounds.most, fault), help)->check(CLI::Range(0, 254));
    }
    app.add_option("--reorders", of(bounds.most, Fault::reorder),
                   "Steps out of the usual order, in which a node reads its letters by age and sender, then what its "
                   "disk says, then its timer; 255: any order")
        ->check(CLI::Range(0, 255))
        ->capture_default_str();
    app.add_option("--faults", bounds.faults, "Of all these together, reorders apart")->check(CLI::Range(0, 255));
    app.add_option("--terms", bounds.terms, "New terms that are followed")->capture_default_str();
    app.add_option("--grains", bounds.grains, "Of time that are followed; 0: for ever")->capture_default_str();
}

void add_timing(CLI::App& app, Bounds& bounds) {
    app.add_option("--heartbeat", bounds.heartbeat, "In grains of time, of which a message takes one")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    app.add_option("--lease", bounds.lease, "In grains")->check(CLI::Range(1, 1000))->capture_default_str();
    app.add_option("--campaign-timeout", bounds.campaign_timeout, "In grains")->capture_default_str();
    app.add_option("--preempt-delay", bounds.preempt_delay, "In grains")->capture_default_str();
    app.add_option("--clock-drift-ppm", bounds.clock_drift_ppm, "The bound that the protocol reckons with")
        ->check(CLI::Range(0, 100'000))
        ->capture_default_str();
    app.add_option("--fast-ppm", bounds.fast_ppm, "By how much the clock of node 1, 2, ... is fast; 0 if not named")
        ->delimiter(',');
    const std::map<std::string, Flaw> flaws{{"forgetful-disk", Flaw::forgetful_disk},
                                            {"twins", Flaw::twins},
                                            {"slow-clock", Flaw::slow_clock},
                                            {"no-quarantine", Flaw::no_quarantine}};
    app.add_option("--flaw", bounds.flaw, "Break something around the protocol: a violation must then be found")
        ->transform(CLI::CheckedTransformer(flaws, CLI::ignore_case));
}

std::size_t peak_memory_mb() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::size_t>(usage.ru_maxrss) / 1024;
}

std::vector<std::string> rules_never_decided(const Report& report) {
    std::vector<std::string> never;
    for (std::size_t i = 0; i < report.decided.size(); ++i) {
        if (report.decided[i] == 0) {
            never.emplace_back(protocol::to_string(static_cast<protocol::Rule>(i)));
        }
    }
    return never;
}

void print_json(const Report& report, const std::string& told) {
    const nlohmann::json object{{"outcome", to_string(report.outcome)},
                                {"states", report.states},
                                {"transitions", report.transitions},
                                {"beyond_terms", report.beyond_terms},
                                {"beyond_time", report.beyond_time},
                                {"longest_history", report.deepest},
                                {"seconds", report.seconds},
                                {"peak_memory_mb", peak_memory_mb()},
                                {"rules_never_decided", rules_never_decided(report)},
                                {"breaches", report.breaches},
                                {"story", told}};
    std::printf("%s\n", object.dump().c_str());
}

void print_text(const Report& report, const std::string& told) {
    std::printf("%s", told.c_str());
    std::string never;
    for (const std::string& rule : rules_never_decided(report)) {
        never += " " + rule;
    }
    std::printf("rules that never decided:%s\n", never.empty() ? " none" : never.c_str());
    std::printf(
        "%s: %llu states, %llu transitions, %llu states beyond the terms, %llu beyond the time, "
        "longest history %zu moves, %.1f s, %zu MB\n",
        std::string{to_string(report.outcome)}.c_str(), static_cast<unsigned long long>(report.states),
        static_cast<unsigned long long>(report.transitions), static_cast<unsigned long long>(report.beyond_terms),
        static_cast<unsigned long long>(report.beyond_time), report.deepest, report.seconds, peak_memory_mb());
}

int run(const Options& options) {
    const auto progress = [](const Report& so_far, std::size_t depth) {
        std::fprintf(stderr, "%llu states, %llu transitions, %.0f states/s, history of %zu moves, table %zu MB\n",
                     static_cast<unsigned long long>(so_far.states),
                     static_cast<unsigned long long>(so_far.transitions),
                     static_cast<double>(so_far.states) / so_far.seconds, depth, so_far.bytes >> 20U);
    };
    Report report = explore(options.bounds, options.most_states, progress);
    std::string told;
    if (report.outcome == Outcome::violated) {
        std::fprintf(stderr, "%s; looking for the fewest faults that lead to a violation\n",
                     report.breaches.front().c_str());
        report = simplest(options.bounds, report, options.most_states);
        told = story(options.bounds, report);
    }
    options.json ? print_json(report, told) : print_text(report, told);
    switch (report.outcome) {
        case Outcome::finished: return 0;
        case Outcome::violated: return 1;
        case Outcome::full: break;
    }
    return 3;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Tries everything that can happen to a small mesh within the bounds, in the very code that ships"};
    Options options;
    add_bounds(app, options.bounds);
    add_timing(app, options.bounds);
    app.add_option("--max-states", options.most_states, "Give up at so many")->capture_default_str();
    app.add_flag("--json", options.json, "The figures as one JSON object");
    app.footer(
        "Exit status 0 if all was visited and every safety invariant held, 1 if one broke, 3 if there were more "
        "states.\n"
        "Example: explore --nodes 3 --crashes 1 --drops 1 --reorders 1");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        return run(options);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "explore: %s\n", error.what());
        return 2;
    }
}
