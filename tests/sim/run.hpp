// The door to the simulator, for programs and tests.
//
//     Outcome outcome = run({.seed = 7, .mix = Mix::handover});
//     if (outcome.violation) ... outcome.violation->number ...
//
// A run shares nothing with another: many may go on at once, on threads of their own.
#pragma once

#include "tests/sim/outcome.hpp"
#include "tests/sim/world.hpp"

namespace bellwether::sim {

[[nodiscard]] Outcome run(const Options& options, const Teller& teller = {});

}  // namespace bellwether::sim
