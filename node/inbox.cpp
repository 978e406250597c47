#include "node/inbox.hpp"

#include <string>

namespace bellwether::node {

using protocol::DecodeError;
using protocol::Received;

protocol::Event& Inbox::next() {
    if (used_ == events_.size()) events_.emplace_back();
    return events_[used_];
}

protocol::Message& Inbox::draft() {
    protocol::Event& event = next();
    if (!std::holds_alternative<Received>(event)) event = Received{};
    return std::get<Received>(event).message;
}

void Inbox::keep(protocol::NodeId from, protocol::Route route) {
    auto& received = std::get<Received>(events_[used_++]);
    received.from = from;
    received.route = route;
}

void Inbox::add(const protocol::LinkDown& down) {
    next() = down;
    ++used_;
}

void Inbox::deliver(const EventSink& sink) {
    for (std::size_t i = 0; i < used_; ++i) sink(events_[i]);
    used_ = 0;
}

bool is_answer(const protocol::Message& message) {
    return std::holds_alternative<protocol::VoteReply>(message) || std::holds_alternative<protocol::Response>(message);
}

bool Decoder::decode(const zmq::message_t& frame, protocol::Message& message, std::string_view from) const {
    const DecodeError error = codec_->decode({frame.data<std::byte>(), frame.size()}, message);
    if (error == DecodeError::none) return true;
    const std::string word{to_string(error)};
    refusals_->report("frames_refused_" + word, from, "sent a frame that is refused (" + word + ")");
    return false;
}

}  // namespace bellwether::node
