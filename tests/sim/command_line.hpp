// What the program `simulate` does, apart from its streams.
#pragma once

#include <ostream>

namespace bellwether::sim {

// 0: no violation; 1: a violation; 2: a bad call.
[[nodiscard]] int simulate(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace bellwether::sim
