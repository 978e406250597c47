// Processes that begin, stand still and end, and what their disks keep of it.
#include <algorithm>
#include <utility>

#include "tests/sim/world.hpp"

namespace bellwether::sim {

using namespace protocol;

namespace {

Term ceiling_of(const Durable& record) {
    Term ceiling = record.floor;
    for (const ElectionRecord& election : record.elections) ceiling = std::max(ceiling, election.term);
    return ceiling;
}

}  // namespace

// The lock is taken, and the new incarnation is written before a word is said.
void World::boot(Daemon& daemon) {
    if (daemon.machine || daemon.booting || !daemon.may_run()) return;
    tell(nobody, "start " + std::to_string(daemon.id().value));
    ++daemon.life;
    daemon.booting = true;
    daemon.started = daemon.clock.at(now_);
    // The wall clock in microseconds and ten random bits, and above the last one's in any case.
    const auto wall = static_cast<std::uint64_t>(now_.time_since_epoch() / 1us) + 1'000'000;
    daemon.incarnation = {std::max(daemon.disk.content.incarnation.value + 1, (wall << 10U) | daemon.dice.below(1024))};
    const Duration latency = daemon.disk.latency + daemon.dice.between(Duration{}, 5ms);
    calendar_.plan(now_ + latency, {.what = Entry::What::boot, .at = daemon.id(), .life = daemon.life});
}

void World::booted(Daemon& daemon) {
    daemon.booting = false;
    daemon.disk.content.incarnation = daemon.incarnation;
    daemon.disk.content.largest_promise = std::max(daemon.disk.content.largest_promise, daemon.setup.params.lease);
    invariants_.is_on_disk(daemon.id(), daemon.disk.content);
    daemon.machine.emplace(daemon.setup, daemon.disk.content, daemon.started);
    for (const Daemon& other : daemons_) {
        if (other.id() != daemon.id()) {
            network_.break_connections(now_, daemon.id(), other.id(),
                                       is_quiet_ ? Duration{2ms} : daemon.dice.between(Duration{}, 100ms));
        }
    }
    if (daemon.stands_still()) {
        daemon.deadline = end_of_time;
    } else {
        step(daemon, Deadline{});
    }
}

void World::end_process(Daemon& daemon, bool is_noticed) {
    if (!daemon.machine && !daemon.booting) return;
    tell(nobody, std::to_string(daemon.id().value) + " ends");
    ++daemon.life;
    daemon.booting = false;
    daemon.dying = false;
    SimulatedDisk& disk = daemon.disk;
    if (disk.writing && daemon.dice.once_in(2)) {
        disk.content = std::move(disk.writing->record);
        invariants_.is_on_disk(daemon.id(), disk.content);
        progress_.is_on_disk(now_, disk.content);
    }
    disk.writing.reset();
    disk.waiting.reset();
    disk.done_in_stall = false;
    if (!daemon.machine) return;
    processes_.daemon_ended(daemon);
    daemon.machine.reset();
    daemon.deadline = end_of_time;
    daemon.believed.clear();
    for (const Queued& queued : std::exchange(daemon.queue, {})) {
        if (queued.heartbeat) frames_.drop(*queued.heartbeat);
        if (queued.letter) frames_.drop(*queued.letter);
    }
    daemon.ceilings.clear();
    invariants_.died(now_, daemon.instance());
    progress_.died(now_, daemon.instance());
    for (const Daemon& other : daemons_) {
        if (other.id() == daemon.id()) continue;
        network_.break_connections(now_, daemon.id(), other.id(), Duration{});
        if (is_noticed) {
            calendar_.plan(now_ + 200us,
                           {.what = Entry::What::link_down, .from = daemon.id(), .at = other.id(), .life = other.life});
        }
    }
}

// --- Disks ---

void World::begin_write(Daemon& daemon) {
    SimulatedDisk& disk = daemon.disk;
    Duration takes = disk.latency + disk.slower;
    takes += daemon.dice.between(Duration{}, takes / 2);
    calendar_.plan(now_ + takes,
                   {.what = Entry::What::written, .at = daemon.id(), .number = ++disk.writes, .life = daemon.life});
}

void World::written(Daemon& daemon) {
    SimulatedDisk& disk = daemon.disk;
    if (!disk.writing) return;
    if (disk.stalls > 0) {
        disk.done_in_stall = true;
        return;
    }
    const Stored done{disk.writing->write};
    disk.content = std::move(disk.writing->record);
    disk.writing = std::exchange(disk.waiting, std::nullopt);
    invariants_.is_on_disk(daemon.id(), disk.content);
    progress_.is_on_disk(now_, disk.content);
    back_up(daemon);
    if (disk.writing) {
        begin_write(daemon);
    }
    take_in(daemon, done);
}

// Only where no other voter may have forgotten votes: what happens when disks are replaced together is not promised.
void World::wipe(Daemon& daemon) {
    const bool alone = std::none_of(daemons_.begin(), daemons_.end(), [&](const Daemon& other) {
        return other.id() != daemon.id() && other.setup.own().voter && other.disk.content.new_state;
    });
    if (!alone || plan_.voters().size() < 2) return;
    tell(nobody, "the disk of " + std::to_string(daemon.id().value) + " is empty");
    Durable empty;
    empty.membership = daemon.disk.content.membership;
    empty.largest_promise = daemon.setup.params.lease;
    empty.new_state = true;
    daemon.disk.content = std::move(empty);
    invariants_.disk_replaced(daemon.id());
}

void World::back_up(Daemon& daemon) {
    constexpr std::uint32_t most_backups = 32;
    if (!keeps_backups_) return;
    auto& backups = daemon.disk.backups;
    if (backups.size() < most_backups) {
        backups.push_back(daemon.disk.content);
    } else {
        backups[daemon.disk.writes % most_backups] = daemon.disk.content;
    }
}

// Only where every other voter has heard how far this one had come, and remembers it; and where it promised nothing
// longer since, nor voted without a new ceiling: docs/protocol.md, "What is not covered".
void World::restore(Daemon& daemon) {
    SimulatedDisk& disk = daemon.disk;
    if (disk.backups.empty()) return;
    const Term ceiling = ceiling_of(disk.content);
    const bool is_known = std::all_of(daemons_.begin(), daemons_.end(), [&](Daemon& other) {
        return other.id() == daemon.id() || !other.setup.own().voter ||
               (other.machine && other.ceilings[daemon.id()] >= ceiling && !other.disk.content.new_state);
    });
    const Durable& past = daemon.dice.one_of(disk.backups);
    if (!is_known || past.largest_promise < disk.content.largest_promise || ceiling_of(past) == ceiling) return;
    tell(nobody, "the disk of " + std::to_string(daemon.id().value) + " is as it was some time ago");
    disk.content = past;
    invariants_.disk_replaced(daemon.id());
}

// --- Standing still ---

void World::stand_still(Daemon& daemon) {
    processes_.daemon_stood_still(daemon);
    ++daemon.pauses;
    daemon.deadline = end_of_time;
}

// What has waited is heard before its time is judged, all at one moment.
void World::go_on(Daemon& daemon) {
    if (--daemon.pauses > 0 || !daemon.machine) return;
    const std::uint32_t life = daemon.life;
    std::deque<Queued> queue = std::exchange(daemon.queue, {});
    for (const Queued& queued : queue) {
        const bool is_frame = queued.heartbeat || queued.letter;
        if (daemon.machine && daemon.life == life) {
            if (is_frame) {
                hear(daemon, queued.from, queued.heartbeat ? *queued.heartbeat : *queued.letter,
                     queued.heartbeat.has_value());
            } else {
                step(daemon, queued.event);
            }
        }
        if (queued.heartbeat) frames_.drop(*queued.heartbeat);
        if (queued.letter) frames_.drop(*queued.letter);
    }
    if (daemon.machine && daemon.life == life && daemon.deadline == end_of_time) {
        step(daemon, Deadline{});
    }
}

}  // namespace bellwether::sim
