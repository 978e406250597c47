#include "tests/sim/scenarios.hpp"

#include <algorithm>

#include "tests/sim/random.hpp"

namespace bellwether::sim {

using namespace protocol;

// The best-ranked node has the highest id, and leads before anything is cut.
const std::vector<NamedScenario>& all_scenarios() {
    static const std::vector<NamedScenario> scenarios{
        {"quorum-loss",
         "Omni-Paxos: every node is linked to node 3 alone, and 5 leads",
         5,
         {{1, 2}, {1, 4}, {1, 5}, {2, 4}, {2, 5}, {4, 5}},
         false},
        {"constrained",
         "Omni-Paxos: the leader is cut off, and only node 1 is linked to a majority",
         5,
         {{5, 1}, {5, 2}, {5, 3}, {5, 4}, {2, 3}, {2, 4}, {3, 4}},
         false},
        {"chained", "Omni-Paxos: 1 - 2 - 3, and an end leads", 3, {{1, 3}}, true},
        {"cloudflare",
         "November 2020, with five servers: a switch cuts the leader from two, and those two from each other",
         5,
         {{5, 1}, {5, 2}, {1, 2}},
         true},
        {"cloudflare-minority",
         "The same with the leader on the wrong side: it keeps one of the others",
         5,
         {{5, 1}, {5, 2}, {5, 3}},
         false},
        {"bridge", "Two and two, and only node 3 hears all", 5, {{1, 4}, {1, 5}, {2, 4}, {2, 5}}, true},
        {"one-way",
         "The leader is heard and hears nobody",
         5,
         {{1, 5, true}, {2, 5, true}, {3, 5, true}, {4, 5, true}},
         false},
        {"one-way-deaf",
         "Nobody hears the leader, which hears all",
         5,
         {{5, 1, true}, {5, 2, true}, {5, 3, true}, {5, 4, true}},
         false},
        {"follower-cut", "The leader and one follower do not hear each other", 5, {{5, 1}}, true},
        {"follower-cut-three", "The same with three nodes", 3, {{3, 1}}, true},
    };
    return scenarios;
}

const NamedScenario* scenario_named(std::string_view name) {
    for (const NamedScenario& scenario : all_scenarios()) {
        if (scenario.name == name) return &scenario;
    }
    return nullptr;
}

Plan plan_scenario(const Options& options) {
    const NamedScenario& scenario = *scenario_named(options.scenario);
    Random dice = Random::stream(options.seed, 77);
    Plan plan;
    plan.options = options;
    plan.end = TrueTime{} + options.duration;
    plan.expects_at_once = true;
    plan.wires.delay = dice.between(50us, 3ms);
    plan.wires.jitter = dice.between(0us, 2ms);
    Params params;
    for (std::uint16_t id = 1; id <= scenario.nodes; ++id) {
        NodePlan node;
        node.setup.cluster = "simulated";
        node.setup.self = {id};
        node.setup.params = params;
        node.setup.elections.emplace_back(ElectionName{}, ElectionSettings{});
        node.clock_shows = Time{dice.between(1h, 1000h)};
        node.clock_ppm = static_cast<std::int64_t>(dice.between(0, 19'800)) - 9'900;
        node.starts_after = dice.between(0ms, 20ms);
        node.write_latency = dice.between(200us, 8ms);
        node.tardiness = dice.between(0us, 500us);
        node.has_subscriber = dice.once_in(2);
        plan.nodes.push_back(std::move(node));
    }
    for (NodePlan& node : plan.nodes) {
        for (std::uint16_t id = 1; id <= scenario.nodes; ++id) {
            Member member;
            member.id = {id};
            member.name = "n" + std::to_string(id);
            member.priority = {static_cast<std::uint16_t>(10 * id)};
            node.setup.members.push_back(std::move(member));
        }
    }
    const TrueTime when = TrueTime{} + dice.between(4s, 4500ms);
    for (const auto& [a, b, one_way] : scenario.cuts) {
        Fault fault;
        fault.index = plan.faults.size();
        fault.kind = one_way ? FaultKind::cut : FaultKind::cut_both;
        fault.at = when;
        fault.lasts = plan.end - when;
        fault.a = {a};
        fault.b = {b};
        plan.faults.push_back(fault);
    }
    plan.expectation.since = when;
    plan.expectation.leader_within = scenario.steady ? Duration{} : 4 * params.lease;
    plan.expectation.steady_after = plan.expectation.leader_within;
    plan.expectation.terms_at_most = scenario.steady ? 0 : 2;
    return plan;
}

}  // namespace bellwether::sim
