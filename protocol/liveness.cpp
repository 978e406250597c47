#include "protocol/liveness.hpp"

#include <algorithm>
#include <cassert>

#include "protocol/planted.hpp"

namespace bellwether::protocol {

const Ack* ack_for(Instance self, const Heartbeat& heartbeat) {
    const auto ack = std::find_if(heartbeat.acks.begin(), heartbeat.acks.end(), [&](const Ack& a) {
        return a.peer == self.node && a.incarnation == self.incarnation;
    });
    return ack == heartbeat.acks.end() ? nullptr : &*ack;
}

Liveness::Liveness(Instance self, const std::vector<NodeId>& voters, Duration lease) : self_(self), lease_(lease) {
    for (const NodeId voter : voters) {
        if (voter != self.node) {
            peers_[voter].last.sender = voter;
        }
    }
}

const Peer* Liveness::find(NodeId node) const {
    const auto place = peers_.find(node);
    return place == peers_.end() ? nullptr : &place->second;
}

bool Liveness::is_news(const Heartbeat& heartbeat) const {
    const Peer* peer = find(heartbeat.sender);
    if (peer == nullptr || heartbeat.incarnation < peer->last.incarnation) {
        return false;
    }
    return heartbeat.incarnation > peer->last.incarnation || heartbeat.sent > peer->last.sent;
}

namespace {

// What was promised to an earlier incarnation holds to its end.
void begin_incarnation(Peer& peer, Time now) {
    std::erase_if(peer.earlier_promises, [&](const auto& promise) { return promise.until <= now; });
    if (peer.heard_until > now && !planted(Bug::promise_dies_with_its_life)) {
        peer.earlier_promises.push_back({peer.last.incarnation, peer.last.lease, peer.heard_until});
    }
    peer.heard_until = long_ago;
    peer.heard = {};
    peer.echoed = {};
}

}  // namespace

void Liveness::hear(Time now, const Heartbeat& heartbeat, bool believed) {
    assert(is_news(heartbeat));
    Peer& peer = peers_.at(heartbeat.sender);
    if (heartbeat.incarnation != peer.last.incarnation) {
        begin_incarnation(peer, now);
    }
    peer.last = heartbeat;
    if (const Ack* ack = ack_for(self_, heartbeat); believed && ack != nullptr) {
        if (ack->heard > peer.echoed) {
            peer.echoed = ack->heard;
            peer.round_trip = now - at_ns(ack->heard.value);
        }
    }
    if (believed) {
        // Promises only move forward, whatever D a later heartbeat names.
        peer.heard_until = std::max(peer.heard_until, now + heartbeat.lease);
        peer.heard = std::max(peer.heard, heartbeat.sent);
        peer.ceiling = std::max(peer.ceiling, heartbeat.ceiling);
    }
}

void Liveness::hear_request(Time now, Instance candidate, Sent sent) {
    Peer& peer = peers_.at(candidate.node);
    assert(peer.instance() == candidate);
    peer.heard = std::max(peer.heard, sent);
    peer.heard_until = std::max(peer.heard_until, now + peer.last.lease);
}

void Liveness::disconnect(NodeId node, Sent last_sent) {
    const auto place = peers_.find(node);
    if (place != peers_.end()) {
        place->second.broken_at = last_sent;
    }
}

Time Liveness::promised_until(Instance instance) const {
    const Peer* peer = find(instance.node);
    if (peer == nullptr) {
        return long_ago;
    }
    if (peer->last.incarnation == instance.incarnation) {
        return peer->heard_until;
    }
    for (const Peer::Promise& promise : peer->earlier_promises) {
        if (promise.to == instance.incarnation) {
            return promise.until;
        }
    }
    return long_ago;
}

Time Liveness::link_until(const Peer& peer) const {
    const bool fresh = peer.echoed > peer.broken_at;
    return fresh ? at_ns(peer.echoed.value) + lease_ : long_ago;
}

bool Liveness::is_linked(NodeId node, Time now) const {
    const Peer* peer = find(node);
    return peer != nullptr && is_linked(*peer, now);
}

bool Liveness::note_links(Time now) {
    bool came_up = false;
    for (auto& [id, peer] : peers_) {
        const bool up = is_linked(peer, now);
        if (up && !peer.link_was_up) {
            peer.link_up_since = now;
            came_up = true;
        } else if (!up) {
            peer.link_up_since = never;
        }
        peer.link_was_up = up;
    }
    return came_up;
}

std::vector<Ack> Liveness::acks(Time now) const {
    std::vector<Ack> acks;
    acks.reserve(peers_.size());
    for (const auto& [id, peer] : peers_) {
        if (now < peer.heard_until) {
            acks.push_back({id, peer.last.incarnation, peer.heard, peer.ceiling});
        }
    }
    return acks;
}

Duration Liveness::largest_promise(Time now) const {
    Duration largest{};
    for (const auto& [id, peer] : peers_) {
        largest = now < peer.heard_until ? std::max(largest, peer.last.lease) : largest;
        for (const Peer::Promise& promise : peer.earlier_promises) {
            largest = now < promise.until ? std::max(largest, promise.lease) : largest;
        }
    }
    return largest;
}

Time Liveness::next_deadline(Time now) const {
    Time next = never;
    const auto consider = [&](Time time) { next = time > now ? std::min(next, time) : next; };
    for (const auto& [id, peer] : peers_) {
        consider(link_until(peer));
        consider(peer.heard_until);
        for (const auto& promise : peer.earlier_promises) {
            consider(promise.until);
        }
    }
    return next;
}

}  // namespace bellwether::protocol
