// The name that a ROUTER makes up for a connection, as a number: a zero byte and four more.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include <zmq.hpp>

namespace bellwether::node {

using RoutingId = std::array<std::byte, 5>;

// Nothing if the peer has chosen an id itself, as no program of ours does.
[[nodiscard]] inline std::optional<std::uint32_t> pack_routing_id(const zmq::message_t& id) {
    std::uint32_t packed = 0;
    if (id.size() != sizeof(RoutingId) || *id.data<char>() != 0) return std::nullopt;
    std::memcpy(&packed, id.data<char>() + 1, sizeof(packed));
    return packed;
}

[[nodiscard]] inline RoutingId unpack_routing_id(std::uint32_t packed) {
    RoutingId id{};
    std::memcpy(id.data() + 1, &packed, sizeof(packed));
    return id;
}

}  // namespace bellwether::node
