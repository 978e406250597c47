// The network of a virtual mesh, faithful and hostile. Between two nodes there are two connections a direction: one
// for heartbeats, which keeps the order and loses nothing while it stands, except what the publisher drops; and one
// for votes, where messages may also be lost, doubled and overtaken. A connection that breaks takes with it what was
// under way.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "tests/sim/calendar.hpp"
#include "tests/sim/frames.hpp"
#include "tests/sim/plan.hpp"
#include "tests/sim/random.hpp"

namespace bellwether::sim {

enum class Channel : std::uint8_t { heartbeats, votes };
inline constexpr Channel both_channels[] = {Channel::heartbeats, Channel::votes};

class Network {
public:
    Network(const Plan& plan, Calendar& calendar, Frames& frames);

    // The frame is held until it arrives or is lost.
    void send(TrueTime now, NodeId from, NodeId to, Channel channel, FrameId frame);
    // Whether what the calendar says arrives really does; if it waits in a cut link it comes later.
    [[nodiscard]] bool arrives(const Entry& arrival);

    // Each of these may be done several times and is undone as often.
    void cut(NodeId from, NodeId to, Channel channel, bool holds);
    void mend(TrueTime now, NodeId from, NodeId to, Channel channel);
    void slow_down(NodeId from, NodeId to, Duration by);
    void lose(NodeId from, NodeId to, std::int64_t of_ten_thousand);

    // The connections of the two, in both directions, break and come back after a while: what was under way is lost.
    void break_connections(TrueTime now, NodeId one, NodeId other, Duration back_after);

    // From now on nothing is lost, doubled or late beyond the usual delay.
    void be_good() { is_good_ = true; }
    // Carried since the start.
    [[nodiscard]] std::uint64_t sent() const { return sent_; }

private:
    struct Link {
        Random dice{0};
        unsigned cuts = 0;
        bool holds = false;
        Duration slower{};
        std::int64_t lossy = 0;
        std::uint32_t life = 0;
        TrueTime back_at{};  // Its connection stands again.
        TrueTime last_arrival{};  // Of heartbeats.
        std::vector<FrameId> waiting;
    };

    [[nodiscard]] Link& link(NodeId from, NodeId to, Channel channel) {
        return links_[(from.value * size_ + to.value) * 2U + static_cast<std::size_t>(channel)];
    }
    [[nodiscard]] Duration delay(Link& link);
    void arrive_at(TrueTime when, const Link& link, NodeId from, NodeId to, Channel channel, FrameId frame);
    void drop_waiting(Link& link);

    const Wires wires_;
    Calendar& calendar_;
    Frames& frames_;
    std::size_t size_;
    std::vector<Link> links_;
    bool is_good_ = false;
    std::uint64_t sent_ = 0;
};

}  // namespace bellwether::sim
