// Layer 1: who hears whom, and what was promised for it. docs/protocol.md, "Liveness".
//
// Hearing a peer's incarnation promises it support for the D it names; the next heartbeat acks it. An ack of ours
// echoes our own send time, so what it is worth is counted on our own clock from before the peer heard us.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "protocol/messages.hpp"
#include "protocol/time.hpp"
#include "protocol/types.hpp"

namespace bellwether::protocol {

// What a node knows of one voter.
struct Peer {
    Heartbeat last{};  // The newest of the newest incarnation; incarnation 0: never heard.
    Time heard_until = long_ago;  // Of the newest incarnation: the moment of hearing + the D it named.
    Sent heard{};    // Newest `sent` of this incarnation in any message: what we ack.
    struct Promise {
        Incarnation to{};
        Duration lease{};
        Time until{};
    };
    std::vector<Promise> earlier_promises{};
    Term ceiling{};  // Highest ever heard of this node, in any incarnation.

    Sent echoed{};     // Newest own `sent` that this incarnation echoed.
    Duration round_trip{};  // How old that echo was when it came, the wait for the next heartbeat included.
    Sent broken_at{};  // Our newest `sent` when its connection broke: an echo of it or older is not fresh.
    bool link_was_up{};
    Time link_up_since = never;

    [[nodiscard]] Instance instance() const { return {last.sender, last.incarnation}; }
};

// What the heartbeat says that its sender last heard of `self`; nullptr if nothing of this incarnation.
[[nodiscard]] const Ack* ack_for(Instance self, const Heartbeat& heartbeat);

class Liveness {
public:
    // `self` listens to `voters` (itself left out); `lease` is the own D, by which links are measured.
    Liveness(Instance self, const std::vector<NodeId>& voters, Duration lease);

    [[nodiscard]] const std::map<NodeId, Peer>& peers() const { return peers_; }
    [[nodiscard]] const Peer* find(NodeId node) const;

    // Of (p, i) only heartbeats with a higher `sent` than the last are read; of p only the newest incarnation.
    [[nodiscard]] bool is_news(const Heartbeat& heartbeat) const;

    // Takes a heartbeat that is news, and the echo of ours in it. With `believed` false it is kept for status, but
    // promises nothing, acks nothing and counts for no link (another voter list, or a D that is not on disk yet).
    void hear(Time now, const Heartbeat& heartbeat, bool believed);

    // Any other message of the newest incarnation is heard as well, and may overtake its heartbeats.
    void hear_request(Time now, Instance candidate, Sent sent);

    // A monitor saw the connection break: no link until an echo of something sent after that.
    void disconnect(NodeId peer, Sent last_sent);

    // Up to when this node supports the instance; long_ago if it never promised.
    [[nodiscard]] Time promised_until(Instance instance) const;
    [[nodiscard]] bool hears(Instance instance, Time now) const { return now < promised_until(instance); }

    // Up to when the link would last without another echo.
    [[nodiscard]] Time link_until(const Peer& peer) const;
    [[nodiscard]] bool is_linked(const Peer& peer, Time now) const { return now < link_until(peer); }
    [[nodiscard]] bool is_linked(NodeId node, Time now) const;

    // Notes the links that have come up or gone down since the last call; returns whether one came up.
    bool note_links(Time now);

    [[nodiscard]] std::vector<Ack> acks(Time now) const;

    // The largest D of a promise that may still run.
    [[nodiscard]] Duration largest_promise(Time now) const;

    // The earliest end of a link or promise after `now`.
    [[nodiscard]] Time next_deadline(Time now) const;

private:
    Instance self_;
    Duration lease_;
    std::map<NodeId, Peer> peers_;

    friend struct Inspector;
};

}  // namespace bellwether::protocol
