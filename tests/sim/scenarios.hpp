// Partial partitions that the literature names, each with random phases and numbers: a leader within 4 D, and no
// change afterwards.
#pragma once

#include <string_view>
#include <vector>

#include "tests/sim/plan.hpp"

namespace bellwether::sim {

struct NamedScenario {
    std::string_view name;
    std::string_view what;
    // The links that are cut: both ways, or from the first to the second only.
    struct Cut {
        std::uint16_t a;
        std::uint16_t b;
        bool one_way = false;
    };
    std::uint16_t nodes;
    std::vector<Cut> cuts;
    bool steady;  // The leader keeps its quorum, so nothing may change at all.
};
[[nodiscard]] const std::vector<NamedScenario>& all_scenarios();
[[nodiscard]] const NamedScenario* scenario_named(std::string_view name);

[[nodiscard]] Plan plan_scenario(const Options& options);

}  // namespace bellwether::sim
