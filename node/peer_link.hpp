// The two connections to one peer: SUB for its heartbeats, DEALER for what it is asked and answers. What arrives on
// them is this peer's or nobody's.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <zmq.hpp>

#include "node/config.hpp"
#include "node/connection.hpp"
#include "node/curve.hpp"
#include "node/inbox.hpp"
#include "node/part_reader.hpp"
#include "node/poller.hpp"
#include "node/refusals.hpp"
#include "node/resolver.hpp"
#include "node/socket_options.hpp"

namespace bellwether::node {

// How a peer is spoken to, as status tells it.
struct Safety {
    std::string_view security;  // "curve", "plain", "none": not at all.
    std::string hindrance;  // What keeps us from speaking to it, as a sentence; "" if nothing does that is known.
};

class PeerLink {
public:
    // Uses the askers 2 * id and 2 * id + 1 of the resolver. `own` is shown to the peer where it is spoken to
    // encrypted; null if that is nowhere.
    PeerLink(zmq::context_t& context, const NodeConfig& peer, SecurityMode mode, const KeyPair* own,
             const LinkWaits& waits, Decoder decoder, Resolver& resolver, Refusals& refusals);

    void watch_with(Poller& poller);

    // The newest heartbeat is kept here, everything else goes to the inbox. True: the cap of a turn was hit.
    [[nodiscard]] bool receive(Inbox& inbox);

    // If one has come since the last call.
    void deliver_heartbeat(const EventSink& sink);

    // False: the connection is down, or has as much waiting as it may.
    [[nodiscard]] bool send(std::span<const std::byte> frame);

    // An answer for somebody else is ignored.
    void resolved(const Resolved& answer);

    // Of both connections.
    [[nodiscard]] protocol::Time deadline() const { return std::min(heartbeats_.deadline(), votes_.deadline()); }
    void keep_deadline(protocol::Time now);

    // Other keys of the peer from now on, and of our own unless null.
    void change_keys(const NodeConfig& peer, SecurityMode mode, const KeyPair* own);

    [[nodiscard]] Safety safety() const;

private:
    [[nodiscard]] bool receive_heartbeat();
    void take_heartbeat();
    [[nodiscard]] bool receive_answers(Inbox& inbox);
    [[nodiscard]] bool is_from_peer(const protocol::Message& message);
    void refuse_parts();

    protocol::NodeId id_;
    Connection heartbeats_;
    Connection votes_;
    PartReader heartbeat_reader_;
    PartReader vote_reader_;
    Decoder decoder_;
    Refusals& refusals_;
    zmq::message_t frame_;
    protocol::Event heartbeat_;  // Received, decoded in place.
    bool fresh_ = false;
};

// "peer 2 (beta)"
[[nodiscard]] std::string describe(const NodeConfig& peer);

}  // namespace bellwether::node
