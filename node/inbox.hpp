// What has come in and waits to be handed over, in memory that is used again and again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include <zmq.hpp>

#include "node/refusals.hpp"
#include "protocol/codec.hpp"
#include "protocol/event.hpp"

namespace bellwether::node {

using EventSink = std::function<void(const protocol::Event&)>;

class Inbox {
public:
    // To be decoded into; nothing until keep().
    [[nodiscard]] protocol::Message& draft();
    void keep(protocol::NodeId from, protocol::Route route);

    void add(const protocol::LinkDown& down);

    // Hands over everything, in the order in which it came, and is empty then.
    void deliver(const EventSink& sink);

private:
    protocol::Event& next();

    std::vector<protocol::Event> events_;
    std::size_t used_ = 0;
};

// Whether it goes back along the route of a question.
[[nodiscard]] bool is_answer(const protocol::Message& message);

// Bytes to a message; what cannot be one is counted as frames_refused_<error> and told to the log.
class Decoder {
public:
    Decoder(const protocol::Codec& codec, Refusals& refusals) : codec_{&codec}, refusals_{&refusals} {}
    [[nodiscard]] bool decode(const zmq::message_t& frame, protocol::Message& message, std::string_view from) const;

private:
    const protocol::Codec* codec_;
    Refusals* refusals_;
};

}  // namespace bellwether::node
