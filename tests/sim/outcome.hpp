// What a run came to. Two runs of the same options have the same hash.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocol/true_time.hpp"
#include "tests/sim/options.hpp"

namespace bellwether::sim {

struct Violation {
    std::string number;  // Of the invariant: "S2".
    std::string what;
    Duration at{};  // Since the start.
};

struct Outcome {
    std::optional<Violation> violation;  // The first: the run ends there.
    std::uint64_t hash = 0;              // Of everything that was said and decided.
    Duration simulated{};
    std::uint64_t steps = 0;
    std::uint64_t frames = 0;
    std::size_t faults = 0;  // Of the plan.
    std::uint64_t leaderships = 0;
    std::uint64_t busiest_second = 0;  // Messages of one node in it.
    std::uint64_t refused_writes = 0;  // Of processes that acted for a leader of the past.
    // Since the faults stopped:
    std::uint64_t leader_changes = 0;
    std::uint64_t terms_grown = 0;
    std::optional<Duration> leader_after;
    Duration lease{};  // What to compare that with: the longest D of the mesh.
};

}  // namespace bellwether::sim
