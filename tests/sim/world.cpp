#include "tests/sim/world.hpp"

#include <algorithm>
#include <utility>

#include "tests/explore/inspector.hpp"

namespace bellwether::sim {

using namespace protocol;

namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

constexpr std::string_view cluster_name = "simulated";
constexpr unsigned most_steps_at_one_moment = 20'000;
constexpr std::size_t most_remembered = 512;

}  // namespace

World::World(const Plan& plan, Teller teller)
    : plan_{plan},
      teller_{std::move(teller)},
      network_{plan, calendar_, frames_},
      codec_{cluster_name},
      invariants_{plan.voters(), [this](std::string_view number, const std::string& what) { violate(number, what); }},
      progress_{[this](std::string_view number, const std::string& what) { violate(number, what); }},
      dice_{Random::stream(plan.options.seed, 1)},
      processes_{plan,
                 {.calendar = calendar_,
                  .invariants = invariants_,
                  .daemons = daemons_,
                  .now = now_,
                  .deliver = [this](Daemon& daemon, const Event& event) { take_in(daemon, event); },
                  .tell = [this](NodeId node, const std::string& line) { tell(node, line); },
                  .violate = [this](std::string_view number, const std::string& what) { violate(number, what); }}} {
    invariants_.clocks_are_in_bounds = plan.clocks_in_bounds;
    for (const NodePlan& node : plan.nodes) {
        Daemon& daemon = daemons_.emplace_back(node, now_, plan.options.seed);
        daemon.disk.content.membership = single_list(plan.voters());
        daemon.disk.content.largest_promise = node.setup.params.lease;
        daemon.disk.content.new_state = plan.first_boot;
        daemon.downs = 1;
        calendar_.plan(now_ + node.starts_after, {.what = Entry::What::boot, .at = daemon.id(), .number = 1});
        outcome_.lease = std::max(outcome_.lease, node.setup.params.lease);
    }
    is_on_.resize(plan.faults.size());
    for (const Fault& fault : plan.faults) {
        if (!is_inflicted(fault)) continue;
        ++outcome_.faults;
        remembers_ = remembers_ || fault.kind == FaultKind::replay;
        keeps_backups_ = keeps_backups_ || fault.kind == FaultKind::restore;
        const auto number = static_cast<std::uint32_t>(fault.index);
        calendar_.plan(fault.at, {.what = Entry::What::fault_begins, .number = number});
        calendar_.plan(fault.end(), {.what = Entry::What::fault_ends, .number = number});
    }
    invariants_.restarts_hear_no_past = !remembers_;
    progress_.messages_a_second = messages_a_second();
    calendar_.plan(plan.expectation.since, {.what = Entry::What::quiet});
}

bool World::is_inflicted(const Fault& fault) const {
    const auto& only = plan_.options.only_faults;
    return !only || std::find(only->begin(), only->end(), fault.index) != only->end();
}

// L6: four to each node and heartbeat interval, and one more for each further election.
std::uint64_t World::messages_a_second() const {
    const Setup& setup = plan_.nodes.front().setup;
    const auto rounds = static_cast<std::uint64_t>(1s / setup.params.heartbeat) + 1;
    const std::uint64_t clocks = plan_.clocks_in_bounds ? 1 : 2;
    return (3 + setup.elections.size()) * plan_.nodes.size() * rounds * clocks;
}

// --- The loop ---

Outcome World::run() {
    while (!outcome_.violation) {
        Daemon* due = nullptr;
        TrueTime next = calendar_.next();
        for (Daemon& daemon : daemons_) {
            if (daemon.deadline < next) {
                next = daemon.deadline;
                due = &daemon;
            }
        }
        if (next > plan_.end) break;
        steps_without_progress_ = next > now_ ? 0 : steps_without_progress_ + 1;
        if (steps_without_progress_ > most_steps_at_one_moment) {
            violate("L6",
                    "the mesh spins: " + std::to_string(most_steps_at_one_moment) + " steps, and time stands still");
            break;
        }
        now_ = std::max(now_, next);
        if (due != nullptr) {
            step(*due, Deadline{});
        } else {
            handle(calendar_.take());
        }
    }
    if (!outcome_.violation) {
        now_ = plan_.end;
        progress_.look(now_);
    }
    outcome_.simulated = now_.time_since_epoch();
    outcome_.frames = network_.sent();
    outcome_.leaderships = invariants_.leaderships().size();
    outcome_.busiest_second = progress_.busiest_second();
    outcome_.leader_changes = progress_.leader_changes();
    outcome_.terms_grown = progress_.terms_grown();
    // Where nothing but a partition was to be overcome, the leader that stays counts, and not the one that was cut off.
    outcome_.leader_after = plan_.expects_at_once ? progress_.settled_after({}) : progress_.first_leader_after({});
    return outcome_;
}

