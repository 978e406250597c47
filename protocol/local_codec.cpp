#include "protocol/local_codec.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "protocol/local_fields.hpp"
#include "protocol/map_writer.hpp"
#include "protocol/params.hpp"
#include "protocol/received_map.hpp"

namespace bellwether::protocol {

namespace {

constexpr std::array<std::string_view, 6> request_types{"status", "stepdown", "transfer", "drain", "undrain", "reload"};
constexpr std::uint64_t max_hold_ms = max_hold / std::chrono::milliseconds{1};

std::uint64_t ms_of(Duration duration) {
    return static_cast<std::uint64_t>(std::max(duration, Duration::zero()) / std::chrono::milliseconds{1});
}

std::string known_types() {
    std::string list;
    for (const auto type : request_types) {
        list += (list.empty() ? "" : ", ") + std::string{type};
    }
    return list;
}

// Why the frame is no good request; "" if it is one.
std::string read_fields(const ReceivedMap& map, ControlRequest& request) {
    if (!map.read("id", request.id)) return "id must be an unsigned integer";
    if (!is_version(map)) return "v must be 1, the version of this protocol";
    if (!map.read("type", request.type)) return "type must be a text, one of " + known_types();
    if (std::find(request_types.begin(), request_types.end(), request.type) == request_types.end()) {
        return in_quotes(request.type) + " is no known type, these are: " + known_types() +
               "; and of sessions: campaign, answer, alive, holds, revoked, resign";
    }
    if (!map.read("election", request.election)) {
        return "election must be a name of 1 to 64 letters, digits, - or _";
    }
    if (!map.read("target", request.target)) return "target must be a text, the name of a node";
    std::uint64_t for_ms = 0;
    if (!map.read("for_ms", for_ms, max_hold_ms)) {
        return "for_ms must be an unsigned integer, at most " + std::to_string(max_hold_ms) + " (24 h)";
    }
    if (map.has("for_ms")) request.hold = std::chrono::milliseconds{for_ms};
    return {};
}

}  // namespace

std::string leader_topic(const ElectionName& election) { return "leader/" + election.str() + "/"; }
std::string view_topic(const ElectionName& election) { return "view/" + election.str() + "/"; }

Frame encode_announcement(const Announcement& announcement, bool with_deadline) {
    Frame frame;
    MapWriter map{frame};
    map.field("v", local_version);
    write_fields(map, announcement, with_deadline);
    return frame;
}

std::optional<Announcement> decode_announcement(std::span<const std::byte> frame) {
    const auto map = ReceivedMap::parse(frame);
    return map && is_version(*map) ? read_announcement(*map) : std::nullopt;
}

Frame encode_request(const ControlRequest& request) {
    Frame frame;
    MapWriter map{frame};
    map.field("v", local_version);
    map.field("type", request.type);
    map.field("id", request.id);
    map.field("election", request.election);
    if (!request.target.empty()) map.field("target", request.target);
    if (request.hold) map.field("for_ms", ms_of(*request.hold));
    return frame;
}

std::variant<ControlRequest, BadRequest> decode_request(std::span<const std::byte> frame) {
    const auto map = ReceivedMap::parse(frame);
    if (!map) return BadRequest{0, "not a request: expected one msgpack map with v, type and id"};
    ControlRequest request;
    std::string wrong = read_fields(*map, request);
    if (!wrong.empty()) return BadRequest{request.id, std::move(wrong)};
    return request;
}

Frame encode_reply(const ControlReply& reply) {
    Frame frame;
    MapWriter map{frame};
    map.field("v", local_version);
    map.field("type", std::string_view{reply.done ? "done" : "refused"});
    map.field("id", reply.id);
    map.field("reason", reply.reason);
    map.field("text", reply.text);
    return frame;
}

std::optional<ControlReply> decode_reply(std::span<const std::byte> frame) {
    const auto map = ReceivedMap::parse(frame);
    std::string type;
    ControlReply reply;
    const bool good = map && map->read("type", type) && map->read("id", reply.id) &&
                      map->read("reason", reply.reason) && map->read("text", reply.text);
    if (!good || (type != "done" && type != "refused")) return std::nullopt;
    reply.done = type == "done";
    return reply;
}

}  // namespace bellwether::protocol
