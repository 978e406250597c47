#include "protocol/params.hpp"

#include <algorithm>

#include "protocol/planted.hpp"

namespace bellwether::protocol {

Duration Params::counted_lease() const {
    constexpr std::int64_t million = 1'000'000;
    // Split so that 60 s in nanoseconds times a million does not overflow.
    const std::int64_t lost = lease.count() / million * 2 * clock_drift_ppm +
                              (lease.count() % million * 2 * clock_drift_ppm + million - 1) / million;
    return planted(Bug::counts_the_whole_promise) ? lease : lease - Duration{lost};
}

std::vector<std::string> Params::validate() const {
    std::vector<std::string> broken;
    const auto rule = [&](bool holds, const char* sentence) {
        if (!holds) {
            broken.emplace_back(sentence);
        }
    };
    rule(heartbeat >= 1ms, "heartbeat must be at least 1ms");
    rule(lease >= 4 * heartbeat, "lease must be at least 4 heartbeats");
    rule(lease <= max_lease, "lease must be at most 60s");
    rule(campaign_timeout >= heartbeat && campaign_timeout <= lease,
         "campaign_timeout must be from one heartbeat to one lease");
    rule(clock_drift_ppm <= 100'000, "clock_drift_ppm must be at most 100000 (10 %)");
    return broken;
}

Duration default_campaign_timeout(Duration heartbeat, Duration lease) {
    return std::max(heartbeat, std::min<Duration>(50ms, lease / 2));
}

}  // namespace bellwether::protocol
