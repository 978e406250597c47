// leader.sock: tells every subscriber who leads, the present state first. An XPUB, to see who subscribes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <zmq.hpp>

#include "node/gate.hpp"
#include "node/inbox.hpp"
#include "node/part_reader.hpp"
#include "node/refusals.hpp"
#include "protocol/event.hpp"
#include "protocol/local_codec.hpp"

namespace bellwether::node {

// What subscribers of this daemon ask for. May hold more than there is, never less.
class Subscriptions {
public:
    // A frame of an XPUB: "\1prefix" or "\0prefix", the latter when the last with that prefix has gone.
    void apply(std::string_view frame);
    [[nodiscard]] bool want(std::string_view topic) const;
    [[nodiscard]] bool crowded() const;
    [[nodiscard]] std::size_t size() const { return prefixes_.size(); }

private:
    std::set<std::string, std::less<>> prefixes_;
    std::uint64_t unknown_ = 0;  // Prefixes for which there was no room: while there are any, everything is wanted.
};

class Announcer {
public:
    Announcer(zmq::context_t& context, Refusals& refusals);

    // Once, before bind(). The gate must end before this does.
    void guard_with(Gate& gate);

    // An endpoint, as ZeroMQ writes it. Throws zmq::error_t.
    void bind(const std::string& endpoint) { socket_.bind(endpoint); }

    // Who has subscribed since receive(), and waits for the present state.
    [[nodiscard]] bool has_newcomers() const { return !newcomers_.empty(); }
    [[nodiscard]] Doorbell& doorbell() { return reader_.doorbell(); }

    // Sends new subscribers the state of every election they want. True: the cap of a turn was hit.
    [[nodiscard]] bool receive();

    void announce(const protocol::Announcement& announcement);

    // Each valid_until that a subscriber of leader/... has been sent since the last call.
    void deliver(const EventSink& sink);

    [[nodiscard]] std::size_t prefixes() const { return subscriptions_.size(); }

private:
    // An election as it was last announced.
    struct State {
        std::string leader_topic;
        std::string view_topic;
        protocol::Frame with_deadline;
        protocol::Frame without_deadline;
        std::optional<protocol::Time> valid_until;
        protocol::Time clock;
    };

    [[nodiscard]] bool read_subscriptions(int cap);
    void look_at(const zmq::message_t& subscription);
    void greet();
    void forget_silent();
    void send_with_deadline(const protocol::ElectionName& election, const State& state);
    void send(const std::string& topic, const protocol::Frame& frame);

    zmq::socket_t socket_;
    PartReader reader_;
    Gate* gate_ = nullptr;
    Refusals& refusals_;
    zmq::message_t frame_;
    Subscriptions subscriptions_;
    std::set<std::string, std::less<>> newcomers_;  // Prefixes of subscribers that have been sent nothing yet.
    std::map<protocol::ElectionName, State> elections_;
    protocol::Time clock_{};  // Of the newest announcement.
    std::vector<protocol::Believed> believed_;
};

}  // namespace bellwether::node
