#include "tests/sim/campaign.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <ctime>
#include <mutex>
#include <thread>

#include "tests/sim/run.hpp"

namespace bellwether::sim {

namespace {

void add(Totals& totals, const Options& options, const Outcome& outcome) {
    ++totals.seeds;
    totals.steps += outcome.steps;
    totals.frames += outcome.frames;
    totals.faults += outcome.faults;
    totals.leaderships += outcome.leaderships;
    totals.busiest_second = std::max(totals.busiest_second, outcome.busiest_second);
    totals.refused_writes += outcome.refused_writes;
    totals.leader_changes += outcome.leader_changes;
    totals.terms_grown += outcome.terms_grown;
    totals.hash ^= outcome.hash * (2 * options.seed + 1);
    totals.simulated_s += static_cast<double>(outcome.simulated.count()) / 1e9;
    if (outcome.leader_after) {
        const auto wait = static_cast<double>(outcome.leader_after->count());
        totals.waits.push_back({wait / static_cast<double>(outcome.lease.count()), options.seed});
    }
    if (outcome.violation) {
        totals.failures.push_back({options, *outcome.violation});
    }
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

Totals campaign(const Options& options, std::uint64_t first, std::uint64_t last, unsigned jobs,
                const ProgressOf& progress) {
    Totals totals;
    std::mutex mutex;
    std::atomic<std::uint64_t> begun{0};  // Counted, as a seed beyond the last may be none.
    const auto begin = std::chrono::steady_clock::now();
    const double cpu_begin = cpu_seconds();
    const auto work = [&] {
        for (std::uint64_t nth = begun++; nth <= last - first; nth = begun++) {
            Options one = options;
            one.seed = first + nth;
            const Outcome outcome = run(one);
            const std::lock_guard lock{mutex};
            add(totals, one, outcome);
            totals.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
            if (progress) progress(totals);
        }
    };
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < jobs; ++i) {
        threads.emplace_back(work);
    }
    work();
    for (std::thread& thread : threads) {
        thread.join();
    }
    totals.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    totals.cpu_s = cpu_seconds() - cpu_begin;
    std::sort(totals.waits.begin(), totals.waits.end());
    std::sort(totals.failures.begin(), totals.failures.end(),
              [](const Failure& a, const Failure& b) { return a.options.seed < b.options.seed; });
    return totals;
}

}  // namespace bellwether::sim
