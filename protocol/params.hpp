// The numbers a mesh is run with, and the limits nobody may exceed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "protocol/time.hpp"
#include "protocol/types.hpp"

namespace bellwether::protocol {

using namespace std::chrono_literals;

struct Params {
    Duration heartbeat = 50ms;          // h: 1 ms...15 s.
    Duration lease = 300ms;             // D: 4 h...60 s; fixed for an incarnation.
    Duration campaign_timeout = 50ms;   // One round of votes, and the stagger between ranks: h...D.
    std::uint32_t clock_drift_ppm = 10'000;  // rho: bound on the rate error of a clock; at most 100,000.

    // D' = floor(D * (1 - 2 rho)): what a leader counts of a promise of D, whatever the two clocks' rates.
    [[nodiscard]] Duration counted_lease() const;

    // So long before the end of what a session was given the processes that it named are killed, to be gone by then.
    [[nodiscard]] Duration kill_margin() const { return std::max<Duration>(10ms, lease / 10); }

    // What nobody waits for is shown after that.
    [[nodiscard]] Duration publish_patience() const { return std::min<Duration>(10ms, heartbeat / 5); }

    // Each broken rule as a sentence; none if the numbers are good.
    [[nodiscard]] std::vector<std::string> validate() const;
};

// The campaign timeout where nobody named one: 50 ms, but within h...D/2.
[[nodiscard]] Duration default_campaign_timeout(Duration heartbeat, Duration lease);

enum class Candidacy : std::uint8_t { node, session };

struct ElectionSettings {
    Candidacy candidate = Candidacy::node;  // node: the host stands by itself; session: while a process asks it to.
    bool preempt = true;
    Duration preempt_delay = 2s;
    Duration handover_timeout = 10s;
};

inline constexpr std::uint16_t max_priority = 1000;
inline constexpr std::size_t max_nodes = 1024;  // In a mesh; also the acks of one heartbeat.
inline constexpr std::size_t max_elections = 1024;  // That one node knows of.
inline constexpr std::size_t max_sessions = 4096;  // Of one host.
inline constexpr std::size_t max_metadata = 1024;  // Bytes of msgpack.
inline constexpr Duration max_lease = 60s;
inline constexpr Duration max_hold = 24h;  // The longest `--for` of a step-down or transfer.
inline constexpr Duration default_hold = 60s;
inline constexpr Duration publish_spacing = 1ms;  // At most one heartbeat in this time.
inline constexpr Duration idle_announcement = 1s;  // How often a node that does not lead repeats what it knows.
inline constexpr Duration forget_after = 1h;  // An election in which nothing happened.
inline constexpr Duration max_handover_backoff = 10min;
inline constexpr unsigned failures_before_cooldown = 3;
inline constexpr Duration heir_asks_again = 10ms;  // A voter that has not heard the letting go yet.

}  // namespace bellwether::protocol