void World::handle(const Entry& entry) {
    switch (entry.what) {
        case Entry::What::arrival: return arrive(entry);
        case Entry::What::replay:
            hear(daemon(entry.at), entry.from, entry.number, !entry.votes);
            return frames_.drop(entry.number);
        case Entry::What::written:
            if (entry.life == daemon(entry.at).life && entry.number == daemon(entry.at).disk.writes) {
                written(daemon(entry.at));
            }
            return;
        case Entry::What::boot:
            if (entry.number == 1) {  // Switched on.
                --daemon(entry.at).downs;
                boot(daemon(entry.at));
            } else if (entry.life == daemon(entry.at).life) {
                booted(daemon(entry.at));
            }
            return;
        case Entry::What::link_down:
            if (entry.life == daemon(entry.at).life) take_in(daemon(entry.at), LinkDown{entry.from});
            return;
        case Entry::What::fault_begins: return begin(plan_.faults[entry.number]);
        case Entry::What::fault_ticks: return tick(plan_.faults[entry.number]);
        case Entry::What::fault_ends: return end(plan_.faults[entry.number]);
        case Entry::What::resource: {
            const ResourceWrite& write = resource_writes_[entry.number];
            outcome_.refused_writes += invariants_.written(write.election, write.leader, write.token) ? 0U : 1U;
            return;
        }
        case Entry::What::errand: return processes_.happens(entry.number);
        case Entry::What::quiet: return begin_quiet();
        case Entry::What::look: progress_.look(now_); return calendar_.plan(now_ + 50ms, {.what = Entry::What::look});
    }
}

void World::arrive(const Entry& entry) {
    if (network_.arrives(entry)) {
        if (remembers_) {
            if (remembered_.size() < most_remembered) {
                remembered_.emplace_back();
            } else {
                frames_.drop(remembered_[next_remembered_].frame);
            }
            frames_.hold(entry.number);
            remembered_[next_remembered_] = {entry.from, entry.at, entry.number, !entry.votes};
            next_remembered_ = (next_remembered_ + 1) % most_remembered;
        }
        hear(daemon(entry.at), entry.from, entry.number, !entry.votes);
    }
    frames_.drop(entry.number);
}

// --- What comes in ---

