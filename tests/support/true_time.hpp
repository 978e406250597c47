// Time as nobody in the mesh knows it: what a test measures by. A type of its own, so that a node's clock and the
// world's are never mixed up.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <utility>

#include "protocol/time.hpp"

namespace bellwether::tests {

using namespace std::chrono_literals;
using protocol::Duration;

struct WorldClock {
    using rep = protocol::Duration::rep;
    using period = protocol::Duration::period;
    using duration = protocol::Duration;
    using time_point = std::chrono::time_point<WorldClock>;
    static constexpr bool is_steady = true;
};
using TrueTime = WorldClock::time_point;
inline constexpr TrueTime end_of_time = TrueTime::max();

// A node's own clock: it shows something else than the true time and may run fast or slow.
class NodeClock {
public:
    NodeClock(TrueTime now, protocol::Time shows, std::int64_t fast_ppm)
        : since_{now}, shows_{shows}, fast_ppm_{fast_ppm} {}

    [[nodiscard]] protocol::Time at(TrueTime now) const { return shows_ + scaled(now - since_); }

    // The first true moment at which this clock shows `time` or later.
    [[nodiscard]] TrueTime when(protocol::Time time) const {
        constexpr Duration far = 24h * 365;
        if (time == protocol::never || time - shows_ > far) {
            return end_of_time;
        }
        const Duration guess{(time - shows_).count() / (million + fast_ppm_) * million +
                             (time - shows_).count() % (million + fast_ppm_) * million / (million + fast_ppm_)};
        TrueTime moment = since_ + guess;
        while (at(moment) < time) {
            moment += 1ns;
        }
        return moment;
    }

    // From now on it runs at another rate; what it shows does not jump.
    void run_fast(TrueTime now, std::int64_t ppm) { *this = NodeClock{now, at(now), ppm}; }
    // It jumps forward, as through a suspend.
    void jump(TrueTime now, Duration by) { *this = NodeClock{now, at(now) + by, fast_ppm_}; }

private:
    static constexpr std::int64_t million = 1'000'000;

    [[nodiscard]] Duration scaled(Duration span) const {
        return span + Duration{span.count() / million * fast_ppm_ + span.count() % million * fast_ppm_ / million};
    }

    TrueTime since_;
    protocol::Time shows_;
    std::int64_t fast_ppm_;
};

// What is going to happen, in the order of true time; what is due at the same moment, in the order it was planned.
class Agenda {
public:
    void plan(TrueTime moment, std::function<void()> what) { entries_.emplace(moment, std::move(what)); }

    [[nodiscard]] TrueTime next() const { return entries_.empty() ? end_of_time : entries_.begin()->first; }

    void run_next() {
        const auto what = std::move(entries_.begin()->second);
        entries_.erase(entries_.begin());
        what();
    }

private:
    std::multimap<TrueTime, std::function<void()>> entries_;
};

}  // namespace bellwether::tests
