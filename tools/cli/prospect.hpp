// Whether a node leads, and whether it may be expected to for a while, by its own status.
#pragma once

#include <string>

#include "protocol/time.hpp"
#include "protocol/types.hpp"
#include "tools/cli/status_reply.hpp"

namespace bellwether::cli {

struct Prospect {
    bool leads{};       // Now, and nothing is known that would end it within the time.
    std::string why{};  // Why not, as a sentence; "" if it does.
};

// Its host may lose power all the same: an expectation is no promise. With a span of 0 only now counts.
[[nodiscard]] Prospect prospect(const Json& status, const protocol::ElectionName& election, protocol::Duration span);

}  // namespace bellwether::cli
