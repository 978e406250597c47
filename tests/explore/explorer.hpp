// Tries all that can happen within the bounds, each state once. Depth first: the way to the present state is all that
// is kept as a whole, of the states behind it only a fingerprint.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "protocol/trace.hpp"
#include "tests/explore/bounds.hpp"
#include "tests/explore/moves.hpp"

namespace bellwether::explore {

enum class Outcome : std::uint8_t {
    finished,  // Every state within the bounds was visited, and all is well.
    violated,
    full,  // As many states as were allowed, and there are more.
};
[[nodiscard]] std::string_view to_string(Outcome outcome);

struct Report {
    Outcome outcome{};
    std::uint64_t states{};
    std::uint64_t transitions{};
    std::uint64_t beyond_terms{};  // States that were checked, and not followed because of their term,
    std::uint64_t beyond_time{};   // or because of their time.
    std::size_t deepest{};         // The longest history in moves.
    std::size_t bytes{};           // Of the table of states.
    double seconds{};
    std::array<std::uint64_t, protocol::rule_count> decided{};  // How often each rule did, in all transitions.
    std::vector<std::string> breaches{};  // Of the first violation,
    std::vector<Move> history{};          // and how it came to that.
};

using Progress = std::function<void(const Report& so_far, std::size_t depth)>;

[[nodiscard]] Report explore(const Bounds& bounds, std::uint64_t most_states, const Progress& progress = {});

// A violation again, with as few faults as there can be.
[[nodiscard]] Report simplest(const Bounds& bounds, const Report& violation, std::uint64_t most_states);

// A history as its nodes tell it: what went wrong, what they decided, and what was broken in the end.
[[nodiscard]] std::string story(const Bounds& bounds, const Report& violation);

}  // namespace bellwether::explore
