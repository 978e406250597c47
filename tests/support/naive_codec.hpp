// A second decoder of what travels between nodes, naive and slow, on the objects of msgpack-cxx. The fast one must
// agree with it on every frame.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "protocol/messages.hpp"

namespace bellwether::tests {

// Nothing if any rule of docs/wire.md refuses the frame; which one, it does not say.
[[nodiscard]] std::optional<protocol::Message> naive_decode(std::span<const std::byte> frame, std::string_view cluster);

}  // namespace bellwether::tests
