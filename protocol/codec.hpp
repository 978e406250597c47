// Messages to frames and back: msgpack arrays beginning with wire version, message type, cluster and sender, in the
// order in which messages.hpp declares their fields. Elements beyond those are ignored, missing ones refused;
// nothing is sized, indexed or trusted by what the sender claims; no float ever travels. docs/wire.md is the page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "protocol/decode_error.hpp"
#include "protocol/messages.hpp"
#include "protocol/time.hpp"
#include "protocol/types.hpp"

namespace bellwether::protocol {

inline constexpr std::size_t max_heartbeat_frame = std::size_t{256} << 10U;
inline constexpr std::size_t max_frame = std::size_t{64} << 10U;  // Of any other message.
inline constexpr std::size_t max_wire_depth = 4;     // Arrays and maps in each other, the message itself counted.
inline constexpr std::size_t max_reason_bytes = 64;
inline constexpr std::size_t max_text_bytes = 512;

// 146 years after boot: whatever is added to an echo of it still is a Time.
inline constexpr Sent max_sent{std::uint64_t{1} << 62U};

class Codec {
public:
    explicit Codec(std::string_view cluster);

    // `frame` is overwritten. Free of allocation once `frame` has grown to its size. What is encoded must keep the
    // limits above and those of params.hpp, or every peer refuses it; only the text of a Response is cut to fit.
    void encode(const Message& message, std::vector<std::byte>& frame) const;
    void encode(const Heartbeat& heartbeat, std::vector<std::byte>& frame) const;

    // Never throws on what is in the frame. On an error `message` is left in any valid state. A heartbeat decoded
    // into a Message that already holds one reuses its memory: the hot path is free of allocation.
    [[nodiscard]] DecodeError decode(std::span<const std::byte> frame, Message& message) const;

private:
    std::uint64_t cluster_hash_;
};

[[nodiscard]] NodeId sender_of(const Message& message);

}  // namespace bellwether::protocol
