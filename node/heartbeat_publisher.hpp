// The socket on which a voter's heartbeats leave. It is an XPUB, to see who subscribes to what: a peer subscribes to
// everything, and whoever asks for a topic only wants to fill our memory.
#pragma once

#include <cstddef>
#include <span>

#include <zmq.hpp>

#include "node/config_endpoint.hpp"
#include "node/curve.hpp"
#include "node/gate.hpp"
#include "node/part_reader.hpp"
#include "node/refusals.hpp"
#include "node/socket_options.hpp"
#include "node/tcp_port.hpp"

namespace bellwether::node {

class HeartbeatPublisher {
public:
    HeartbeatPublisher(zmq::context_t& context, const LinkWaits& waits, Refusals& refusals);

    // Once, before anything else. The gate must end before this does. `own`: null if in plain text.
    void listen(const Endpoint& endpoint, Gate& gate, const KeyPair* own);

    // Listens with another key of its own; the peers connect anew.
    void change_key(const KeyPair& own);

    [[nodiscard]] Doorbell& doorbell() { return reader_.doorbell(); }

    // Looks at new subscriptions. True: the cap of a turn was hit.
    [[nodiscard]] bool receive();

    void publish(std::span<const std::byte> frame);

private:
    void look_at(const zmq::message_t& subscription);

    zmq::socket_t socket_;
    PartReader reader_;
    TcpPort port_;
    Gate* gate_ = nullptr;
    Refusals& refusals_;
    zmq::message_t frame_;
};

}  // namespace bellwether::node
