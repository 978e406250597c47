// Local messages to frames and back: msgpack maps with string keys. Unknown keys are ignored, of a key that stands
// twice the first counts; what is missing has its default unless the page of the message says otherwise.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/local_messages.hpp"
#include "protocol/status.hpp"

namespace bellwether::protocol {

using Frame = std::vector<std::byte>;

// "leader/default/" and "view/default/".
[[nodiscard]] std::string leader_topic(const ElectionName& election);
[[nodiscard]] std::string view_topic(const ElectionName& election);

[[nodiscard]] Frame encode_announcement(const Announcement& announcement, bool with_deadline);
[[nodiscard]] std::optional<Announcement> decode_announcement(std::span<const std::byte> frame);

[[nodiscard]] Frame encode_request(const ControlRequest& request);

// A request, or a sentence that says what is wrong with the frame and what would be right, with the id if it could
// be read, so that the sender can be told.
struct BadRequest {
    std::uint64_t id{};
    std::string text;
};
[[nodiscard]] std::variant<ControlRequest, BadRequest> decode_request(std::span<const std::byte> frame);

[[nodiscard]] Frame encode_reply(const ControlReply& reply);
[[nodiscard]] std::optional<ControlReply> decode_reply(std::span<const std::byte> frame);

// One counter of the daemon, "frames_refused" or so, beside the state machine's own numbers.
struct Counter {
    std::string name;
    std::uint64_t value{};
    friend bool operator==(const Counter&, const Counter&) = default;
};

// {type: "status", id, status: {...}}: docs/control.md lists the fields.
[[nodiscard]] Frame encode_status(std::uint64_t id, const Status& status, const std::vector<Counter>& counters,
                                  std::string_view version);

// One level of a decoded map, for readers that only pass it on: the JSON text of any msgpack value that has string
// keys, compact, in the order of the map. Nothing if it is not msgpack or deeper than 16.
[[nodiscard]] std::optional<std::string> to_json(std::span<const std::byte> msgpack);

}  // namespace bellwether::protocol
