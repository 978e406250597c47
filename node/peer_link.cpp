#include "node/peer_link.hpp"

#include <variant>

namespace bellwether::node {
namespace {

constexpr int answers_per_turn = 64;
constexpr int heartbeats_per_turn = 4;

}  // namespace

std::string describe(const NodeConfig& peer) {
    return "peer " + std::to_string(peer.id.value) + " (" + peer.name + ")";
}

PeerLink::PeerLink(zmq::context_t& context, const NodeConfig& peer, SecurityMode mode, const KeyPair* own,
                   const LinkWaits& waits, Decoder decoder, Resolver& resolver, Refusals& refusals)
    : id_{peer.id},
      heartbeats_{context,  zmq::socket_type::sub,    peer.heartbeat, describe(peer), ways_to(peer, mode),
                  resolver, Asker{2} * peer.id.value, refusals},
      votes_{context,  zmq::socket_type::dealer,     peer.vote, describe(peer), ways_to(peer, mode),
             resolver, Asker{2} * peer.id.value + 1, refusals},
      heartbeat_reader_{heartbeats_.socket()},
      vote_reader_{votes_.socket()},
      decoder_{decoder},
      refusals_{refusals},
      heartbeat_{protocol::Received{.from = peer.id, .message = protocol::Heartbeat{}, .route = {}}} {
    set_subscriber_options(heartbeats_.socket(), waits);
    set_dealer_options(votes_.socket(), waits);
    for (Connection* connection : {&heartbeats_, &votes_}) {
        if (own != nullptr) show_own_key(connection->socket(), *own);
        connection->connect();
    }
}

void PeerLink::watch_with(Poller& poller) {
    for (PartReader* reader : {&heartbeat_reader_, &vote_reader_}) poller.watch(reader->doorbell());
    for (Connection* connection : {&heartbeats_, &votes_}) poller.watch(connection->monitor().doorbell());
}

bool PeerLink::receive(Inbox& inbox) {
    if (heartbeats_.observe()) inbox.add({id_});
    (void)votes_.observe();
    const bool more_heartbeats = receive_heartbeat();
    return receive_answers(inbox) || more_heartbeats;
}

// The socket keeps no more than the newest, but it must be read until it is empty: only then it tells of the next one.
bool PeerLink::receive_heartbeat() {
    std::size_t count = 0;
    for (int i = 0; i < heartbeats_per_turn; ++i) {
        switch (heartbeat_reader_.read({&frame_, 1}, count)) {
            case Read::message: take_heartbeat(); break;
            case Read::too_many: refuse_parts(); break;
            case Read::skipped: break;
            case Read::nothing: return false;
        }
    }
    return true;
}

void PeerLink::take_heartbeat() {
    protocol::Message& message = std::get<protocol::Received>(heartbeat_).message;
    fresh_ = decoder_.decode(frame_, message, heartbeats_.peer()) && is_from_peer(message);
    if (!fresh_ || std::holds_alternative<protocol::Heartbeat>(message)) return;
    fresh_ = false;
    refusals_.report("messages_misplaced", heartbeats_.peer(), "published what is no heartbeat");
}

bool PeerLink::receive_answers(Inbox& inbox) {
    std::size_t count = 0;
    for (int i = 0; i < answers_per_turn; ++i) {
        const Read read = vote_reader_.read({&frame_, 1}, count);
        if (read == Read::nothing) return false;
        if (read == Read::too_many) refuse_parts();
        if (read != Read::message) continue;
        protocol::Message& message = inbox.draft();
        if (!decoder_.decode(frame_, message, votes_.peer()) || !is_from_peer(message)) continue;
        if (is_answer(message)) {
            inbox.keep(id_, {});
        } else {
            refusals_.report("messages_misplaced", votes_.peer(), "answered with what is no answer");
        }
    }
    return true;
}

bool PeerLink::is_from_peer(const protocol::Message& message) {
    const protocol::NodeId sender = sender_of(message);
    if (sender == id_) return true;
    refusals_.report("sender_forged", heartbeats_.peer(),
                     "sent a message in the name of node " + std::to_string(sender.value));
    return false;
}

void PeerLink::refuse_parts() {
    refusals_.report("parts_refused", heartbeats_.peer(), "sent a message of several parts");
}

void PeerLink::deliver_heartbeat(const EventSink& sink) {
    if (fresh_) sink(heartbeat_);
    fresh_ = false;
}

bool PeerLink::send(std::span<const std::byte> frame) {
    vote_reader_.touch();
    return votes_.socket().send(zmq::buffer(frame.data(), frame.size()), zmq::send_flags::dontwait).has_value();
}

void PeerLink::keep_deadline(protocol::Time now) {
    heartbeats_.keep_deadline(now);
    votes_.keep_deadline(now);
}

void PeerLink::change_keys(const NodeConfig& peer, SecurityMode mode, const KeyPair* own) {
    for (Connection* connection : {&heartbeats_, &votes_}) {
        if (own != nullptr) show_own_key(connection->socket(), *own);
        connection->change_ways(ways_to(peer, mode), own != nullptr);
    }
}

Safety PeerLink::safety() const {
    const auto is_up_and = [&](bool plain) {
        return (heartbeats_.is_up() && heartbeats_.is_plain() == plain) ||
               (votes_.is_up() && votes_.is_plain() == plain);
    };
    const std::string& hindrance = heartbeats_.hindrance().empty() ? votes_.hindrance() : heartbeats_.hindrance();
    return {.security = is_up_and(true) ? "plain" : is_up_and(false) ? "curve" : "none", .hindrance = hindrance};
}

void PeerLink::resolved(const Resolved& answer) {
    for (Connection* connection : {&heartbeats_, &votes_}) {
        if (connection->asker() == answer.asker) connection->resolved(answer);
    }
}

}  // namespace bellwether::node
