// The nodes that a checker is told of.
#pragma once

#include "protocol/types.hpp"

namespace bellwether::tests {

inline constexpr protocol::Instance one{{1}, {100}};
inline constexpr protocol::Instance two{{2}, {200}};
inline constexpr protocol::Instance three{{3}, {300}};

}  // namespace bellwether::tests
