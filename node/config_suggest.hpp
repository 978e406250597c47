// "Did you mean": the word that was probably meant.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bellwether::node {

// How many letters must be typed, left out, replaced or swapped with their neighbour to make one of the other.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of the known words; nothing if none is near enough that a slip of the fingers explains it.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known);

// `did you mean "heartbeat"?`, or, if nothing is near, `known: a, b, c`.
[[nodiscard]] std::string suggestion(std::string_view word, std::span<const std::string_view> known);

}  // namespace bellwether::node
