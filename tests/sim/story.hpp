// The story of a run on a stream, a line for each decision and each fault.
#pragma once

#include <ostream>

#include "tests/sim/world.hpp"

namespace bellwether::sim {

// With `all` the small print, too.
[[nodiscard]] Teller story_on(std::ostream& out, bool all);

}  // namespace bellwether::sim
