// What must be on disk, and nothing else. docs/protocol.md, "Durable".
#pragma once

#include <cstdint>
#include <vector>

#include "protocol/quorum.hpp"
#include "protocol/time.hpp"
#include "protocol/types.hpp"

namespace bellwether::protocol {

// Of what is on disk: a daemon refuses the state that a newer one wrote.
inline constexpr std::int64_t state_version = 1;

struct ElectionRecord {
    ElectionName name{};
    Term term{};
    Instance vote{};  // Nobody: the vote of this term is spent without a name.
    friend bool operator==(const ElectionRecord&, const ElectionRecord&) = default;
};

// The whole durable state of a node. It is small, so a write is always of all of it, and a newer one makes every
// older one needless; a store may write only what differs from the last.
struct Durable {
    Incarnation incarnation{};
    Membership membership{};
    Duration largest_promise{};  // The largest D of a promise that may still run, own D included.
    Term floor{};                // The highest term of any election this node has forgotten.
    bool new_state{};            // Created here or found to be a copy: it may have forgotten votes.
    std::vector<ElectionRecord> elections{};  // Sorted by name.
    friend bool operator==(const Durable&, const Durable&) = default;
};

}  // namespace bellwether::protocol