void World::hear(Daemon& daemon, NodeId from, FrameId frame, bool is_heartbeat) {
    if (!daemon.machine) return;
    if (daemon.stands_still()) {
        if (is_heartbeat && !daemon.keeps_all_heartbeats) {
            // Of each peer's heartbeats the newest is kept, in the place of the older one.
            for (Queued& queued : daemon.queue) {
                if (queued.heartbeat && queued.from == from) {
                    frames_.hold(frame);
                    frames_.drop(std::exchange(*queued.heartbeat, frame));
                    return;
                }
            }
        }
        if (daemon.queue.size() > 5'000) return;  // Full: the kernel refuses more.
        frames_.hold(frame);
        Queued& queued = daemon.queue.emplace_back();
        queued.from = from;
        (is_heartbeat ? queued.heartbeat : queued.letter) = frame;
        return;
    }
    Event& event = is_heartbeat ? heartbeat_event_ : letter_event_;
    Received& received = std::get<Received>(event);
    received.from = from;
    received.route = {from.value};
    if (const DecodeError error = codec_.decode(frames_.bytes(frame), received.message); error != DecodeError::none) {
        return violate("codec",
                       "a frame of " + std::to_string(from.value) + " is refused: " + std::string{to_string(error)});
    }
    if (keeps_backups_ && is_heartbeat) {
        Term& ceiling = daemon.ceilings[from];
        ceiling = std::max(ceiling, std::get<Heartbeat>(received.message).ceiling);
    }
    step(daemon, event);
}

void World::take_in(Daemon& daemon, const Event& event) {
    if (!daemon.machine) return;
    if (daemon.stands_still()) {
        daemon.queue.emplace_back().event = event;
    } else {
        step(daemon, event);
    }
}

// --- A step and what it does ---

void World::step(Daemon& daemon, const Event& event) {
    if (outcome_.violation) return;
    ++outcome_.steps;
    mix(static_cast<std::uint64_t>(now_.time_since_epoch().count()) ^ (std::uint64_t{daemon.id().value} << 48U) ^
        (std::uint64_t{event.index()} << 56U));
    if (plan_.options.lets_none_rest) Inspector::wake_all(*daemon.machine);
    const Actions& actions = daemon.machine->step(daemon.clock.at(now_), event);
    const std::vector<Held> held = daemon.machine->held();
    invariants_.stepped(now_, daemon.instance(), held, daemon.clock);
    progress_.stepped(now_, daemon.instance(), held);
    for (const Action& action : actions) {
        if (daemon.dying || outcome_.violation) break;
        perform(daemon, action);
    }
    if (std::exchange(daemon.dying, false)) {
        return end_process(daemon, true);
    }
    for (const Believed& believed : std::exchange(daemon.believed, {})) {
        step(daemon, believed);
    }
    daemon.deadline = daemon.clock.when(daemon.machine->next_deadline());
    if (daemon.tardiness > Duration{} && daemon.deadline != end_of_time) {
        daemon.deadline += daemon.dice.between(Duration{}, daemon.tardiness);
    }
}

void World::perform(Daemon& daemon, const Action& action) {
    const auto handlers = Overloaded{
        [&](const Store& store) { this->store(daemon, store); },
        [&](const Send& send) {
            invariants_.sent(send, daemon.disk.content);
            const FrameId frame = frames_.make();
            frames_.hold(frame);
            codec_.encode(send.message, frames_.bytes(frame));
            mix(frames_.bytes(frame).size());
            network_.send(now_, daemon.id(), send.to, Channel::votes, frame);
            progress_.spoke(now_, daemon.id(), 1);
            frames_.drop(frame);
        },
        [&](const Publish& publish) { this->publish(daemon, publish.heartbeat); },
        [&](const Announce& announce) { this->announce(daemon, announce.announcement); },
        [&](const Answer& answer) {
            if (teller_) {
                tell(daemon.id(),
                     "command " + std::to_string(answer.id) + (answer.done ? " done" : " refused: ") + answer.reason);
            }
        },
        [&](const Decision& decision) {
            mix((static_cast<std::uint64_t>(decision.rule) << 32U) ^ decision.term.value ^
                (std::uint64_t{decision.peer.value} << 48U));
            a_handover_failed_ = a_handover_failed_ || decision.rule == Rule::handover_refused ||
                                 decision.rule == Rule::handover_late || decision.rule == Rule::heir_unable ||
                                 decision.rule == Rule::session_late;
            if (teller_) {
                tell(daemon.id(), words(decision), is_notable(decision.rule));
            }
        },
        [&](const RoleChange& change) {
            mix(change.leader.value);
            progress_.knows(now_, daemon.id(), change.election, change.leader);
            if (teller_) {
                tell(daemon.id(), words(change), false);
            }
        },
        [&](const TellSession& tell) { processes_.told(daemon, tell); },
        [&](const KillHeld& kill) { processes_.told(daemon, kill); },
        [&](const SessionOver& over) { processes_.told(over); },
        [&](const Left&) { daemon.dying = true; },
    };
    std::visit(handlers, action);
}

void World::publish(Daemon& daemon, const Heartbeat& heartbeat) {
    const auto& newest = daemon.disk.waiting ? daemon.disk.waiting : daemon.disk.writing;
    invariants_.published(heartbeat, daemon.disk.content, newest ? &newest->record : nullptr);
    const FrameId frame = frames_.make();
    frames_.hold(frame);
    codec_.encode(heartbeat, frames_.bytes(frame));
    mix(frames_.bytes(frame).size());
    for (const Daemon& other : daemons_) {
        if (other.id() != daemon.id()) {
            network_.send(now_, daemon.id(), other.id(), Channel::heartbeats, frame);
        }
    }
    frames_.drop(frame);
    progress_.spoke(now_, daemon.id(), daemons_.size() - 1);
}

void World::announce(Daemon& daemon, const Announcement& announcement) {
    const Time horizon = daemon.clock.at(now_) + 3 * daemon.setup.params.heartbeat;
    invariants_.announced(now_, daemon.instance(), announcement, daemon.has_subscriber, horizon, daemon.clock);
    if (!daemon.has_subscriber || !announcement.valid_until) return;
    daemon.believed.push_back({announcement.election, *announcement.valid_until});
    // Whoever leads writes to what he guards. Some writes come late, as of a process that was stopped in between.
    const Duration on_the_way =
        daemon.dice.once_in(10) ? daemon.dice.between(Duration{}, 2s) : daemon.dice.between(Duration{}, 2ms);
    const auto number = static_cast<std::uint32_t>(resource_writes_.size());
    resource_writes_.push_back({announcement.election, daemon.instance(), announcement.token});
    calendar_.plan(now_ + on_the_way, {.what = Entry::What::resource, .number = number});
}

void World::store(Daemon& daemon, const Store& store) {
    invariants_.asked_to_store(daemon.id(), store.record);
    if (daemon.disk.fails) {
        daemon.disk.fails = false;
        daemon.dying = true;
        return tell(daemon.id(), "its write fails: the daemon ends");
    }
    if (daemon.disk.writing) {
        daemon.disk.waiting = store;
    } else {
        daemon.disk.writing = store;
        begin_write(daemon);
    }
}

// --- What is told ---

void World::tell(NodeId node, const std::string& line, bool notable) {
    if (teller_) {
        teller_(now_, node, line, notable);
    }
}

void World::violate(std::string_view number, const std::string& what) {
    if (outcome_.violation) return;
    outcome_.violation = Violation{std::string{number}, what, now_.time_since_epoch()};
    tell(nobody, "VIOLATION of " + std::string{number} + ": " + what);
}

}  // namespace bellwether::sim
