// What is put on disk before a daemon says its first word: who it is in this life, and by which voters it goes.
#pragma once

#include <cstdint>
#include <optional>

#include "protocol/durable.hpp"
#include "protocol/setup.hpp"

namespace bellwether::node {

// Above the last life's, and its last ten bits are dice: two copies of one disk that start in the same microsecond
// are told apart.
[[nodiscard]] protocol::Incarnation next_incarnation(protocol::Incarnation last, std::uint64_t wall_clock_us,
                                                     std::uint64_t dice);
[[nodiscard]] protocol::Incarnation next_incarnation(protocol::Incarnation last);  // With this host's clock and dice.

// The record to be committed, from what the disk has. Throws WrongCall if a voter's disk has another list of voters
// than the file and it was not told to adopt that.
[[nodiscard]] protocol::Durable begin_life(const std::optional<protocol::Durable>& stored, const protocol::Setup& setup,
                                           bool adopt_voters);

// What the state machine is to know of it: an observer's votes of earlier days stay on disk, should it vote again,
// but bind it to nothing.
[[nodiscard]] protocol::Durable known_to_the_machine(const protocol::Durable& record, const protocol::Setup& setup);

}  // namespace bellwether::node
