// Messages to send and bytes to send instead of them.
#pragma once

#include <cstddef>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/codec.hpp"
#include "protocol/messages.hpp"

namespace bellwether::tests {

using Bytes = std::vector<std::byte>;

// As the mesh of the tests reads and writes.
inline const protocol::Codec codec{"mesh"};
[[nodiscard]] Bytes encoded(const protocol::Message& message);

// "93 01 02 03" and back, as the msgpack specification prints bytes.
[[nodiscard]] Bytes bytes_of(std::string_view hex);
[[nodiscard]] std::string hex_of(std::span<const std::byte> bytes);

// One of each type, with a value in every field; the same ones each time.
[[nodiscard]] std::vector<protocol::Message> one_of_each();

// Any values that may be sent, the extremes among them more often than chance would have it.
class RandomMessages {
public:
    explicit RandomMessages(unsigned seed) : dice_{seed} {}
    [[nodiscard]] protocol::Message next();
    [[nodiscard]] protocol::Heartbeat heartbeat(std::size_t acks, std::size_t elections);

private:
    [[nodiscard]] std::uint64_t upto(std::uint64_t max);
    [[nodiscard]] bool coin() { return upto(1) == 1; }
    [[nodiscard]] protocol::NodeId node();
    [[nodiscard]] protocol::Incarnation incarnation();
    [[nodiscard]] protocol::Sent sent() { return {upto(protocol::max_sent.value)}; }
    [[nodiscard]] protocol::Term term() { return {upto(protocol::max_term.value)}; }
    [[nodiscard]] protocol::Duration lease();
    [[nodiscard]] protocol::ElectionName election();
    [[nodiscard]] std::string letters(std::size_t size);
    [[nodiscard]] protocol::ElectionView view();
    [[nodiscard]] protocol::VoteRequest vote_request();
    [[nodiscard]] protocol::VoteReply vote_reply();
    [[nodiscard]] protocol::Request request();
    [[nodiscard]] protocol::Response response();

    std::mt19937_64 dice_;
};

}  // namespace bellwether::tests
