// What processes and their node say to each other about sessions, to frames and back: docs/sessions.md. Maps as in
// protocol/local_codec.hpp: unknown keys are ignored, of a key that stands twice the first counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "protocol/local_codec.hpp"
#include "protocol/session_messages.hpp"

namespace bellwether::protocol::session {

// `type` is the name of the struct: campaign, holds, answer, alive, revoked, resign.
[[nodiscard]] Frame encode(const FromProcess& message);

// Nothing if `type` is none of these, as of a request of people and scripts; or a sentence that says what is wrong.
[[nodiscard]] std::optional<std::variant<FromProcess, BadRequest>> decode_from_process(
    std::span<const std::byte> frame);

// `type`: challenge, joined, held, granted, extended, revoke, refused, announcement.
[[nodiscard]] Frame encode(const FromNode& message, Incarnation incarnation);

struct Heard {
    FromNode message;
    Incarnation incarnation{};  // Of the node that says it.
};
// Nothing if it is none of them, or a newer version's.
[[nodiscard]] std::optional<Heard> decode_from_node(std::span<const std::byte> frame);

}  // namespace bellwether::protocol::session
