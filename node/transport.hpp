// The mesh sockets of one node: PUB and one conflating SUB a peer for heartbeats, ROUTER and one DEALER a peer for
// votes, a monitor each. Bytes in, events out; it decides nothing. Used from the loop's thread only.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <zmq.hpp>

#include "node/config.hpp"
#include "node/config_secret.hpp"
#include "node/inbox.hpp"
#include "node/peer_link.hpp"
#include "node/poller.hpp"
#include "protocol/codec.hpp"
#include "protocol/event.hpp"
#include "protocol/local_codec.hpp"

namespace bellwether::node {

class Transport {
public:
    // Binds and connects; throws std::runtime_error with a sentence that names the endpoint if it cannot. An
    // observer binds nothing and subscribes to the voters only. `own`: needed unless security.mode is off.
    Transport(zmq::context_t& context, const Config& config, const NodeConfig& self, const KeyPair* own = nullptr);
    ~Transport();
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    // All its descriptors, for the life of both.
    void watch_with(Poller& poller);

    // Drains every socket (a cap a socket and turn) into the inbox. The loop reads its clock after this.
    void receive();

    // Hands the inbox to the sink, heartbeats last, and empties it. Returns whether a socket hit its cap and has
    // more to read.
    bool deliver(const EventSink& sink);

    // To every subscriber; never blocks.
    void publish(const protocol::Heartbeat& heartbeat);

    // A VoteReply or Response goes back along its route, anything else over the connection pinned to `to`. What
    // cannot be sent now is dropped and counted: the protocol repeats what matters.
    void send(protocol::NodeId to, const protocol::Message& message, protocol::Route route);

    // The keys of another reading of the configuration, from now on: whoever spoke with one that is no more is cut off.
    // `own`: null if it is the same. Nothing else of the configuration is looked at.
    void change_keys(const Config& config, const NodeConfig& self, const KeyPair* own);

    // Since the start: frames_refused_<error>, sends_dropped, reconnects, handshakes_failed ...; and one log line per
    // peer and minute is written for each kind of refusal.
    [[nodiscard]] std::vector<protocol::Counter> counters() const;

    // Of the connections to a peer, for its entry in the status. Of an observer, to whom nobody connects: nothing.
    [[nodiscard]] std::optional<Safety> safety_of(protocol::NodeId peer) const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bellwether::node
