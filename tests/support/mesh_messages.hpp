// A message of each kind that matters to sockets, and a way to find one.
#pragma once

#include <optional>
#include <vector>

#include "protocol/codec.hpp"
#include "protocol/event.hpp"
#include "protocol/messages.hpp"

namespace bellwether::testing {

inline constexpr protocol::NodeId one{1};
inline constexpr protocol::NodeId two{2};
inline constexpr protocol::NodeId three{3};

inline protocol::Heartbeat heartbeat_of(protocol::NodeId sender, std::uint64_t sent = 1) {
    protocol::Heartbeat heartbeat;
    heartbeat.sender = sender;
    heartbeat.incarnation = {7};
    heartbeat.sent = {sent};
    heartbeat.lease = std::chrono::milliseconds{300};
    return heartbeat;
}

inline protocol::VoteRequest request_of(protocol::NodeId sender) {
    return {.sender = sender,
            .incarnation = {7},
            .sent = {1},
            .request = 5,
            .election = {},
            .term = {3},
            .priority = {1},
            .probe = false};
}

inline protocol::VoteReply reply_of(protocol::NodeId sender) {
    return {.sender = sender,
            .request = 5,
            .incarnation = {7},
            .election = {},
            .term = {3},
            .verdict = {},
            .ack = {1},
            .voter_term = {2},
            .retry_after_ms = 0};
}

template <class M>
std::optional<protocol::Received> find(const std::vector<protocol::Event>& events) {
    for (const protocol::Event& event : events) {
        const auto* received = std::get_if<protocol::Received>(&event);
        if (received != nullptr && std::holds_alternative<M>(received->message)) return *received;
    }
    return std::nullopt;
}

inline std::vector<std::byte> frame_of(const protocol::Message& message) {
    std::vector<std::byte> frame;
    protocol::Codec{"test"}.encode(message, frame);
    return frame;
}

}  // namespace bellwether::testing
