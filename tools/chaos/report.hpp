// What a history says of the mesh: how often the leader changed, for how long there was none, whether two were ever
// believed at once, whether tokens only grew.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "protocol/time.hpp"
#include "protocol/types.hpp"
#include "tools/chaos/history.hpp"

namespace bellwether::chaos {

// From the last instant at which somebody could believe in the old leader to the first announcement of the new one.
struct Gap {
    Believed before;
    Believed after;
    protocol::Duration length{};
    bool observer_late{};  // The observer did not run in it: the length says more of this machine than of the mesh.

    // Deadlines lapsed for a while, under one and the same leadership.
    [[nodiscard]] bool is_lapse() const { return before.token == after.token && before.node == after.node; }
};

// A leader was silenced, and another one came.
struct Takeover {
    Mark mark;
    Believed after;
    protocol::Duration until_leader{};                   // From the mark to the new leader's first announcement.
    std::optional<protocol::Duration> until_first_told;  // ... to the first of another node that names it.
    std::optional<protocol::Duration> until_all_told;    // ... to the last of the other nodes that named it.
    bool observer_late{};
};

struct Overlap {
    Believed first;
    Believed second;
    protocol::Duration length{};
};

// A leadership whose token is not above that of every earlier one.
struct TokenFault {
    Believed believed;
    protocol::Token highest_before{};
};

struct ElectionReport {
    protocol::ElectionName election;
    std::vector<Believed> believed;
    std::size_t changes{};  // Of the leadership: a node that leads again, with a new token, counts.
    std::vector<Gap> gaps;
    std::vector<Takeover> takeovers;
    std::size_t silenced{};        // Blows in all: takeovers, unanswered, and those at nodes that did not lead.
    std::vector<Mark> unanswered;  // A leader was silenced, and none came.
    std::vector<Overlap> overlaps;
    std::vector<TokenFault> token_faults;
};

struct Report {
    std::vector<ElectionReport> elections;  // By name.
    [[nodiscard]] bool is_safe() const;     // Never two leaders, no token went back.
};

[[nodiscard]] Report make_report(const History& history);

struct Spread {
    std::size_t count{};
    protocol::Duration median{};
    protocol::Duration max{};
};
// Nothing of nothing; the median of an even number is the upper one.
[[nodiscard]] std::optional<Spread> spread_of(std::vector<protocol::Duration> lengths);

}  // namespace bellwether::chaos
