// The wires of a virtual mesh: one link a direction and a channel. A link has a delay, keeps the order, and may be cut
// (what it carries is lost) or held (what it carries waits in it, as in the buffers of a stalled connection).
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <tuple>

#include "protocol/event.hpp"
#include "tests/support/true_time.hpp"

namespace bellwether::tests {

enum class Channel : std::uint8_t {
    heartbeats,  // PUB -> SUB
    votes,       // DEALER <-> ROUTER: requests and their answers
};

struct Link {
    protocol::NodeId from;
    protocol::NodeId to;
    Channel channel;
    friend auto operator<=>(const Link&, const Link&) = default;
};

class Network {
public:
    using Deliver = std::function<void(const Link&, const protocol::Received&)>;

    Network(Agenda& agenda, Duration delay, Deliver deliver);

    void send(TrueTime now, const Link& link, protocol::Received letter);

    void set_delay(const Link& link, Duration delay) { wires_[link].delay = delay; }
    void cut(const Link& link) { wires_[link].cut = true; }
    void heal(const Link& link) { wires_[link].cut = false; }
    void heal_all();
    void hold(const Link& link) { wires_[link].held = true; }
    // Everything that waited goes on its way, in order.
    void release(TrueTime now, const Link& link);
    // What waits in a held link is lost, as when its connection breaks.
    void drop_waiting(const Link& link) { wires_[link].waiting.clear(); }

    [[nodiscard]] bool is_cut(const Link& link) const;
    [[nodiscard]] std::size_t carried(const Link& link) const;

private:
    struct Wire {
        Duration delay{-1};  // Negative: as everywhere.
        bool cut = false;
        bool held = false;
        TrueTime last_arrival{};
        std::deque<protocol::Received> waiting;
        std::size_t carried = 0;
    };

    Agenda& agenda_;
    Duration delay_;
    Deliver deliver_;
    std::map<Link, Wire> wires_;
};

}  // namespace bellwether::tests
