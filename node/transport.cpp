#include "node/transport.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <string_view>
#include <utility>
#include <variant>

#include "node/clock.hpp"
#include "node/curve_doorkeeper.hpp"
#include "node/curve_keyring.hpp"
#include "node/gate.hpp"
#include "node/heartbeat_publisher.hpp"
#include "node/refusals.hpp"
#include "node/resolver.hpp"
#include "node/vote_listener.hpp"

namespace bellwether::node {

using protocol::NodeId;

class Transport::Impl {
public:
    Impl(zmq::context_t& context, const Config& config, const NodeConfig& self, const KeyPair* own)
        : keys_{config, self}, codec_{config.cluster} {
        const SecurityMode mode = config.security.mode;
        assert(mode == SecurityMode::off || own != nullptr);
        const LinkWaits waits = link_waits(config.params);
        const Decoder decoder{codec_, refusals_};
        if (self.is_voter()) listen(context, config, self, listens_encrypted(mode) ? own : nullptr, waits, decoder);
        for (const NodeConfig* voter : config.voters()) {
            if (voter->id == self.id) continue;
            links_.try_emplace(voter->id, context, *voter, mode, own, waits, decoder, resolver_, refusals_);
        }
        set_alarm();
    }

    void watch_with(Poller& poller) {
        poller.watch(resolver_.fd());
        poller.watch(alarm_.fd());
        if (publisher_) poller.watch(publisher_->doorbell());
        if (listener_) poller.watch(listener_->doorbell());
        for (auto& [id, link] : links_) link.watch_with(poller);
    }

    void receive() {
        for (const Resolved& answer : resolver_.take()) {
            for (auto& [id, link] : links_) link.resolved(answer);
        }
        if (publisher_ && publisher_->receive()) more_ = true;
        if (listener_ && listener_->receive(inbox_)) more_ = true;
        for (auto& [id, link] : links_) {
            if (link.receive(inbox_)) more_ = true;
        }
        keep_deadlines();
    }

    bool deliver(const EventSink& sink) {
        inbox_.deliver(sink);
        for (auto& [id, link] : links_) link.deliver_heartbeat(sink);
        return std::exchange(more_, false);
    }

    void publish(const protocol::Heartbeat& heartbeat) {
        if (!publisher_) return;
        codec_.encode(heartbeat, frame_);
        publisher_->publish(frame_);
    }

    void send(NodeId to, const protocol::Message& message, protocol::Route route) {
        codec_.encode(message, frame_);
        if (!send_frame(to, is_answer(message), route)) refusals_.count("sends_dropped");
    }

    void change_keys(const Config& config, const NodeConfig& self, const KeyPair* own) {
        keys_.take(config, self);
        // First, and for all to connect to again at once.
        if (own != nullptr && doorkeeper_) {
            publisher_->change_key(*own);
            listener_->change_key(*own);
        }
        if (gate_) gate_->shut_revoked();
        for (const NodeConfig* voter : config.voters()) {
            const auto link = links_.find(voter->id);
            if (link != links_.end()) link->second.change_keys(*voter, config.security.mode, own);
        }
        set_alarm();
    }

    [[nodiscard]] std::vector<protocol::Counter> counters() const {
        std::vector<protocol::Counter> counters;
        refusals_.append_counters(counters);
        return counters;
    }

    [[nodiscard]] std::optional<Safety> safety_of(NodeId peer) const {
        const auto link = links_.find(peer);
        return link == links_.end() ? std::nullopt : std::optional{link->second.safety()};
    }

private:
    // `own`: null if in plain text.
    void listen(zmq::context_t& context, const Config& config, const NodeConfig& self, const KeyPair* own,
                const LinkWaits& waits, const Decoder& decoder) {
        if (own != nullptr) doorkeeper_.emplace(context, keys_, refusals_);
        publisher_.emplace(context, waits, refusals_);
        listener_.emplace(context, config, self, waits, decoder, refusals_);
        gate_.emplace(context, refusals_, Strangers::hosts,
                      [this](const Proof& proof) { return !doorkeeper_ || is_listed(proof); });
        publisher_->listen(self.listener(self.heartbeat), *gate_, own);
        listener_->listen(self.listener(self.vote), *gate_, own);
        gate_->start();
    }

    // A key that has moved to another node is not that of its former holder any more.
    [[nodiscard]] bool is_listed(const Proof& proof) const {
        return proof.sender != protocol::nobody && keys_.holder_of(proof.key) == proof.sender;
    }

    void keep_deadlines() {
        alarm_.silence();
        const protocol::Time now = clock_now();
        for (auto& [id, link] : links_) link.keep_deadline(now);
        set_alarm();
    }

    void set_alarm() {
        protocol::Time next = protocol::never;
        for (const auto& [id, link] : links_) next = std::min(next, link.deadline());
        alarm_.set(next);
    }

    [[nodiscard]] bool send_frame(NodeId to, bool answer, protocol::Route route) {
        if (answer) return listener_ && listener_->send(route, frame_);
        const auto link = links_.find(to);
        return link != links_.end() && link->second.send(frame_);
    }

    Refusals refusals_{"connections_shut",   "handshakes_failed", "handshakes_refused", "keys_refused",
                       "messages_misplaced", "names_unresolved",  "parts_refused",      "reconnects",
                       "sender_forged",      "senders_unknown",   "sends_dropped",      "subscriptions_refused"};
    KeyRing keys_;
    protocol::Codec codec_;
    Resolver resolver_;
    std::optional<Doorkeeper> doorkeeper_;  // Of encrypted listeners: there before them, and until they have ended.
    std::optional<HeartbeatPublisher> publisher_;  // Of voters.
    std::optional<VoteListener> listener_;         // Of voters.
    std::optional<Gate> gate_;                     // Ends before the listeners that it watches.
    std::map<NodeId, PeerLink> links_;
    Alarm alarm_;  // For links that are to be tried again.
    Inbox inbox_;
    std::vector<std::byte> frame_;
    bool more_ = false;
};

Transport::Transport(zmq::context_t& context, const Config& config, const NodeConfig& self, const KeyPair* own)
    : impl_{std::make_unique<Impl>(context, config, self, own)} {}
Transport::~Transport() = default;

void Transport::watch_with(Poller& poller) { impl_->watch_with(poller); }
void Transport::receive() { impl_->receive(); }
bool Transport::deliver(const EventSink& sink) { return impl_->deliver(sink); }
void Transport::publish(const protocol::Heartbeat& heartbeat) { impl_->publish(heartbeat); }
void Transport::send(NodeId to, const protocol::Message& message, protocol::Route route) {
    impl_->send(to, message, route);
}
void Transport::change_keys(const Config& config, const NodeConfig& self, const KeyPair* own) {
    impl_->change_keys(config, self, own);
}
std::vector<protocol::Counter> Transport::counters() const { return impl_->counters(); }
std::optional<Safety> Transport::safety_of(NodeId peer) const { return impl_->safety_of(peer); }

}  // namespace bellwether::node
