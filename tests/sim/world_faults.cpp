// What is done to the mesh, and when it is over.
#include <algorithm>
#include <utility>

#include "tests/sim/world.hpp"

namespace bellwether::sim {

using namespace protocol;

namespace {

bool comes_and_goes(FaultKind kind) {
    return kind == FaultKind::crash_loop || kind == FaultKind::flap || kind == FaultKind::flap_link ||
           kind == FaultKind::flap_node;
}

}  // namespace

void World::begin(const Fault& fault) {
    tell(nobody, "fault " + words(fault));
    inflict(fault);
    if (comes_and_goes(fault.kind)) {
        calendar_.plan(now_ + fault.amount,
                       {.what = Entry::What::fault_ticks, .number = static_cast<std::uint32_t>(fault.index)});
    }
}

void World::tick(const Fault& fault) {
    if (now_ >= fault.end()) return;
    const bool was_on = is_on_[fault.index];
    was_on ? lift(fault) : inflict(fault);
    calendar_.plan(now_ + (was_on ? fault.period - fault.amount : fault.amount),
                   {.what = Entry::What::fault_ticks, .number = static_cast<std::uint32_t>(fault.index)});
}

void World::end(const Fault& fault) {
    if (!is_on_[fault.index]) return;
    lift(fault);
    tell(nobody, "over " + words(fault));
}

void World::inflict(const Fault& fault) {
    is_on_[fault.index] = true;
    switch (fault.kind) {
        case FaultKind::kill:
        case FaultKind::crash_loop:
        case FaultKind::wipe:
        case FaultKind::restore:
        case FaultKind::reconfigure:
        case FaultKind::pause:
        case FaultKind::flap:
        case FaultKind::suspend:
        case FaultKind::clock_stop: return touch_process(fault);
        case FaultKind::cut:
        case FaultKind::cut_both:
        case FaultKind::isolate:
        case FaultKind::split:
        case FaultKind::flap_link:
        case FaultKind::flap_node: return touch_wires(fault, true);
        case FaultKind::slow_link:
            network_.slow_down(fault.a, fault.b, fault.amount);
            return network_.slow_down(fault.b, fault.a, fault.amount);
        case FaultKind::lossy_link:
            network_.lose(fault.a, fault.b, fault.rate);
            return network_.lose(fault.b, fault.a, fault.rate);
        case FaultKind::break_link: return break_connections(fault.a, fault.b);
        case FaultKind::slow_disk:
        case FaultKind::stall_disk:
        case FaultKind::fail_disk: return touch_disk(fault, true);
        case FaultKind::clock_rate:
        case FaultKind::clock_jump: return touch_clock(fault);
        case FaultKind::subscribe: daemon(fault.a).has_subscriber = fault.rate != 0; return;
        case FaultKind::step_down:
        case FaultKind::transfer:
        case FaultKind::drain:
        case FaultKind::undrain:
        case FaultKind::shut_down: return command(fault);
        case FaultKind::replay: return replay(fault);
    }
}

void World::lift(const Fault& fault) {
    is_on_[fault.index] = false;
    Daemon& daemon = this->daemon(fault.a == nobody ? NodeId{1} : fault.a);
    switch (fault.kind) {
        case FaultKind::kill:
        case FaultKind::crash_loop:
        case FaultKind::wipe:
        case FaultKind::restore:
        case FaultKind::reconfigure: --daemon.downs; return boot(daemon);
        case FaultKind::pause:
        case FaultKind::flap: return go_on(daemon);
        case FaultKind::clock_stop:
            daemon.clock.run_fast(now_, 0);
            invariants_.clock_changed(daemon.id(), daemon.clock);
            return go_on(daemon);
        case FaultKind::suspend:
            for (const Daemon& other : daemons_) {
                if (other.id() != daemon.id()) break_connections(daemon.id(), other.id());
            }
            return go_on(daemon);
        case FaultKind::cut:
        case FaultKind::cut_both:
        case FaultKind::isolate:
        case FaultKind::split:
        case FaultKind::flap_link:
        case FaultKind::flap_node: return touch_wires(fault, false);
        case FaultKind::slow_link:
            network_.slow_down(fault.a, fault.b, -fault.amount);
            return network_.slow_down(fault.b, fault.a, -fault.amount);
        case FaultKind::lossy_link:
            network_.lose(fault.a, fault.b, -fault.rate);
            return network_.lose(fault.b, fault.a, -fault.rate);
        case FaultKind::slow_disk:
        case FaultKind::stall_disk:
        case FaultKind::fail_disk: return touch_disk(fault, false);
        case FaultKind::subscribe: daemon.has_subscriber = fault.rate == 0; return;
        case FaultKind::shut_down:
            end_process(daemon, true);  // Whoever waits for it loses patience.
            return boot(daemon);
        case FaultKind::break_link:
        case FaultKind::clock_rate:
        case FaultKind::clock_jump:
        case FaultKind::step_down:
        case FaultKind::transfer:
        case FaultKind::drain:
        case FaultKind::undrain:
        case FaultKind::replay: return;
    }
}

// --- Wires ---

void World::cut(const Fault& fault, NodeId from, NodeId to, bool cut) {
    for (const Channel channel : both_channels) {
        if (!(channel == Channel::heartbeats ? fault.heartbeats : fault.votes)) continue;
        if (cut) {
            network_.cut(from, to, channel, fault.holds);
        } else {
            network_.mend(now_, from, to, channel);
        }
    }
}

void World::touch_wires(const Fault& fault, bool is_cut) {
    const auto is_meant = [&](NodeId from, NodeId to) {
        switch (fault.kind) {
            case FaultKind::cut: return from == fault.a && to == fault.b;
            case FaultKind::cut_both:
            case FaultKind::flap_link: return (from == fault.a && to == fault.b) || (from == fault.b && to == fault.a);
            case FaultKind::split: return (((fault.mask >> from.value) ^ (fault.mask >> to.value)) & 1U) != 0;
            default: return from == fault.a || to == fault.a;
        }
    };
    for (const Daemon& from : daemons_) {
        for (const Daemon& to : daemons_) {
            if (from.id() != to.id() && is_meant(from.id(), to.id())) {
                cut(fault, from.id(), to.id(), is_cut);
            }
        }
    }
}

void World::break_connections(NodeId one, NodeId other) {
    network_.break_connections(now_, one, other, is_quiet_ ? Duration{2ms} : dice_.between(Duration{}, 100ms));
    for (const auto& [from, at] : {std::pair{one, other}, std::pair{other, one}}) {
        calendar_.plan(now_ + 200us, {.what = Entry::What::link_down, .from = from, .at = at, .life = daemon(at).life});
    }
}

// Frames of the past come again, on the connection they came on or to somebody else.
void World::replay(const Fault& fault) {
    if (remembered_.empty()) return;
    for (std::int64_t i = 0; i < fault.rate; ++i) {
        const Remembered& past = dice_.one_of(remembered_);
        if (past.from == fault.a) continue;
        frames_.hold(past.frame);
        calendar_.plan(now_ + dice_.between(Duration{}, fault.lasts), {.what = Entry::What::replay,
                                                                       .from = past.from,
                                                                       .at = fault.a,
                                                                       .number = past.frame,
                                                                       .votes = !past.is_heartbeat});
    }
}

// --- Processes, disks, clocks ---

void World::touch_process(const Fault& fault) {
    Daemon& daemon = this->daemon(fault.a);
    if (fault.kind == FaultKind::pause || fault.kind == FaultKind::flap || fault.kind == FaultKind::suspend ||
        fault.kind == FaultKind::clock_stop) {
        stand_still(daemon);
        if (fault.kind == FaultKind::clock_stop) {
            daemon.clock.run_fast(now_, -1'000'000);
            invariants_.clock_changed(daemon.id(), daemon.clock);
        }
        return;
    }
    ++daemon.downs;
    end_process(daemon, !fault.power);
    if (fault.kind == FaultKind::wipe) {
        wipe(daemon);
    } else if (fault.kind == FaultKind::restore) {
        restore(daemon);
    } else if (fault.kind == FaultKind::reconfigure) {
        reconfigure(daemon, fault.rate);
    }
}

// Its file has other numbers when it starts again.
void World::reconfigure(Daemon& daemon, std::int64_t what) {
    Random dice{static_cast<std::uint64_t>(what)};
    Params& params = daemon.setup.params;
    params.lease = std::max(4 * params.heartbeat, dice.between(200ms, 600ms));
    const Duration least = std::max(params.heartbeat, plan_.least_timeout());
    params.campaign_timeout = std::clamp(dice.between(20ms, 120ms), least, params.lease);
    for (Member& member : daemon.setup.members) {
        if (member.id == daemon.id() && member.priority.value > 0) {
            member.priority = {static_cast<std::uint16_t>(dice.between(1, 50))};
        }
    }
}

void World::touch_disk(const Fault& fault, bool on) {
    Daemon& daemon = this->daemon(fault.a);
    SimulatedDisk& disk = daemon.disk;
    if (fault.kind == FaultKind::slow_disk) {
        disk.slower += on ? fault.amount : -fault.amount;
        if (!on && disk.writing) begin_write(daemon);  // What is under way need not take as long any more.
    } else if (fault.kind == FaultKind::fail_disk) {
        disk.fails = on;
        if (!on) boot(daemon);
    } else if (on) {
        ++disk.stalls;
    } else if (--disk.stalls == 0 && std::exchange(disk.done_in_stall, false)) {
        written(daemon);
    }
}

void World::touch_clock(const Fault& fault) {
    Daemon& daemon = this->daemon(fault.a);
    if (fault.kind == FaultKind::clock_rate) {
        daemon.clock.run_fast(now_, fault.rate);
    } else {
        daemon.clock.jump(now_, fault.amount);
    }
    invariants_.clock_changed(daemon.id(), daemon.clock);
    take_in(daemon, Deadline{});
}

// --- People ---

void World::command(const Fault& fault) {
    Command command;
    command.id = ++last_command_;
    command.target = fault.b;
    command.hold = fault.amount;
    switch (fault.kind) {
        case FaultKind::step_down: command.kind = CommandKind::stepdown; break;
        case FaultKind::transfer: command.kind = CommandKind::transfer; break;
        case FaultKind::drain: command.kind = CommandKind::drain; break;
        case FaultKind::undrain: command.kind = CommandKind::undrain; break;
        default: command.kind = CommandKind::shutdown; break;
    }
    take_in(daemon(fault.a), command);
}

// --- The second phase ---

void World::begin_quiet() {
    tell(nobody, "the faults stop, except those that stay");
    is_quiet_ = true;
    network_.be_good();
    for (Daemon& daemon : daemons_) {
        if (!plan_.clocks_in_bounds) {
            daemon.clock.run_fast(now_, 0);
            invariants_.clock_changed(daemon.id(), daemon.clock);
        }
        boot(daemon);
        take_in(daemon, Deadline{});
    }
    processes_.calm();
    expect();
    calendar_.plan(now_, {.what = Entry::What::look});
}

// By docs/protocol.md, "What must hold": what may come on top of a lease and its campaign is added up, worst case each.
void World::expect() {
    Expectation expectation = plan_.expectation;
    Duration lease{};
    Duration timeout{};
    Duration write{};
    Duration preempt_delay{};
    bool preempts = true;
    Priority best{};
    for (Daemon& daemon : daemons_) {
        const Setup& setup = daemon.setup;
        lease = std::max({lease, setup.params.lease, daemon.disk.content.largest_promise});
        timeout = std::max(timeout, setup.params.campaign_timeout);
        write = std::max(write, 2 * daemon.disk.latency);
        for (const auto& [name, settings] : setup.elections) {
            preempts = preempts && settings.preempt;
            preempt_delay = std::max(preempt_delay, settings.preempt_delay);
        }
    }
    outcome_.lease = lease;  // Files may say another D than at the start.
    const auto& core = expectation.knowing;
    for (const NodeId id : core) {
        if (daemon(id).setup.own().voter) best = std::max(best, daemon(id).setup.own().priority);
    }
    for (const NodeId id : core) {
        if (preempts && daemon(id).setup.own().voter && daemon(id).setup.own().priority == best) {
            expectation.favourites.push_back(id);
        }
    }
    const auto voters = static_cast<std::int64_t>(plan_.voters().size());
    // Quarantine, a promise, a cool-down, the stagger, and two campaigns with their writes.
    const Duration campaign = 2 * lease + voters * timeout + 4 * write + 10 * plan_.wires.delay;
    if (!plan_.expects_at_once) {
        expectation.leader_within += lease + 4 * lease + campaign + 20ms;
        expectation.steady_after = expectation.steady_after.value_or(Duration{}) + expectation.leader_within + lease;
    }
    expectation.favourite_within +=
        a_handover_failed_ ? Duration{24h} : expectation.leader_within + preempt_delay + campaign + 8 * timeout + 500ms;
    // Where a write and a round trip take longer than the timeout, campaigns fail until it has doubled often enough,
    // and cool-downs come between: docs/verification.md, "How long without a leader".
    if (write + 2 * (plan_.wires.delay + plan_.wires.jitter) > timeout) {
        expectation.favourite_within += 12 * lease;
        expectation.terms_at_most *= 2;
    }
    for (const auto& [name, settings] : daemons_.front().setup.elections) {
        progress_.knows(now_, nobody, name, nobody);
    }
    // Who has heard a higher token believes in no lower one: see docs/protocol.md, "What is not covered".
    if (!plan_.clocks_in_bounds) expectation.knowing.clear();
    expectation.known_within = 60ms + 4 * plan_.wires.delay + 2 * plan_.wires.jitter;
    progress_.expect(expectation);
}

}  // namespace bellwether::sim
