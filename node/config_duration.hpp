// Durations as people write them: "50ms", "2s". A whole number and one unit.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "node/config_mistake.hpp"
#include "protocol/time.hpp"

namespace bellwether::node {

// Units: ns, us, ms, s, m, h. Never negative, never more than a protocol::Duration holds.
[[nodiscard]] std::variant<protocol::Duration, Refusal> parse_duration(std::string_view text);

// In the largest unit that leaves it whole; parse_duration() reads it back.
[[nodiscard]] std::string to_text(protocol::Duration duration);

// The unit of to_text().
[[nodiscard]] std::string_view unit_of(protocol::Duration duration);

}  // namespace bellwether::node
