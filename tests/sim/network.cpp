#include "tests/sim/network.hpp"

#include <algorithm>
#include <utility>

namespace bellwether::sim {

namespace {

constexpr std::size_t most_waiting = 200;                 // In a cut link; a socket's buffers are no larger.
constexpr Duration least_retransmission = 200ms;  // Of TCP, on Linux.

}  // namespace

Network::Network(const Plan& plan, Calendar& calendar, Frames& frames)
    : wires_{plan.wires},
      calendar_{calendar},
      frames_{frames},
      size_{plan.nodes.size() + 1},
      links_(size_ * size_ * 2) {
    for (std::size_t i = 0; i < links_.size(); ++i) {
        links_[i].dice = Random::stream(plan.options.seed, 1000 + i);
    }
}

Duration Network::delay(Link& link) {
    Duration delay = wires_.delay + link.slower;
    if (wires_.jitter > Duration{}) {
        delay += link.dice.between(Duration{}, wires_.jitter);
    }
    return delay;
}

void Network::send(TrueTime now, NodeId from, NodeId to, Channel channel, FrameId frame) {
    ++sent_;
    Link& way = link(from, to, channel);
    if (way.cuts > 0) {
        if (way.holds && way.waiting.size() < most_waiting) {
            frames_.hold(frame);
            way.waiting.push_back(frame);
        }
        return;
    }
    const bool is_heartbeat = channel == Channel::heartbeats;
    if (is_heartbeat && now < way.back_at) return;  // Nobody has subscribed yet.
    const auto lossy = static_cast<std::uint64_t>(way.lossy);
    TrueTime arrival = std::max(now, way.back_at) + delay(way);
    if (is_good_) {
        way.last_arrival = is_heartbeat ? std::max(way.last_arrival, arrival) : arrival;
        return arrive_at(is_heartbeat ? way.last_arrival : arrival, way, from, to, channel, frame);
    }
    if (is_heartbeat) {
        if (wires_.heartbeats_lost > 0 && way.dice.in_ten_thousand(wires_.heartbeats_lost)) return;
        // A segment that is lost is sent again, and everything behind it waits.
        if (wires_.stalled + lossy > 0 && way.dice.in_ten_thousand(wires_.stalled + lossy)) {
            arrival += way.dice.between(least_retransmission, 2 * least_retransmission);
        }
        way.last_arrival = std::max(way.last_arrival, arrival);
        return arrive_at(way.last_arrival, way, from, to, channel, frame);
    }
    if (wires_.loss + lossy > 0 && way.dice.in_ten_thousand(wires_.loss + lossy)) return;
    arrive_at(arrival, way, from, to, channel, frame);
    if (wires_.doubled + lossy > 0 && way.dice.in_ten_thousand(wires_.doubled + lossy)) {
        arrive_at(arrival + way.dice.between(Duration{}, 400ms), way, from, to, channel, frame);
    }
}

void Network::arrive_at(TrueTime when, const Link& link, NodeId from, NodeId to, Channel channel, FrameId frame) {
    frames_.hold(frame);
    calendar_.plan(when, {.what = Entry::What::arrival,
                          .from = from,
                          .at = to,
                          .number = frame,
                          .life = link.life,
                          .votes = channel == Channel::votes});
}

bool Network::arrives(const Entry& arrival) {
    Link& way = link(arrival.from, arrival.at, arrival.votes ? Channel::votes : Channel::heartbeats);
    if (arrival.life != way.life) return false;
    if (way.cuts == 0) return true;
    if (way.holds && way.waiting.size() < most_waiting) {
        frames_.hold(arrival.number);
        way.waiting.push_back(arrival.number);
    }
    return false;
}

void Network::cut(NodeId from, NodeId to, Channel channel, bool holds) {
    Link& way = link(from, to, channel);
    way.holds = way.cuts == 0 ? holds : way.holds && holds;
    ++way.cuts;
}

void Network::mend(TrueTime now, NodeId from, NodeId to, Channel channel) {
    Link& way = link(from, to, channel);
    if (--way.cuts > 0) return;
    // What waited goes on its way, in order, and what is sent from now on comes behind it.
    const TrueTime arrival = now + delay(way);
    way.last_arrival = std::max(way.last_arrival, arrival);
    for (const FrameId frame : std::exchange(way.waiting, {})) {
        arrive_at(arrival, way, from, to, channel, frame);
        frames_.drop(frame);
    }
}

void Network::slow_down(NodeId from, NodeId to, Duration by) {
    for (const Channel channel : both_channels) {
        link(from, to, channel).slower += by;
    }
}

void Network::lose(NodeId from, NodeId to, std::int64_t of_ten_thousand) {
    for (const Channel channel : both_channels) {
        link(from, to, channel).lossy += of_ten_thousand;
    }
}

void Network::drop_waiting(Link& link) {
    for (const FrameId frame : std::exchange(link.waiting, {})) {
        frames_.drop(frame);
    }
}

void Network::break_connections(TrueTime now, NodeId one, NodeId other, Duration back_after) {
    for (const Channel channel : both_channels) {
        for (Link* way : {&link(one, other, channel), &link(other, one, channel)}) {
            ++way->life;
            way->back_at = now + back_after;
            way->last_arrival = now;
            drop_waiting(*way);
        }
    }
}

}  // namespace bellwether::sim
