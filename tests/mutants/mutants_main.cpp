// mutants: breaks one rule of the protocol after the other, and shows by what and how soon the checker notices.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "tests/mutants/mutants.hpp"

namespace {

using namespace bellwether;
using mutants::Catch;
using mutants::Mutant;

struct Call {
    std::string bug;
    std::string where;
    bool search = false;
    std::uint64_t seeds = 2'000;
    unsigned jobs = 1;
};

// Where to hunt: as the table says, in what was named, or everywhere.
std::vector<std::string_view> grounds_for(const Mutant& mutant, const Call& call) {
    if (call.where.empty()) return {mutant.where};
    if (call.where != "everywhere") return {call.where};
    return mutants::all_hunting_grounds();
}

void print_row(const Mutant& mutant, std::string_view caught, std::string_view where, std::uint64_t seed,
               std::string_view said) {
    const auto text = [](std::string_view view) { return std::string{view}; };
    std::printf("%-27s %-5s %-6s %-19s %6llu  %s\n", text(mutant.name).c_str(), text(mutant.rule).c_str(),
                text(caught).c_str(), text(where).c_str(), static_cast<unsigned long long>(seed), text(said).c_str());
    std::fflush(stdout);
}

// How many seeds it took, if it was caught; where it shows in several places, that of the one which took the fewest.
// 0: a directed test has noticed.
std::optional<std::uint64_t> hunt(const Mutant& mutant, const Call& call) {
    if (!mutant.test.empty() && call.where.empty()) {
        const bool is_noticed = mutants::is_noticed_by(mutant.bug, mutant.where, mutant.test);
        print_row(mutant, is_noticed ? "test" : "NO", mutant.where, 0, mutant.test);
        return is_noticed ? std::optional{std::uint64_t{0}} : std::nullopt;
    }
    std::optional<Catch> best;
    std::string_view best_place;
    const std::uint64_t first = call.search || !call.where.empty() ? 1 : mutant.seed;
    std::uint64_t last = first + call.seeds - 1;
    for (const std::string_view place : grounds_for(mutant, call)) {
        if (const auto caught = mutants::hunt(mutant.bug, *mutants::hunting_ground(place), first, last, call.jobs)) {
            best = caught;
            best_place = place;
            last = caught->seed - 1;
        }
        if (last < first) break;
    }
    if (!best) {
        print_row(mutant, "NO", call.where.empty() ? mutant.where : call.where, call.seeds,
                  "not caught in so many seeds");
        return std::nullopt;
    }
    print_row(mutant, best->violation.number, best_place, best->seed, best->violation.what);
    return best->seed;
}

int run(const Call& call) {
    std::vector<std::uint64_t> took;
    std::size_t tested = 0;
    std::size_t free = 0;
    std::printf("%-27s %-5s %-6s %-19s %6s  %s\n", "bug", "rule", "by", "in", "seed", "what was said");
    for (const Mutant& mutant : mutants::all_mutants()) {
        if (!call.bug.empty() && call.bug != mutant.name) continue;
        const auto seeds = hunt(mutant, call);
        if (!seeds) {
            ++free;
        } else if (*seeds == 0) {
            ++tested;
        } else {
            took.push_back(*seeds);
        }
    }
    std::sort(took.begin(), took.end());
    std::printf(
        "%zu bugs: %zu caught by simulation, half of them by seed %llu; %zu by a directed test; %zu not caught\n",
        took.size() + tested + free, took.size(),
        took.empty() ? 0ULL : static_cast<unsigned long long>(took[took.size() / 2]), tested, free);
    return free == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    Call call;
    CLI::App app{"Plants one bug after the other and runs simulations until the checker notices.", "mutants"};
    app.add_option("--bug", call.bug, "This one only; else all")->type_name("NAME");
    app.add_option("--in", call.where, "Hunt from seed 1 in this mix or partition of simulate, or \"everywhere\"")
        ->type_name("NAME");
    app.add_flag("--search", call.search, "From seed 1 on, not from the one that is known to show it");
    app.add_option("--seeds", call.seeds, "At most so many")
        ->check(CLI::Range(1, 1'000'000'000))
        ->capture_default_str();
    app.add_option("--jobs", call.jobs, "On so many threads")->check(CLI::Range(1, 256))->capture_default_str();
    app.footer("Exit status: 0 all were caught, 1 one was not, 2 a bad call.");
    try {
        app.parse(argc, argv);
        if (!call.bug.empty() && mutants::mutant_named(call.bug) == nullptr) {
            throw CLI::ValidationError{"--bug", "no bug is called \"" + call.bug + "\""};
        }
        if (!call.where.empty() && call.where != "everywhere" && !mutants::hunting_ground(call.where)) {
            throw CLI::ValidationError{"--in", "simulate knows nothing called \"" + call.where + "\""};
        }
    } catch (const CLI::CallForHelp&) {
        std::cout << app.help();
        return 0;
    } catch (const CLI::ParseError& error) {
        std::cerr << "mutants: " << error.what() << "; --help says how it is called\n";
        return 2;
    }
    return run(call);
}
