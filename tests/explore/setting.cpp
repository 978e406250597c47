#include "tests/explore/setting.hpp"

#include <string>
#include <utility>

namespace bellwether::explore {

using namespace protocol;

namespace {

Setup setup_of(NodeId self, const Bounds& bounds) {
    Setup setup;
    setup.cluster = "explored";
    setup.self = self;
    setup.params = {.heartbeat = bounds.heartbeat * grain,
                    .lease = bounds.lease * grain,
                    .campaign_timeout = bounds.campaign_timeout * grain,
                    .clock_drift_ppm = bounds.clock_drift_ppm};
    ElectionSettings election;
    election.preempt_delay = bounds.preempt_delay * grain;
    setup.elections.emplace_back(ElectionName{}, election);
    for (std::size_t i = 0; i < bounds.nodes; ++i) {
        const auto id = static_cast<std::uint16_t>(i + 1);
        const bool named = i < bounds.priorities.size();
        Member member;
        member.id = {id};
        member.name = "n" + std::to_string(id);
        member.priority = {named ? bounds.priorities[i] : static_cast<std::uint16_t>(10 * id)};
        setup.members.push_back(std::move(member));
    }
    return setup;
}

}  // namespace

Setting::Setting(Bounds given)
    : bounds{std::move(given)},
      // A promise and its ack, each late by every delay and nap that may happen.
      old{(2 * bounds.lease + bounds.preempt_delay + 4U +
           2U * (of(bounds.most, Fault::delay) + of(bounds.most, Fault::nap) + of(bounds.most, Fault::duplicate))) *
          grain} {
    for (std::size_t i = 0; i < bounds.nodes; ++i) {
        const auto id = static_cast<std::uint16_t>(i + 1);
        const bool is_slow = bounds.flaw == Flaw::slow_clock && id == bounds.nodes;
        const std::int64_t ppm = is_slow ? -500'000 : i < bounds.fast_ppm.size() ? bounds.fast_ppm[i] : 0;
        // Each clock shows something else, so that a comparison between two of them goes wrong.
        clocks.emplace_back(TrueTime{}, Time{std::chrono::hours{1} * (bounds.nodes - i)}, ppm);
        setups.push_back(setup_of({id}, bounds));
    }
    if (bounds.flaw == Flaw::twins) {
        setups.push_back(setup_of({2}, bounds));
    }
}

}  // namespace bellwether::explore
