// The world of one run: real state machines, real bytes, and a plan of what goes wrong. Deterministic; after every
// step the invariants are asked.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "protocol/codec.hpp"
#include "protocol/invariants.hpp"
#include "protocol/progress.hpp"
#include "tests/sim/calendar.hpp"
#include "tests/sim/daemon.hpp"
#include "tests/sim/frames.hpp"
#include "tests/sim/network.hpp"
#include "tests/sim/outcome.hpp"
#include "tests/sim/plan.hpp"
#include "tests/sim/processes.hpp"

namespace bellwether::sim {

// Who wants the story: a line for each decision and each fault. Nobody's is done from outside.
using Teller = std::function<void(TrueTime when, NodeId node, const std::string& line, bool notable)>;

class World {
public:
    explicit World(const Plan& plan, Teller teller = {});
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // To the end of the plan or the first violation.
    [[nodiscard]] Outcome run();

private:
    // world.cpp: the loop, a step and its actions.
    [[nodiscard]] std::uint64_t messages_a_second() const;
    void handle(const Entry& entry);
    void arrive(const Entry& entry);
    void hear(Daemon& daemon, NodeId from, FrameId frame, bool is_heartbeat);
    void take_in(Daemon& daemon, const protocol::Event& event);  // Now, or when it goes on.
    void step(Daemon& daemon, const protocol::Event& event);
    void perform(Daemon& daemon, const protocol::Action& action);
    void publish(Daemon& daemon, const protocol::Heartbeat& heartbeat);
    void announce(Daemon& daemon, const protocol::Announcement& announcement);
    void store(Daemon& daemon, const protocol::Store& store);
    void mix(std::uint64_t value) { outcome_.hash = (outcome_.hash ^ value) * 0x100000001b3U; }
    void tell(NodeId node, const std::string& line, bool notable = true);
    void violate(std::string_view number, const std::string& what);

    // world_processes.cpp: processes and their disks.
    void boot(Daemon& daemon);
    void booted(Daemon& daemon);
    void end_process(Daemon& daemon, bool is_noticed);
    void begin_write(Daemon& daemon);
    void written(Daemon& daemon);
    void stand_still(Daemon& daemon);
    void go_on(Daemon& daemon);
    void wipe(Daemon& daemon);
    void back_up(Daemon& daemon);
    void restore(Daemon& daemon);

    // world_faults.cpp: what is done to them.
    void begin(const Fault& fault);
    void tick(const Fault& fault);
    void end(const Fault& fault);
    void inflict(const Fault& fault);
    void lift(const Fault& fault);
    void touch_wires(const Fault& fault, bool cut);
    void touch_process(const Fault& fault);
    void touch_disk(const Fault& fault, bool on);
    void touch_clock(const Fault& fault);
    void command(const Fault& fault);
    void cut(const Fault& fault, NodeId from, NodeId to, bool cut);
    void break_connections(NodeId one, NodeId other);
    void replay(const Fault& fault);
    void reconfigure(Daemon& daemon, std::int64_t what);
    void begin_quiet();
    void expect();

    [[nodiscard]] Daemon& daemon(NodeId id) { return daemons_[id.value - 1U]; }
    [[nodiscard]] bool is_inflicted(const Fault& fault) const;

    // A write that a process sends to the resource which its leadership protects.
    struct ResourceWrite {
        protocol::ElectionName election;
        protocol::Instance leader;
        protocol::Token token{};
    };
    struct Remembered {
        NodeId from{};
        NodeId to{};
        FrameId frame{};
        bool is_heartbeat{};
    };

    const Plan& plan_;
    Teller teller_;
    Outcome outcome_;
    TrueTime now_{};
    Calendar calendar_;
    Frames frames_;
    Network network_;
    protocol::Codec codec_;
    std::deque<Daemon> daemons_;
    protocol::Invariants invariants_;
    protocol::Progress progress_;
    Random dice_;
    Processes processes_;

    protocol::Event heartbeat_event_{protocol::Received{}};
    protocol::Event letter_event_{protocol::Received{}};
    std::vector<ResourceWrite> resource_writes_;
    std::vector<Remembered> remembered_;  // The newest, if the plan replays any.
    std::size_t next_remembered_ = 0;
    bool remembers_ = false;
    bool keeps_backups_ = false;
    std::vector<bool> is_on_;          // Of each fault, whether it is there now.
    bool a_handover_failed_ = false;   // Then the next towards that node may wait for minutes.
    bool is_quiet_ = false;
    std::uint64_t last_command_ = 0;
    unsigned steps_without_progress_ = 0;
};

}  // namespace bellwether::sim
