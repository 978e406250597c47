// A node's metadata as it travels: a msgpack map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "node/config_document.hpp"

namespace bellwether::node {

inline constexpr std::size_t max_metadata_depth = 8;  // Tables and arrays within each other.

// Strings, integers, booleans, tables and arrays of them, at most protocol::max_metadata bytes once encoded. Floats and
// dates are mistakes: the mesh's messages carry none. Keys are sorted, so that equal tables are equal bytes. Empty if
// the table is empty or something was wrong.
[[nodiscard]] std::vector<std::uint8_t> encode_metadata(const Table& table, Place place, Mistakes& mistakes);

}  // namespace bellwether::node
