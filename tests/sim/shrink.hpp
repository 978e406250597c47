// A failing run with as few faults as it takes.
#pragma once

#include <cstddef>

#include "tests/sim/outcome.hpp"

namespace bellwether::sim {

// Of a run that violates something: leaves faults out, halves first and single ones at last, while the same invariant
// is still violated. Costs at most `most_runs`.
[[nodiscard]] Options shrunk(const Options& failing, std::size_t most_runs = 400);

}  // namespace bellwether::sim
