// Many seeds, on several threads.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <vector>

#include "tests/sim/outcome.hpp"

namespace bellwether::sim {

struct Failure {
    Options options;
    Violation violation;
};

// How long a run was without a leader that all knew, in leases.
struct Wait {
    double leases{};
    std::uint64_t seed{};
    friend auto operator<=>(const Wait&, const Wait&) = default;
};

// What the runs came to together. Sums do not depend on which thread was first.
struct Totals {
    std::uint64_t seeds = 0;
    std::uint64_t steps = 0;
    std::uint64_t frames = 0;
    std::uint64_t faults = 0;
    std::uint64_t leaderships = 0;
    std::uint64_t busiest_second = 0;  // Messages of one node in it.
    std::uint64_t refused_writes = 0;
    std::uint64_t leader_changes = 0;  // Since the faults stopped, like the next two.
    std::uint64_t terms_grown = 0;
    std::vector<Wait> waits;  // Since then, sorted.
    std::uint64_t hash = 0;
    double simulated_s = 0;
    double wall_s = 0;
    double cpu_s = 0;
    std::vector<Failure> failures;  // By seed.
};

using ProgressOf = std::function<void(const Totals& so_far)>;

// Seeds first...last, both included. `progress` is called now and then, by one thread at a time.
[[nodiscard]] Totals campaign(const Options& options, std::uint64_t first, std::uint64_t last, unsigned jobs,
                              const ProgressOf& progress = {});

}  // namespace bellwether::sim
