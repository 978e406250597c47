// One virtual machine of the mesh: a real state machine, its clock, its disk, and the queue of what came in while its
// process stood still. The world steps it and performs its actions.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "protocol/state_machine.hpp"
#include "tests/sim/calendar.hpp"
#include "tests/sim/plan.hpp"
#include "tests/sim/random.hpp"
#include "tests/support/true_time.hpp"

namespace bellwether::sim {

// It writes one record at a time; of those that wait only the newest is written, and that completes the older ones.
// When the process dies, what is being written may have reached the disk or not, and what waits is lost.
struct SimulatedDisk {
    protocol::Durable content;
    std::vector<protocol::Durable> backups;  // What it held now and then, if the plan puts any back.
    std::optional<protocol::Store> writing;
    std::optional<protocol::Store> waiting;
    Duration latency{};
    Duration slower{};
    std::uint32_t writes = 0;  // Begun: the number of the one under way.
    unsigned stalls = 0;
    bool done_in_stall = false;  // The write under way would have ended.
    bool fails = false;          // The next write does.
};

// Came in while the process stood still: a frame, or what the kernel or people said.
struct Queued {
    NodeId from{};
    std::optional<FrameId> heartbeat;
    std::optional<FrameId> letter;
    protocol::Event event{protocol::Deadline{}};
};

struct Daemon {
    Daemon(const NodePlan& plan, TrueTime now, std::uint64_t seed)
        : setup{plan.setup},
          clock{now, plan.clock_shows, plan.clock_ppm},
          dice{Random::stream(seed, 10 + plan.setup.self.value)},
          tardiness{plan.tardiness},
          keeps_all_heartbeats{plan.keeps_all_heartbeats},
          has_subscriber{plan.has_subscriber} {
        disk.latency = plan.write_latency;
    }

    [[nodiscard]] NodeId id() const { return setup.self; }
    [[nodiscard]] protocol::Instance instance() const { return {id(), incarnation}; }
    [[nodiscard]] bool stands_still() const { return pauses > 0; }
    [[nodiscard]] bool may_run() const { return downs == 0; }

    protocol::Setup setup;
    tests::NodeClock clock;
    SimulatedDisk disk;
    Random dice;
    Duration tardiness;
    bool keeps_all_heartbeats;
    bool has_subscriber;

    std::optional<protocol::StateMachine> machine;  // Nothing while the daemon is down.
    protocol::Incarnation incarnation{};            // Of the present life, or the next.
    bool booting = false;
    bool dying = false;  // In the middle of a step: the rest of its actions is not performed.
    unsigned downs = 0;  // Faults that keep it down.
    unsigned pauses = 0;
    std::uint32_t life = 0;
    protocol::Time started{};  // By its own clock: it has the lock.
    TrueTime deadline = protocol::end_of_time;
    std::deque<Queued> queue;
    std::map<NodeId, protocol::Term> ceilings;  // The highest that this life has heard of each, if disks are put back.
    std::vector<protocol::Believed> believed;  // In this step: told before anything else.
    bool was_told_to_leave = false;
};

}  // namespace bellwether::sim
