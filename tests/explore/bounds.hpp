// What may happen in an explored mesh, and how often: everything within these bounds is tried, nothing beyond them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace bellwether::explore {

// What goes wrong, or is asked for, along one history. Order, and time that passes, cost nothing.
enum class Fault : std::uint8_t {
    crash,      // A process ends at any point of a step's aftermath, its unfinished write done or lost.
    drop,       // A message is lost.
    duplicate,  // A message arrives, and once more later.
    delay,      // A message takes one grain of time longer; of heartbeats a newer one replaces it, as on the wire.
    slow_write,  // A write takes one grain longer.
    nap,        // A process does nothing for one grain; what comes in waits.
    cut,        // A node is cut off from all others until it is mended, which is free.
    wipe,       // A node that is down comes back with an empty disk.
    stepdown,   // Somebody asks the leader to step down.
    reorder,    // What comes to a node within one grain is not taken in the usual order: letters by their age and
                // sender, then the write that is done, then the timer.
};
inline constexpr std::size_t fault_count = 10;
inline constexpr std::uint8_t any_number = 255;
[[nodiscard]] std::string_view to_string(Fault fault);  // "crash"
[[nodiscard]] std::string_view plural(Fault fault);     // "crashes"

using Counts = std::array<std::uint8_t, fault_count>;
[[nodiscard]] constexpr std::uint8_t& of(Counts& counts, Fault fault) {
    return counts[static_cast<std::size_t>(fault)];
}
[[nodiscard]] constexpr std::uint8_t of(const Counts& counts, Fault fault) {
    return counts[static_cast<std::size_t>(fault)];
}

[[nodiscard]] constexpr Counts none_but_any_order() {
    Counts counts{};
    of(counts, Fault::reorder) = any_number;
    return counts;
}

enum class Start : std::uint8_t {
    led,        // The best-ranked node has led for so long that its time in office plays no part.
    cold,       // All processes start at once; the disks are of an earlier life in which nobody voted.
    first_boot, // The same with disks that were just created.
};

// What is broken on purpose, outside of the protocol: an exploration that misses these proves nothing.
enum class Flaw : std::uint8_t {
    none,
    forgetful_disk,  // It says that a write is done; a crash shows that it was not.
    twins,           // Two processes with the id, the incarnation and a copy of the disk of node 2.
    slow_clock,      // The clock of the best-ranked node runs at half the rate.
    no_quarantine,   // A process that starts believes that its quarantine is over.
};

struct Bounds {
    std::size_t nodes = 3;
    std::vector<std::uint16_t> priorities{};  // By id from 1 on; of those not named 10 * id.
    Counts most = none_but_any_order();  // Of each fault.
    unsigned faults = any_number;        // Of all together, reorders apart.
    unsigned terms = 3;     // The highest term that is followed, counted from the start.
    unsigned grains = 0;    // Of time, after which no history is followed; 0: time has no bound.
    Start start = Start::led;
    Flaw flaw = Flaw::none;

    // All in grains of time. A message takes one of them, so a lease must be longer than a heartbeat interval and three
    // grains, or nobody leads.
    unsigned heartbeat = 2;
    unsigned lease = 7;
    unsigned campaign_timeout = 3;
    unsigned preempt_delay = 4;
    std::uint32_t clock_drift_ppm = 10'000;
    std::vector<std::int64_t> fast_ppm{};  // By node from 1 on: its clock runs faster by this; 0 where not named.
};

}  // namespace bellwether::explore
