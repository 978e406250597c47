// The clocks of a virtual mesh, and what is going to happen in it.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <utility>

#include "protocol/true_time.hpp"

namespace bellwether::tests {

using namespace std::chrono_literals;
using protocol::Duration;

using protocol::end_of_time;
using protocol::TrueTime;

// A node's own clock: it shows something else than the true time and may run fast or slow.
class NodeClock final : public protocol::LocalClock {
public:
    NodeClock(TrueTime now, protocol::Time shows, std::int64_t fast_ppm)
        : since_{now}, shows_{shows}, fast_ppm_{fast_ppm} {}

    [[nodiscard]] protocol::Time at(TrueTime now) const { return shows_ + scaled(now - since_); }

    // The first true moment at which this clock shows `time` or later.
    [[nodiscard]] TrueTime when(protocol::Time time) const override {
        constexpr Duration far = 24h * 365;
        if (time == protocol::never || time - shows_ > far) return end_of_time;
        if (time == protocol::long_ago || shows_ - time > far) return protocol::before_time;
        if (fast_ppm_ == -million) return time <= shows_ ? since_ : end_of_time;  // It stands still.
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
