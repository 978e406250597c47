#include "node/vote_listener.hpp"

#include "node/peer_link.hpp"
#include "node/routing_id.hpp"

namespace bellwether::node {
namespace {

constexpr int requests_per_turn = 64;
constexpr std::size_t frame_overhead = 9;
constexpr std::size_t encryption_overhead = 33;
// Of a connection: what may wait in the kernel and in half a message. As empty parts it takes 32 times as much memory.
constexpr std::int64_t unaccounted_vote_bytes = std::int64_t{1} << 20U;

bool is_question(const protocol::Message& message) {
    return std::holds_alternative<protocol::VoteRequest>(message) ||
           std::holds_alternative<protocol::Transfer>(message) || std::holds_alternative<protocol::Request>(message);
}

std::string address_of_sender(const zmq::message_t& payload) {
    // Not of the first part: this libzmq forgets what it knows of that one when it was polled for.
    const char* address = zmq_msg_gets(payload.handle(), "Peer-Address");
    return address == nullptr ? "a stranger" : address;
}

}  // namespace

VoteListener::VoteListener(zmq::context_t& context, const Config& config, const NodeConfig& self,
                           const LinkWaits& waits, Decoder decoder, Refusals& refusals)
    : socket_{context, zmq::socket_type::router}, reader_{socket_}, decoder_{decoder}, refusals_{refusals} {
    for (const NodeConfig& node : config.nodes) {
        if (node.id != self.id) peers_.emplace(node.id, describe(node));
    }
    set_router_options(socket_, waits);
}

void VoteListener::listen(const Endpoint& endpoint, Gate& gate, const KeyPair* own) {
    port_ = TcpPort{endpoint, "votes"};
    gate_ = &gate;
    encrypted_ = own != nullptr;
    if (encrypted_) listen_encrypted(socket_, *own);
    gate.guard(socket_, {{unaccounted_vote_bytes}, max_mesh_connections}, "votes");
    port_.serve(socket_);
}

void VoteListener::change_key(const KeyPair& own) {
    listen_encrypted(socket_, own);
    port_.serve_anew(socket_);
    reader_.touch();
}

bool VoteListener::receive(Inbox& inbox) {
    std::size_t count = 0;
    for (int i = 0; i < requests_per_turn; ++i) {
        switch (reader_.read(parts_, count)) {
            case Read::nothing: return false;
            case Read::message: take(count, inbox); break;
            case Read::too_many:
                refusals_.report("parts_refused", address_of_sender(parts_.back()),
                                 "sent a message of many parts: connection shut");
                gate_->shut(parts_.back());
                break;
            case Read::skipped: break;
        }
    }
    return true;
}

void VoteListener::take(std::size_t count, Inbox& inbox) {
    const zmq::message_t& payload = parts_[count - 1];
    gate_->credit(payload, payload.size() + frame_overhead + (encrypted_ ? encryption_overhead : 0));
    if (payload.empty()) return;  // Sent by some clients when they connect.
    const std::string address = address_of_sender(payload);
    if (encrypted_ && !may_speak(payload, address)) return;
    const auto route = pack_routing_id(parts_.front());
    if (!route || count < 2 || (count == 3 && !parts_[1].empty())) {
        refusals_.report("parts_refused", address, "sent a request in a form that no peer uses");
        return;
    }
    protocol::Message& message = inbox.draft();
    if (!decoder_.decode(payload, message, address) || !is_from_a_peer(message, payload, address)) return;
    if (is_question(message)) {
        inbox.keep(sender_of(message), protocol::Route{*route});
    } else {
        refusals_.report("messages_misplaced", peers_.at(sender_of(message)),
                         "sent to the vote socket what is no request");
    }
}

// Asked of each message: who was admitted when it connected may have been struck off since.
bool VoteListener::may_speak(const zmq::message_t& payload, const std::string& address) {
    const Proof proof = proof_of(payload);
    if (gate_->admits(payload, proof)) return true;
    const auto peer = peers_.find(proof.sender);
    refusals_.report("keys_refused", peer == peers_.end() ? address : peer->second,
                     "sent a request with a key that is no public_key in the configuration any more: connection shut");
    return false;
}

bool VoteListener::is_from_a_peer(const protocol::Message& message, const zmq::message_t& payload,
                                  const std::string& address) {
    const protocol::NodeId sender = sender_of(message);
    const protocol::NodeId proven = encrypted_ ? proof_of(payload).sender : sender;
    if (sender != proven) {
        refusals_.report("sender_forged", peers_.at(proven),
                         "sent a request in the name of node " + std::to_string(sender.value) + ": connection shut");
        gate_->shut(payload);
        return false;
    }
    if (peers_.contains(sender)) return true;
    refusals_.report("senders_unknown", address,
                     "sent a request in the name of node " + std::to_string(sender.value) + ", which is no peer");
    return false;
}

bool VoteListener::send(protocol::Route route, std::span<const std::byte> frame) {
    const RoutingId id = unpack_routing_id(static_cast<std::uint32_t>(route.value));
    reader_.touch();
    try {
        if (!socket_.send(zmq::buffer(id), zmq::send_flags::sndmore | zmq::send_flags::dontwait)) return false;
        return socket_.send(zmq::buffer(frame.data(), frame.size()), zmq::send_flags::dontwait).has_value();
    } catch (const zmq::error_t&) {
        return false;  // Nobody there any more: the error that ROUTER_MANDATORY asks for.
    }
}

}  // namespace bellwether::node
