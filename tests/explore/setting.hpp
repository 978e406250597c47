// What stays as it is through all of an exploration: who there is, the numbers, the clocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "protocol/setup.hpp"
#include "protocol/true_time.hpp"
#include "tests/explore/bounds.hpp"
#include "tests/support/true_time.hpp"

namespace bellwether::explore {

using protocol::Duration;
using protocol::NodeId;
using protocol::Sent;
using protocol::Time;
using protocol::TrueTime;

// Longer than every limit of the protocol that is not a parameter (1 ms, 10 ms) and as long as the longest of them
// that is not an hour (1 s), so that all that happens falls on whole grains.
inline constexpr Duration grain = std::chrono::seconds{1};

// A process stands at a seat: the seats of nodes 1, 2, ... are 0, 1, ...; a twin has one more.
struct Setting {
    explicit Setting(Bounds given);

    Bounds bounds;
    std::vector<protocol::Setup> setups;       // By seat.
    std::vector<tests::NodeClock> clocks;      // By node.
    Duration old;  // What was sent longer ago than this is younger than nothing that still travels.

    [[nodiscard]] std::size_t seats() const { return setups.size(); }
    [[nodiscard]] static TrueTime moment(std::uint32_t at) { return TrueTime{at * grain}; }
    [[nodiscard]] const tests::NodeClock& clock(NodeId node) const { return clocks[node.value - 1U]; }
    [[nodiscard]] Time local(NodeId node, std::uint32_t at) const { return clock(node).at(moment(at)); }
};

}  // namespace bellwether::explore
