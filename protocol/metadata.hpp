// What a leader says of itself, its API's address, say: a msgpack map that travels as bytes and is handed on as it is.
#pragma once

#include <cstddef>
#include <span>

namespace bellwether::protocol {

inline constexpr std::size_t max_metadata_depth = 8;

// Nothing at all, or one msgpack map with text for keys at every level, no float in it, not deeper than
// max_metadata_depth and not longer than max_metadata bytes.
[[nodiscard]] bool is_metadata(std::span<const std::byte> bytes);

}  // namespace bellwether::protocol
