// Time as nobody in a mesh knows it: what those measure by who look at all nodes at once. A type of its own, so that
// a node's clock and the world's are never mixed up.
#pragma once

#include "protocol/time.hpp"

namespace bellwether::protocol {

struct WorldClock {
    using rep = Duration::rep;
    using period = Duration::period;
    using duration = Duration;
    using time_point = std::chrono::time_point<WorldClock>;
    static constexpr bool is_steady = true;
};
using TrueTime = WorldClock::time_point;
inline constexpr TrueTime end_of_time = TrueTime::max();
inline constexpr TrueTime before_time = TrueTime::min();

// A node's own clock as it is seen from outside.
class LocalClock {
public:
    LocalClock() = default;
    LocalClock(const LocalClock&) = default;
    LocalClock& operator=(const LocalClock&) = default;
    virtual ~LocalClock() = default;

    // The first true moment at which it shows `time` or later; long ago is before all time.
    [[nodiscard]] virtual TrueTime when(Time time) const = 0;
};

}  // namespace bellwether::protocol
