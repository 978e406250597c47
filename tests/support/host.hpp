// One virtual machine of the mesh: a real state machine, its clock, its disk, and the queue of what came in while its
// process was paused. Whoever steps it performs its actions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "protocol/state_machine.hpp"
#include "tests/support/disk.hpp"
#include "tests/support/true_time.hpp"

namespace bellwether::tests {

struct Host {
    Host(protocol::Setup setup_, NodeClock clock_, protocol::Durable content)
        : setup{std::move(setup_)}, clock{clock_}, disk{std::move(content)} {}

    [[nodiscard]] protocol::NodeId id() const { return setup.self; }
    [[nodiscard]] protocol::Instance instance() const { return {id(), disk.content().incarnation}; }
    [[nodiscard]] bool runs() const { return machine.has_value() && !paused; }

    // True time of its next deadline; never, if nobody would notice.
    [[nodiscard]] TrueTime deadline() const { return runs() ? clock.when(machine->next_deadline()) : end_of_time; }

    void start(TrueTime now) {
        ++life;
        protocol::Durable durable = disk.content();
        last_incarnation = std::max(last_incarnation, durable.incarnation.value) + 1;
        durable.incarnation = {last_incarnation};
        disk.replace(durable);
        machine.emplace(setup, durable, clock.at(now));
    }

    void die() {
        ++life;
        paused = false;
        machine.reset();
        disk.lose_unwritten();
        heartbeats.clear();
        waiting.clear();
    }

    // While paused: of each peer's heartbeats only the newest is kept, everything else waits in order.
    void queue(const protocol::Event& event) {
        const auto* received = std::get_if<protocol::Received>(&event);
        if (received != nullptr && std::holds_alternative<protocol::Heartbeat>(received->message)) {
            heartbeats[received->from] = *received;
        } else {
            waiting.push_back(event);
        }
    }
    [[nodiscard]] std::vector<protocol::Event> take_queue() {
        std::vector<protocol::Event> events;
        for (const auto& [peer, heartbeat] : heartbeats) {
            events.emplace_back(heartbeat);
        }
        events.insert(events.end(), waiting.begin(), waiting.end());
        heartbeats.clear();
        waiting.clear();
        return events;
    }

    protocol::Setup setup;
    NodeClock clock;
    Disk disk;
    std::optional<protocol::StateMachine> machine;  // Nothing while the daemon is down.
    bool paused = false;
    bool has_subscriber = false;  // Somebody local reads leader/...
    std::uint64_t life = 0;       // What was planned for an earlier one does not happen.
    std::uint64_t last_incarnation = 0;
    std::map<protocol::ElectionName, protocol::Announcement> last_said;
    std::vector<protocol::Believed> believed;  // In this step: told before anything else.

private:
    std::map<protocol::NodeId, protocol::Received> heartbeats;
    std::deque<protocol::Event> waiting;
};

}  // namespace bellwether::tests
