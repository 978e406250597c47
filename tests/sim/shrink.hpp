// A failing run with as few faults as it takes.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "tests/sim/outcome.hpp"

namespace bellwether::sim {

// Of a run that violates something: leaves faults out, halves first and single ones at last, while the same invariant
// is still violated. Costs at most `most_runs`.
[[nodiscard]] Options shrunk(const Options& failing, std::size_t most_runs = 400);

// The same for any question: the fewest of the faults 0...count-1 found for which `fails` still says yes.
[[nodiscard]] std::vector<std::size_t> fewest(std::vector<std::size_t> faults, std::size_t most_runs,
                                              const std::function<bool(const std::vector<std::size_t>&)>& fails);

}  // namespace bellwether::sim
