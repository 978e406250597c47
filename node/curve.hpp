// CURVE, the encryption of ZeroMQ, on the sockets of the mesh: who proves what to whom, and how a socket is told.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <zmq.hpp>

#include "node/config.hpp"
#include "node/config_secret.hpp"
#include "protocol/types.hpp"

namespace bellwether::node {

// How a peer is spoken to: encrypted, if it proves to hold the secret of this public key, or in plain text.
struct Way {
    std::string server_key;
    [[nodiscard]] bool is_plain() const { return server_key.empty(); }
    friend bool operator==(const Way&, const Way&) = default;
};
// In the order in which they are tried: the one that is more likely to work in this mode comes first.
[[nodiscard]] std::vector<Way> ways_to(const NodeConfig& peer, SecurityMode mode);

[[nodiscard]] constexpr bool listens_encrypted(SecurityMode mode) { return mode >= SecurityMode::serve; }

// What is bound from now on admits only whom the doorkeeper does.
void listen_encrypted(zmq::socket_t& listener, const KeyPair& own);

// To be shown wherever the socket connects encrypted from now on.
void show_own_key(zmq::socket_t& connecting, const KeyPair& own);
// What is connected from now on goes this way.
void choose_way(zmq::socket_t& connecting, const Way& way);

// Who sent a message that came in at an encrypted listener, and the key that proved it when the connection was made.
struct Proof {
    protocol::NodeId sender{};
    std::string_view key;  // As long as the message.
};
// Of the last part: this libzmq forgets what it knows of the first one when it was polled for.
[[nodiscard]] Proof proof_of(const zmq::message_t& payload);

// How the doorkeeper has the key put into each message.
[[nodiscard]] std::string key_property(std::string_view key);

}  // namespace bellwether::node
