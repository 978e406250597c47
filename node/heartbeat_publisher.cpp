#include "node/heartbeat_publisher.hpp"

namespace bellwether::node {
namespace {

constexpr int subscriptions_per_turn = 1024;
constexpr std::int64_t unaccounted_subscription_bytes = 8192;  // Handshake and one subscription are below 1 KiB.

// "\1" and nothing behind it: everything. "\0...": an end of a subscription.
bool is_of_a_peer(std::string_view subscription) { return subscription == "\1" || subscription.starts_with('\0'); }

}  // namespace

HeartbeatPublisher::HeartbeatPublisher(zmq::context_t& context, const LinkWaits& waits, Refusals& refusals)
    : socket_{context, zmq::socket_type::xpub}, reader_{socket_}, refusals_{refusals} {
    set_publisher_options(socket_, waits);
}

void HeartbeatPublisher::listen(const Endpoint& endpoint, Gate& gate, const KeyPair* own) {
    port_ = TcpPort{endpoint, "heartbeats"};
    gate_ = &gate;
    if (own != nullptr) listen_encrypted(socket_, *own);
    gate.guard(socket_, {unaccounted_subscription_bytes, max_mesh_connections}, "heartbeats");
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
    gate_->note_key(subscription, proof_of(subscription).key);
    if (is_of_a_peer(subscription.to_string_view()) && !subscription.more()) return;
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
