// The socket on which a voter is asked: vote requests, hand-overs, requests. It is a ROUTER whose generated routing
// ids are the way back.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <string>

#include <zmq.hpp>

#include "node/config.hpp"
#include "node/curve.hpp"
#include "node/gate.hpp"
#include "node/inbox.hpp"
#include "node/part_reader.hpp"
#include "node/refusals.hpp"
#include "node/socket_options.hpp"
#include "node/tcp_port.hpp"

namespace bellwether::node {

class VoteListener {
public:
    VoteListener(zmq::context_t& context, const Config& config, const NodeConfig& self, const LinkWaits& waits,
                 Decoder decoder, Refusals& refusals);

    // Once, before anything else. The gate must end before this does. `own`: null if in plain text.
    void listen(const Endpoint& endpoint, Gate& gate, const KeyPair* own);

    // Listens with another key of its own; the peers connect anew.
    void change_key(const KeyPair& own);

    [[nodiscard]] Doorbell& doorbell() { return reader_.doorbell(); }

    // True: the cap of a turn was hit.
    [[nodiscard]] bool receive(Inbox& inbox);

    // False: nobody is at that route any more, or it has as much waiting as it may.
    [[nodiscard]] bool send(protocol::Route route, std::span<const std::byte> frame);

private:
    void take(std::size_t count, Inbox& inbox);
    [[nodiscard]] bool may_speak(const zmq::message_t& payload, const std::string& address);
    [[nodiscard]] bool is_from_a_peer(const protocol::Message& message, const zmq::message_t& payload,
                                      const std::string& address);

    zmq::socket_t socket_;
    PartReader reader_;
    Decoder decoder_;
    bool encrypted_ = false;
    TcpPort port_;
    Gate* gate_ = nullptr;
    Refusals& refusals_;
    std::map<protocol::NodeId, std::string> peers_;  // All nodes but this one, as the log calls them.
    std::array<zmq::message_t, 3> parts_;
};

}  // namespace bellwether::node
