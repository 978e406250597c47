// What is done to the mesh: drawn one by one, each with its beginning and its end.
#include <algorithm>

#include "tests/sim/planner.hpp"

namespace bellwether::sim {

using namespace protocol;

namespace {

bool has(const std::vector<NodeId>& list, NodeId node) {
    return std::find(list.begin(), list.end(), node) != list.end();
}

}  // namespace

void Planner::add(Fault fault) {
    // Only what stays is there after the faults.
    if (fault.at + fault.lasts > quiet_at_ && fault.at < quiet_at_) {
        fault.lasts = quiet_at_ - fault.at;
    }
    plan_.faults.push_back(fault);
}

NodeId Planner::any_node() {
    if (!preferred_.empty() && !dice_.once_in(4)) return dice_.one_of(preferred_);
    return {static_cast<std::uint16_t>(dice_.between(1, nodes_))};
}

NodeId Planner::any_but(NodeId node) {
    if (nodes_ < 2) return node;
    const auto other = static_cast<std::uint16_t>(dice_.between(1, nodes_ - 1));
    return {static_cast<std::uint16_t>(other >= node.value ? other + 1 : other)};
}

// Around what the rules count in: a heartbeat, a lease, the delay of a preemption.
Duration Planner::some_time() {
    switch (dice_.below(6)) {
        case 0: return dice_.between(1ms, 60ms);
        case 1: return dice_.between(200ms, 320ms);
        case 2: return dice_.between(280ms, 310ms);
        case 3: return dice_.between(300ms, 900ms);
        case 4: return dice_.between(1s, 3s);
        default: return dice_.between(60ms, 600ms);
    }
}

// --- What stays broken ---

void Planner::draw_rest() {
    for (std::uint16_t id = 1; id <= nodes_; ++id) {
        plan_.expectation.knowing.push_back({id});
    }
    plan_.expectation.since = quiet_at_;
    plan_.expectation.terms_at_most = 12;
    // Where disks are replaced, enough voters must be there to tell a new one what it may have forgotten (6.4).
    const std::size_t quorum = majority_of(voters_);
    std::size_t most = voters_ - quorum;
    if (replaces_disks_) most = std::min(most, quorum < 2 ? 0 : quorum - 2);
    if (plan_.options.mix == Mix::restored) most = 0;  // All must live on; see add_fault_of_restored().
    if (plan_.first_boot || most == 0 || dice_.once_in(3)) return;
    const std::size_t broken = dice_.between(1, most);
    for (std::size_t tries = 0; rest_.size() < broken && tries < 50; ++tries) {
        const NodeId id{static_cast<std::uint16_t>(dice_.between(1, voters_))};
        if (!has(rest_, id)) rest_.push_back(id);
    }
    // Somebody of the others must be able to lead.
    const auto can_lead = [&](NodeId id) {
        return id.value <= voters_ && !has(rest_, id) && plan_.nodes[id.value - 1U].setup.own().priority.value > 0;
    };
    if (std::none_of(plan_.expectation.knowing.begin(), plan_.expectation.knowing.end(), can_lead)) {
        rest_.clear();
    }
    std::erase_if(plan_.expectation.knowing, [&](NodeId id) { return has(rest_, id); });
}

void Planner::draw_staying_faults() {
    for (const NodeId node : rest_) {
        disturb_for_good(node, quiet_at_, plan_.end);
        plan_.expectation.steady_after = plan_.expectation.steady_after.value_or(Duration{}) + 2s;
        plan_.expectation.leader_within += 2s;
    }
    if (!plan_.expectation.steady_after) plan_.expectation.steady_after = Duration{};
}

// It is never well for as long as preempt_delay, and away for longer than a lease.
void Planner::disturb_for_good(NodeId node, TrueTime from, TrueTime until) {
    Fault fault;
    fault.at = from;
    fault.lasts = until - from;
    fault.a = node;
    fault.amount = dice_.between(1250ms, 1500ms);
    const Duration preempt_delay = plan_.nodes.front().setup.elections.front().second.preempt_delay;
    fault.period = fault.amount + dice_.between(1ms, preempt_delay * 97 / 100);
    switch (dice_.below(8)) {
        case 0: fault.kind = FaultKind::kill; break;
        case 1: fault.kind = FaultKind::pause; break;
        case 2: fault.kind = FaultKind::isolate; break;
        case 3: fault.kind = FaultKind::crash_loop; break;
        case 4: fault.kind = FaultKind::flap; break;
        case 5: fault.kind = FaultKind::flap_node; break;
        case 6:  // It hears all, and nobody hears it.
        case 7:  // Or the other way round.
            for (std::uint16_t id = 1; id <= nodes_; ++id) {
                Fault one = fault;
                one.kind = FaultKind::cut;
                one.a = dice_.once_in(2) ? node : NodeId{id};
                one.b = one.a == node ? NodeId{id} : node;
                if (id != node.value) plan_.faults.push_back(one);
            }
            return;
        default: break;
    }
    plan_.faults.push_back(fault);
}

// The best of the others leads from the start, and nothing that the minority goes through may change that.
void Planner::draw_minority() {
    plan_.expects_at_once = true;
    const std::size_t broken = dice_.between(1, voters_ - majority_of(voters_));
    while (rest_.size() < broken) {
        const NodeId id{static_cast<std::uint16_t>(dice_.between(1, voters_))};
        if (!has(rest_, id)) rest_.push_back(id);
    }
    for (NodePlan& node : plan_.nodes) {
        node.starts_after = has(rest_, node.setup.self) ? 2s : 0s;
        node.write_latency = std::min<Duration>(node.write_latency, 5ms);
        node.setup.elections.front().second.preempt = true;
        for (auto& [name, settings] : node.setup.elections) settings.preempt = true;
        if (!has(rest_, node.setup.self)) plan_.expectation.knowing.push_back(node.setup.self);
    }
    quiet_at_ = TrueTime{} + 1900ms;
    plan_.expectation.since = quiet_at_;
    plan_.expectation.steady_after = Duration{};
    plan_.expectation.leader_within = Duration{};
    for (const NodeId node : rest_) {
        TrueTime from = TrueTime{} + 1950ms;
        while (from < plan_.end) {
            const TrueTime until = std::min(plan_.end, from + dice_.between(2s, 6s));
            disturb_for_good(node, from, until);
            // What comes and goes was well for long enough when it ended.
            const FaultKind last = plan_.faults.back().kind;
            const bool flaps = last == FaultKind::crash_loop || last == FaultKind::flap || last == FaultKind::flap_node;
            from = flaps ? until : until + dice_.between(1ms, 300ms);
        }
    }
}

// --- What comes and is over ---

void Planner::draw_faults() {
    const auto mix = plan_.options.mix;
    if (mix == Mix::restarts || mix == Mix::slow) {
        for (int i = 0; i < 3; ++i) {
            preferred_.push_back({static_cast<std::uint16_t>(dice_.between(1, voters_))});
        }
    }
    if (mix == Mix::restored) preferred_.push_back({static_cast<std::uint16_t>(dice_.between(1, voters_))});
    const Duration span = quiet_at_.time_since_epoch();
    const auto seconds = static_cast<std::uint64_t>(span / 1s) + 1;
    const std::uint64_t most = mix == Mix::links ? 30 * seconds : dice_.once_in(4) ? 8 * seconds : 2 * seconds;
    const std::uint64_t count = dice_.between(1, most);
    for (std::uint64_t i = 0; i < count; ++i) {
        add_random_fault();
    }
}

void Planner::add_random_fault() {
    const auto mix = plan_.options.mix;
    Fault fault;
    fault.at = TrueTime{} + dice_.between(Duration{}, quiet_at_.time_since_epoch() - 10ms);
    fault.lasts = some_time();
    fault.a = any_node();
    fault.b = any_but(fault.a);
    fault.period = dice_.between(50ms, 2s);
    fault.amount = fault.period * static_cast<std::int64_t>(dice_.between(1, 9)) / 10;
    const std::uint64_t kind = dice_.below(100);
    const bool is_focused = !dice_.once_in(3);
    if (mix == Mix::handover && is_focused) return add_command(fault);
    if (mix == Mix::restarts && is_focused) return add_process_fault(fault, dice_.below(3));
    if (mix == Mix::wiped && is_focused) return add_process_fault(fault, dice_.once_in(2) ? 8 : 0);
    if (mix == Mix::slow && is_focused) return add_wire_fault(fault, dice_.between(5, 8));
    if (mix == Mix::clocks && is_focused) return add_clock_fault(fault);
    if (mix == Mix::leases && is_focused) return add_lease_fault(fault);
    if (mix == Mix::restored) return add_fault_of_restored(fault, kind);
    if (mix == Mix::drift) {
        fault.kind = FaultKind::isolate;
        fault.lasts = dice_.between(250ms, 900ms);
        return add(fault);
    }
    if (mix == Mix::links && kind < 90) return add_link_fault(fault, kind);
    if (kind < 30) return add_process_fault(fault, dice_.below(replaces_disks_ ? 10 : 8));
    if (kind < 65) return add_wire_fault(fault, dice_.below(12));
    if (kind < 75) return add_disk_fault(fault, dice_.below(3));
    if (kind < 80) return add_clock_fault(fault);
    if (kind < 95) return add_command(fault);
    fault.kind = FaultKind::replay;
    fault.rate = static_cast<std::int64_t>(dice_.between(1, 100));
    add(fault);
}

void Planner::add_process_fault(Fault fault, std::uint64_t which) {
    fault.power = dice_.once_in(3);
    switch (which) {
        case 0: fault.kind = FaultKind::kill; break;
        case 1: fault.kind = FaultKind::crash_loop; break;
        case 2:
            fault.kind = FaultKind::kill;
            fault.lasts = dice_.between(1ms, 20ms);
            break;
        case 3: fault.kind = FaultKind::pause; break;
        case 4: fault.kind = FaultKind::flap; break;
        case 5: fault.kind = FaultKind::suspend; break;
        case 6:
            fault.kind = FaultKind::subscribe;
            fault.rate = static_cast<std::int64_t>(dice_.below(2));
            break;
        case 7:
            fault.kind = FaultKind::reconfigure;
            fault.rate = static_cast<std::int64_t>(dice_.below(1'000'000));
            break;
        default: fault.kind = FaultKind::wipe; break;
    }
    add(fault);
}

void Planner::add_wire_fault(Fault fault, std::uint64_t which) {
    fault.holds = dice_.once_in(3);
    if (dice_.once_in(4)) {
        fault.heartbeats = dice_.once_in(2);
        fault.votes = !fault.heartbeats;
    }
    switch (which) {
        case 0: fault.kind = FaultKind::cut; break;
        case 1: fault.kind = FaultKind::cut_both; break;
        case 2: fault.kind = FaultKind::isolate; break;
        case 3:
            fault.kind = FaultKind::split;
            fault.mask = static_cast<std::uint32_t>(dice_.next()) & 0x7ffU;
            break;
        case 4: return swizzle(fault.at);
        case 5: fault.kind = FaultKind::flap_link; break;
        case 6:
            fault.kind = FaultKind::slow_link;
            fault.amount = dice_.between(1ms, dice_.once_in(2) ? 60ms : 400ms);
            break;
        case 7:
            fault.kind = FaultKind::lossy_link;
            fault.rate = static_cast<std::int64_t>(dice_.between(100, 5000));
            break;
        case 8: fault.kind = FaultKind::break_link; break;
        case 9: fault.kind = FaultKind::flap_node; break;
        default: fault.kind = FaultKind::cut; break;
    }
    add(fault);
}

// Whoever leads loses its voters one after the other, and others campaign meanwhile.
void Planner::add_link_fault(Fault fault, std::uint64_t which) {
    fault.lasts = dice_.between(150ms, 700ms);
    if (which < 60) {
        fault.kind = which < 40 ? FaultKind::cut : FaultKind::cut_both;
    } else if (which < 80) {
        fault.kind = FaultKind::kill;
        fault.lasts = dice_.between(1ms, 20ms);
        fault.power = dice_.once_in(2);
    } else {
        fault.kind = FaultKind::pause;
    }
    add(fault);
}

// Links are cut one by one and heal in any order.
void Planner::swizzle(TrueTime at) {
    const std::uint64_t links = dice_.between(2, 2 * nodes_);
    for (std::uint64_t i = 0; i < links; ++i) {
        Fault fault;
        fault.at = std::min(at + dice_.between(Duration{}, 400ms), quiet_at_ - 1ms);
        fault.lasts = dice_.between(50ms, 2s);
        fault.a = any_node();
        fault.b = any_but(fault.a);
        fault.kind = dice_.once_in(2) ? FaultKind::cut : FaultKind::cut_both;
        add(fault);
    }
}

void Planner::add_disk_fault(Fault fault, std::uint64_t which) {
    fault.kind = which == 0 ? FaultKind::slow_disk : which == 1 ? FaultKind::stall_disk : FaultKind::fail_disk;
    fault.amount = dice_.once_in(2) ? dice_.between(5ms, 100ms) : dice_.between(100ms, 3s);
    add(fault);
}

void Planner::add_clock_fault(Fault fault) {
    fault.kind = FaultKind::clock_rate;
    fault.rate = static_cast<std::int64_t>(dice_.between(0, 19'800)) - 9'900;
    if (!plan_.clocks_in_bounds) {
        switch (dice_.below(4)) {
            case 0: fault.rate = dice_.once_in(2) ? -500'000 : 1'000'000; break;
            case 1: fault.rate = static_cast<std::int64_t>(dice_.between(0, 200'000)) - 100'000; break;
            case 2:
                fault.kind = FaultKind::clock_jump;
                fault.amount = dice_.between(1ms, 2s);
                break;
            default: fault.kind = FaultKind::clock_stop; break;
        }
    }
    add(fault);
}

void Planner::add_command(Fault fault) {
    static constexpr FaultKind kinds[] = {FaultKind::step_down, FaultKind::step_down, FaultKind::transfer,
                                          FaultKind::transfer,  FaultKind::transfer,  FaultKind::drain,
                                          FaultKind::undrain,   FaultKind::shut_down};
    fault.kind = dice_.one_of(kinds);
    // Nothing that people wished lasts longer than the faults.
    fault.amount = std::min<Duration>(dice_.between(50ms, 2s), quiet_at_ - fault.at);
    if (plan_.options.mix == Mix::restored && fault.kind == FaultKind::shut_down) fault.kind = FaultKind::step_down;
    if (fault.kind == FaultKind::step_down && dice_.once_in(2)) fault.b = nobody;
    add(fault);
}

// Short lives, so that what was promised for long is forgotten soon; and nobody hears the one it was promised to.
void Planner::add_lease_fault(Fault fault) {
    static constexpr FaultKind kinds[] = {FaultKind::kill, FaultKind::kill, FaultKind::reconfigure, FaultKind::isolate,
                                          FaultKind::wipe};
    fault.kind = dice_.one_of(kinds);
    if (fault.kind == FaultKind::wipe && !replaces_disks_) fault.kind = FaultKind::isolate;
    fault.power = dice_.once_in(2);
    fault.lasts = fault.kind == FaultKind::isolate ? dice_.between(100ms, 900ms) : dice_.between(1ms, 20ms);
    add(fault);
}

// One node dies whenever it likes. The others live on, or they could not tell it what it has forgotten: that much is
// promised, and no more.
void Planner::add_fault_of_restored(Fault fault, std::uint64_t which) {
    if (which < 50) {
        fault.a = preferred_.front();
        if (which < 25) return add_process_fault(fault, dice_.below(6));
        fault.kind = FaultKind::restore;
        fault.lasts = dice_.between(1ms, 400ms);
        return add(fault);
    }
    if (which < 75) return add_wire_fault(fault, dice_.below(12));
    if (which < 80) return add_disk_fault(fault, dice_.below(2));
    add_command(fault);
}

}  // namespace bellwether::sim
