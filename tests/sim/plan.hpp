// What a run is going to be: the mesh, its wires, and each fault with its place in time. Made from the options alone,
// before anything runs, so that a fault can be left out and the others stay where they are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/progress.hpp"
#include "protocol/setup.hpp"
#include "protocol/true_time.hpp"
#include "tests/sim/options.hpp"

namespace bellwether::sim {

using protocol::NodeId;
using protocol::TrueTime;

enum class FaultKind : std::uint8_t {
    kill,         // The process dies, and starts again at the end. `power`: nobody sees a connection break.
    crash_loop,   // It dies and starts again every `period`.
    pause,        // The process stands still; what comes in waits.
    flap,         // It stands still and goes on again, every `period`.
    suspend,      // The machine sleeps: the process stands still, its connections are gone afterwards.
    cut,          // a -> b carries nothing.
    cut_both,     // a <-> b
    isolate,      // a from everybody
    split,        // the nodes in `mask` from the others
    flap_link,    // a <-> b is cut and whole again, every `period`.
    flap_node,    // a is cut off and whole again, every `period`.
    slow_link,    // a <-> b takes `amount` longer.
    lossy_link,   // a <-> b loses `rate` of ten thousand, doubles as many.
    break_link,   // The connections between a and b break and come back.
    slow_disk,    // Writes of a take `amount`.
    stall_disk,   // Writes of a do not end.
    fail_disk,    // The next write of a fails: its daemon ends, and starts again at the end.
    wipe,         // a dies and finds an empty disk.
    restore,      // a dies and finds what was on its disk some time ago.
    reconfigure,  // a dies and finds other numbers in its file.
    clock_rate,   // The clock of a runs at `rate` ppm (signed) from now on.
    clock_jump,   // The clock of a is `amount` ahead at once.
    clock_stop,   // The machine of a and its clock stand still: a hypervisor's pause.
    subscribe,    // Somebody on a reads the leader topic; `rate` 0: no more.
    step_down,
    transfer,
    drain,
    undrain,
    shut_down,    // And starts again at the end.
    replay,       // a hears `rate` frames again that it or others once heard.
};

struct Fault {
    std::size_t index{};
    TrueTime at{};
    Duration lasts{};
    FaultKind kind{};
    NodeId a{};
    NodeId b{};
    std::uint32_t mask{};     // split: bit i is node i.
    Duration period{};        // Of what comes and goes, and in each is there for `amount`.
    Duration amount{};
    std::int64_t rate{};
    bool power = false;
    bool holds = false;       // What a cut link was given waits in it, and comes when it is whole.
    bool heartbeats = true;   // Of the channels, the ones that are meant.
    bool votes = true;

    [[nodiscard]] TrueTime end() const { return at + lasts; }
};

// "7: 1.204s for 500ms cut 1 -> 3"
[[nodiscard]] std::string words(const Fault& fault);

struct NodePlan {
    protocol::Setup setup;
    protocol::Time clock_shows{};
    std::int64_t clock_ppm{};
    Duration starts_after{};
    Duration write_latency{};
    Duration tardiness{};      // It looks at its events up to so much late.
    bool has_subscriber{};
    bool keeps_all_heartbeats{};  // Through a pause; else the newest of each peer.
};

// A local process that stands for an election.
struct ProcessPlan {
    NodeId node{};
    protocol::ElectionName election{};
    Duration starts_after{};
};

struct Wires {
    Duration delay = 200us;
    Duration jitter{};
    std::uint64_t loss{};       // Of ten thousand messages between vote sockets.
    std::uint64_t doubled{};
    std::uint64_t stalled{};    // Of ten thousand messages: lost once, so that all behind it wait for it, too.
    std::uint64_t heartbeats_lost{};
};

struct Plan {
    Options options;
    std::vector<NodePlan> nodes;
    std::vector<ProcessPlan> processes;
    Wires wires;
    bool first_boot = false;
    bool expects_at_once = false;  // The mesh has settled by then: nothing may change from the first moment on.
    bool clocks_in_bounds = true;
    std::vector<Fault> faults;  // Sorted by time.
    // From then on the wires are good, and what must come to pass is asked.
    protocol::Expectation expectation;
    TrueTime end{};

    // A round of votes must fit into the campaign timeout; a file that says less is a mistake, and not a fault.
    [[nodiscard]] Duration least_timeout() const { return 4 * (wires.delay + wires.jitter) + 10ms; }

    [[nodiscard]] std::vector<NodeId> voters() const { return nodes.front().setup.voters(); }
};

[[nodiscard]] Plan make_plan(const Options& options);

}  // namespace bellwether::sim
