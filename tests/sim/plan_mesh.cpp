// How large a mesh is, its numbers, its wires.
#include <algorithm>

#include "tests/sim/planner.hpp"
#include "tests/sim/scenarios.hpp"

namespace bellwether::sim {

using namespace protocol;

Plan make_plan(const Options& options) {
    return options.scenario.empty() ? Planner{options}.made() : plan_scenario(options);
}

Planner::Planner(const Options& options)
    : dice_{Random::stream(options.seed, static_cast<std::uint64_t>(options.mix))} {
    plan_.options = options;
    plan_.end = TrueTime{} + options.duration;
    quiet_at_ = TrueTime{} + options.duration * 55 / 100;
    draw_sizes();
    draw_wires();
    draw_mesh();
    if (options.mix == Mix::minority) {
        draw_minority();
    } else {
        draw_rest();
        draw_faults();
        draw_staying_faults();
    }
    if (options.mix == Mix::sessions) draw_sessions();
}

Plan Planner::made() && {
    std::stable_sort(plan_.faults.begin(), plan_.faults.end(),
                     [](const Fault& a, const Fault& b) { return a.at < b.at; });
    for (std::size_t i = 0; i < plan_.faults.size(); ++i) {
        plan_.faults[i].index = i;
    }
    return std::move(plan_);
}

void Planner::draw_sizes() {
    static constexpr unsigned usual[] = {3, 3, 3, 5, 5, 4, 7, 2, 1, 6, 8, 9};
    const Options& options = plan_.options;
    unsigned voters = dice_.one_of(usual);
    if (options.mix == Mix::two) voters = dice_.once_in(3) ? 1 : 2;
    if (options.mix == Mix::slow) voters = static_cast<unsigned>(dice_.between(2, 5));
    if (options.mix == Mix::restarts) voters = static_cast<unsigned>(dice_.between(3, 5));
    if (options.mix == Mix::wiped) voters = static_cast<unsigned>(dice_.between(2, 5));
    if (options.mix == Mix::restored) voters = static_cast<unsigned>(dice_.between(2, 5));
    if (options.mix == Mix::drift || options.mix == Mix::leases) voters = static_cast<unsigned>(dice_.between(3, 5));
    if (options.mix == Mix::links && dice_.once_in(2)) voters = static_cast<unsigned>(dice_.between(4, 5));
    if (options.mix == Mix::handover) voters = static_cast<unsigned>(dice_.between(2, 5));
    if (options.mix == Mix::minority) voters = static_cast<unsigned>(dice_.between(3, 7));
    if (options.voters != 0) voters = options.voters;
    unsigned observers = dice_.once_in(3) ? static_cast<unsigned>(dice_.between(1, 2)) : 0;
    if (options.nodes != 0) {
        voters = options.voters != 0 ? std::min(voters, options.nodes) : options.nodes;
        observers = options.nodes - voters;
    }
    voters_ = voters;
    nodes_ = voters + observers;
    distinct_priorities_ = options.mix == Mix::minority || dice_.once_in(2);
    plan_.first_boot = options.mix == Mix::boot || (options.mix == Mix::general && dice_.once_in(12));
    replaces_disks_ =
        options.mix == Mix::wiped || (options.mix != Mix::minority && options.mix != Mix::restored && dice_.once_in(3));
    plan_.clocks_in_bounds = options.mix != Mix::clocks;
}

Params Planner::draw_params() {
    Params params;
    if (dice_.once_in(3)) {
        params.heartbeat = dice_.between(20ms, 60ms);
        params.lease = std::max(4 * params.heartbeat, dice_.between(150ms, 500ms));
        params.campaign_timeout = std::clamp<Duration>(dice_.between(20ms, 100ms), plan_.least_timeout(), params.lease);
        params.campaign_timeout = std::max(params.campaign_timeout, params.heartbeat);
    }
    return params;
}

void Planner::draw_mesh() {
    const Params params = draw_params();
    ElectionSettings election;
    election.preempt = !dice_.once_in(4);
    election.preempt_delay = plan_.options.mix == Mix::minority ? 2s : dice_.between(200ms, 2s);
    for (std::uint16_t id = 1; id <= nodes_; ++id) {
        draw_node({id}, params, election);
    }
    // The same members in each file, and every file its own priority in it.
    std::vector<Member> members;
    for (const NodePlan& node : plan_.nodes) {
        members.push_back(node.setup.members.front());
    }
    for (NodePlan& node : plan_.nodes) {
        node.setup.members = members;
    }
}

void Planner::draw_node(NodeId id, const Params& params, const ElectionSettings& election) {
    NodePlan& node = plan_.nodes.emplace_back();
    node.setup.cluster = "simulated";
    node.setup.self = id;
    node.setup.params = params;
    const Mix mix = plan_.options.mix;
    if (mix == Mix::leases || (mix == Mix::general && dice_.once_in(8))) {
        node.setup.params.lease = std::max(4 * params.heartbeat, dice_.between(200ms, 600ms));
    }
    node.setup.elections.emplace_back(ElectionName{}, election);
    if (plan_.options.seed % 4 == 3) {
        node.setup.elections.emplace_back(ElectionName::parse("scheduler").value(), election);
    }
    if (plan_.options.seed % 8 == 7) {
        node.setup.elections.emplace_back(ElectionName::parse("backup").value(), election);
    }
    std::sort(node.setup.elections.begin(), node.setup.elections.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    Member member;
    member.id = id;
    member.name = "n" + std::to_string(id.value);
    member.voter = id.value <= voters_;
    member.priority = {static_cast<std::uint16_t>(distinct_priorities_ ? 10 * id.value : dice_.between(1, 3))};
    const bool may_be_witness = plan_.options.mix != Mix::minority && voters_ > 2 && id.value > 1;
    if (may_be_witness && dice_.once_in(10)) {
        member.priority = {0};
    }
    if (dice_.once_in(6)) {
        member.metadata = {0x81, 0xa1, 'n', static_cast<std::uint8_t>(id.value)};
    }
    node.setup.members = {member};
    // Each clock shows something else, so that a comparison between two of them goes wrong.
    node.clock_shows = Time{dice_.between(1h, 1000h)};
    node.clock_ppm = static_cast<std::int64_t>(dice_.between(0, 19'800)) - 9'900;
    node.starts_after = dice_.once_in(3) ? dice_.between(0ms, 2s) : dice_.between(0ms, 5ms);
    node.write_latency = dice_.once_in(8) ? dice_.between(10ms, 60ms) : dice_.between(200us, 4ms);
    node.tardiness = dice_.once_in(4) ? dice_.between(0ms, 4ms) : 50us;
    if ((mix == Mix::links || mix == Mix::leases) && dice_.once_in(2)) node.write_latency = dice_.between(10ms, 90ms);
    if (mix == Mix::drift) {
        node.clock_ppm = dice_.once_in(2) ? 9'900 : -9'900;
        node.write_latency = dice_.between(100us, 500us);
        node.tardiness = 50us;
    }
    node.has_subscriber = dice_.once_in(2);
    node.keeps_all_heartbeats = dice_.once_in(2);
}

void Planner::draw_wires() {
    Wires& wires = plan_.wires;
    wires.delay = dice_.once_in(4) ? dice_.between(1ms, 8ms) : dice_.between(50us, 500us);
    wires.jitter = dice_.once_in(3) ? dice_.between(1ms, 6ms) : dice_.between(0us, 300us);
    if (plan_.options.mix == Mix::minority) {
        wires.delay = dice_.between(50us, 2ms);
        wires.jitter = dice_.between(0us, 2ms);
        return;
    }
    if (plan_.options.mix == Mix::drift) {
        wires.delay = dice_.between(50us, 150us);
        wires.jitter = dice_.between(0us, 50us);
        return;
    }
    if (dice_.once_in(2)) {
        wires.loss = dice_.below(dice_.once_in(4) ? 3000 : 300);
        wires.doubled = dice_.below(1000);
        wires.stalled = dice_.below(200);
        wires.heartbeats_lost = dice_.below(300);
    }
}

}  // namespace bellwether::sim
