#include "node/transport.hpp"

#include <map>
#include <optional>
#include <utility>
#include <variant>

#include "node/gate.hpp"
#include "node/heartbeat_publisher.hpp"
#include "node/peer_link.hpp"
#include "node/refusals.hpp"
#include "node/resolver.hpp"
#include "node/vote_listener.hpp"

namespace bellwether::node {

using protocol::NodeId;

class Transport::Impl {
public:
    Impl(zmq::context_t& context, const Config& config, const NodeConfig& self) : codec_{config.cluster} {
        const LinkWaits waits = link_waits(config.params);
        const Decoder decoder{codec_, refusals_};
        if (self.is_voter()) listen(context, config, self, waits, decoder);
        for (const NodeConfig* voter : config.voters()) {
            if (voter->id == self.id) continue;
            links_.try_emplace(voter->id, context, *voter, waits, decoder, resolver_, refusals_);
        }
    }

    void append_poll_items(std::vector<zmq::pollitem_t>& items) {
        items.push_back(resolver_.poll_item());
        if (publisher_) items.push_back(publisher_->poll_item());
        if (listener_) items.push_back(listener_->poll_item());
        for (auto& [id, link] : links_) link.append_poll_items(items);
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

    [[nodiscard]] std::vector<protocol::Counter> counters() const {
        std::vector<protocol::Counter> counters;
        refusals_.append_counters(counters);
        return counters;
    }

private:
    void listen(zmq::context_t& context, const Config& config, const NodeConfig& self, const LinkWaits& waits,
                const Decoder& decoder) {
        publisher_.emplace(context, waits, refusals_);
        listener_.emplace(context, config, self, waits, decoder, refusals_);
        gate_.emplace(context, refusals_);
        publisher_->listen(self.listener(self.heartbeat), *gate_);
        listener_->listen(self.listener(self.vote), *gate_);
        gate_->start();
    }

    [[nodiscard]] bool send_frame(NodeId to, bool answer, protocol::Route route) {
        if (answer) return listener_ && listener_->send(route, frame_);
        const auto link = links_.find(to);
        return link != links_.end() && link->second.send(frame_);
    }

    Refusals refusals_{"connections_shut", "handshakes_failed", "handshakes_refused",   "messages_misplaced",
                       "names_unresolved", "parts_refused",     "reconnects",           "sender_forged",
                       "senders_unknown",  "sends_dropped",     "subscriptions_refused"};
    protocol::Codec codec_;
    Resolver resolver_;
    std::optional<HeartbeatPublisher> publisher_;  // Of voters.
    std::optional<VoteListener> listener_;         // Of voters.
    std::optional<Gate> gate_;                     // Ends before the listeners that it watches.
    std::map<NodeId, PeerLink> links_;
    Inbox inbox_;
    std::vector<std::byte> frame_;
    bool more_ = false;
};

Transport::Transport(zmq::context_t& context, const Config& config, const NodeConfig& self)
    : impl_{std::make_unique<Impl>(context, config, self)} {}
Transport::~Transport() = default;

void Transport::append_poll_items(std::vector<zmq::pollitem_t>& items) const { impl_->append_poll_items(items); }
void Transport::receive() { impl_->receive(); }
bool Transport::deliver(const EventSink& sink) { return impl_->deliver(sink); }
void Transport::publish(const protocol::Heartbeat& heartbeat) { impl_->publish(heartbeat); }
void Transport::send(NodeId to, const protocol::Message& message, protocol::Route route) {
    impl_->send(to, message, route);
}
std::vector<protocol::Counter> Transport::counters() const { return impl_->counters(); }

}  // namespace bellwether::node
