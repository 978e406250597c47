#include "node/heartbeat_publisher.hpp"

#include <string>

namespace bellwether::node {
namespace {

constexpr int subscriptions_per_turn = 1024;
constexpr std::int64_t unaccounted_subscription_bytes = 8192;  // Handshake and one subscription are below 1 KiB.

// "\1" and nothing behind it: everything.
bool is_to_everything(const zmq::message_t& subscription) {
    return subscription.to_string_view() == "\1" && !subscription.more();
}

// Said by libzmq as well, of a connection that is gone, and then without the key.
bool is_an_end(const zmq::message_t& subscription) {
    return subscription.to_string_view().starts_with('\0') && !subscription.more();
}

}  // namespace

HeartbeatPublisher::HeartbeatPublisher(zmq::context_t& context, const LinkWaits& waits, Refusals& refusals)
    : socket_{context, zmq::socket_type::xpub}, reader_{socket_}, refusals_{refusals} {
    set_publisher_options(socket_, waits);
}

void HeartbeatPublisher::listen(const Endpoint& endpoint, Gate& gate, const KeyPair* own) {
    port_ = TcpPort{endpoint, "heartbeats"};
    gate_ = &gate;
    if (own != nullptr) listen_encrypted(socket_, *own);
    gate.guard(socket_, {{unaccounted_subscription_bytes}, max_mesh_connections}, "heartbeats");
    port_.serve(socket_);
}

void HeartbeatPublisher::change_key(const KeyPair& own) {
    listen_encrypted(socket_, own);
    port_.serve_anew(socket_);
    reader_.touch();
}

bool HeartbeatPublisher::receive() {
    std::size_t count = 0;
    for (int i = 0; i < subscriptions_per_turn; ++i) {
        const Read read = reader_.read({&frame_, 1}, count);
        if (read == Read::nothing) return false;
        if (read != Read::skipped) look_at(frame_);
    }
    return true;
}

void HeartbeatPublisher::look_at(const zmq::message_t& subscription) {
    if (is_an_end(subscription)) return;
    const Proof proof = proof_of(subscription);
    if (!gate_->admits(subscription, proof)) {
        refusals_.report("keys_refused", "listener for heartbeats",
                         "node " + std::to_string(proof.sender.value) +
                             " subscribed with a key that is no public_key in the configuration any more: connection "
                             "shut");
        return;
    }
    if (is_to_everything(subscription)) return;
    refusals_.report("subscriptions_refused", "listener for heartbeats",
                     "somebody subscribed to a topic, which no peer does: connection shut");
    gate_->shut(subscription);
}

void HeartbeatPublisher::publish(std::span<const std::byte> frame) {
    // A subscriber that reads too slowly misses some; this never waits.
    (void)socket_.send(zmq::buffer(frame.data(), frame.size()), zmq::send_flags::dontwait);
    reader_.touch();
}

}  // namespace bellwether::node
