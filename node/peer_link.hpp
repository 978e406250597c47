// The two connections to one peer: SUB for its heartbeats, DEALER for what it is asked and answers. What arrives on
// them is this peer's or nobody's.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <zmq.hpp>

#include "node/config.hpp"
#include "node/connection.hpp"
#include "node/inbox.hpp"
#include "node/part_reader.hpp"
#include "node/refusals.hpp"
#include "node/resolver.hpp"
#include "node/socket_options.hpp"

namespace bellwether::node {

class PeerLink {
public:
    // Uses the askers 2 * id and 2 * id + 1 of the resolver.
    PeerLink(zmq::context_t& context, const NodeConfig& peer, const LinkWaits& waits, Decoder decoder,
             Resolver& resolver, Refusals& refusals);

    void append_poll_items(std::vector<zmq::pollitem_t>& items);

    // The newest heartbeat is kept here, everything else goes to the inbox. True: the cap of a turn was hit.
    [[nodiscard]] bool receive(Inbox& inbox);

    // If one has come since the last call.
    void deliver_heartbeat(const EventSink& sink);

    // False: the connection is down, or has as much waiting as it may.
    [[nodiscard]] bool send(std::span<const std::byte> frame);

    // An answer for somebody else is ignored.
    void resolved(const Resolved& answer);

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
