// What can be wrong with a frame of a peer. Counted and shown, never fatal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bellwether::protocol {

enum class DecodeError : std::uint8_t {
    none,
    not_msgpack,    // Truncated, a float, or no msgpack at all.
    trailing,       // Bytes after the message.
    version,        // Another wire version.
    type,           // Unknown message type.
    cluster,        // Of another mesh.
    missing,        // Too few elements.
    out_of_range,   // A number, name or enumerator that cannot be.
    limit,          // More acks, elections, bytes or levels than anyone may send.
    kind,           // A value of another kind than its field has, text for a number.
};
inline constexpr std::size_t decode_error_count = 10;
[[nodiscard]] std::string_view to_string(DecodeError error);

}  // namespace bellwether::protocol
