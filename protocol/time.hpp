// Protocol time: a chrono clock without now(), so that no real clock can slip into the pure core. The daemon fills
// it from CLOCK_BOOTTIME, tests and simulators from wherever they like. Never compared between nodes.
#pragma once

#include <chrono>
#include <cstdint>

namespace bellwether::protocol {

struct ProtocolClock {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = std::chrono::duration<rep, period>;
    using time_point = std::chrono::time_point<ProtocolClock>;
    static constexpr bool is_steady = true;
};

using Duration = ProtocolClock::duration;
using Time = ProtocolClock::time_point;

// Every interval is half-open: a promise holds, a lease is held, while now < until.
// A quarter of the range from its ends, so that adding or taking a duration never overflows.
inline constexpr Time never{Duration::max() / 2};
inline constexpr Time long_ago{Duration::min() / 2};

[[nodiscard]] constexpr Time at_ns(std::uint64_t ns) { return Time{Duration{static_cast<std::int64_t>(ns)}}; }
[[nodiscard]] constexpr std::uint64_t ns_of(Time time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

}  // namespace bellwether::protocol
