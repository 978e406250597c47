#include "protocol/local_codec.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

#include "protocol/map_writer.hpp"
#include "protocol/metadata.hpp"
#include "protocol/params.hpp"
#include "protocol/received_map.hpp"

namespace bellwether::protocol {

namespace {

constexpr std::array<std::string_view, 5> request_types{"status", "stepdown", "transfer", "drain", "undrain"};
constexpr std::uint64_t max_hold_ms = max_hold / std::chrono::milliseconds{1};
constexpr std::uint64_t latest_ns = std::numeric_limits<std::int64_t>::max();

std::uint64_t ms_of(Duration duration) {
    return static_cast<std::uint64_t>(std::max(duration, Duration::zero()) / std::chrono::milliseconds{1});
}

// A word of a newer version is none that this one knows.
Reason reason_of(std::string_view word) {
    for (std::uint8_t code = 0; code < reason_count; ++code) {
        if (to_string(static_cast<Reason>(code)) == word) return static_cast<Reason>(code);
    }
    return Reason::unknown;
}

// What a stranger wrote, for a sentence: quoted, printable and short.
std::string in_quotes(std::string_view text) {
    constexpr std::size_t longest = 64;
    std::string quote{text.substr(0, longest)};
    std::replace_if(
        quote.begin(), quote.end(), [](char c) { return c < ' ' || c > '~' || c == '"'; }, '?');
    return '"' + quote + (text.size() > longest ? "...\"" : "\"");
}

std::string known_types() {
    std::string list;
    for (const auto type : request_types) {
        list += (list.empty() ? "" : ", ") + std::string{type};
    }
    return list;
}

bool read_metadata(const ReceivedMap& map, Announcement& a) { return map.read_map("metadata", a.metadata); }

bool read_reason(const ReceivedMap& map, Announcement& a) {
    std::string word;
    const bool good = map.read("reason", word);
    a.reason = reason_of(word);
    return good;
}

// A deadline of somebody who does not lead is nothing to act on.
bool read_times(const ReceivedMap& map, Announcement& a) {
    std::uint64_t clock_ns = 0;
    std::uint64_t valid_until_ns = 0;
    if (!map.read("clock_ns", clock_ns, latest_ns) || !map.read("valid_until_ns", valid_until_ns, latest_ns)) {
        return false;
    }
    a.clock = at_ns(clock_ns);
    if (a.is_leader && map.has("valid_until_ns")) a.valid_until = at_ns(valid_until_ns);
    return true;
}

bool is_version(const ReceivedMap& map) {
    std::uint64_t version = 0;
    return map.read("v", version) && version == local_version;
}

// Why the frame is no good request; "" if it is one.
std::string read_fields(const ReceivedMap& map, ControlRequest& request) {
    if (!map.read("id", request.id)) return "id must be an unsigned integer";
    if (!is_version(map)) return "v must be 1, the version of this protocol";
    if (!map.read("type", request.type)) return "type must be a text, one of " + known_types();
    if (std::find(request_types.begin(), request_types.end(), request.type) == request_types.end()) {
        return in_quotes(request.type) + " is no known type, these are: " + known_types();
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

Frame encode_announcement(const Announcement& a, bool with_deadline) {
    static constexpr std::array<std::uint8_t, 1> empty_map{0x80};
    Frame frame;
    MapWriter map{frame};
    map.field("v", local_version);
    map.field("cluster", a.cluster);
    map.field("election", a.election);
    map.field("node", a.node);
    map.name_or_nil("leader", a.leader);
    map.field("leader_id", a.leader_id);
    map.field("is_leader", a.is_leader);
    map.field("token", a.token);
    if (with_deadline && a.is_leader && a.valid_until) map.field("valid_until_ns", ns_of(*a.valid_until));
    map.field("clock_ns", ns_of(a.clock));
    map.field("reason", to_string(a.reason));
    const bool has_metadata = !a.metadata.empty() && is_metadata(std::as_bytes(std::span{a.metadata}));
    map.embed("metadata", has_metadata ? std::span{a.metadata} : std::span{empty_map});
    map.field("incarnation", a.incarnation);
    map.field("seq", a.seq);
    return frame;
}

std::optional<Announcement> decode_announcement(std::span<const std::byte> frame) {
    const auto map = ReceivedMap::parse(frame);
    if (!map || !is_version(*map)) return std::nullopt;
    Announcement a;
    const bool good = map->read("cluster", a.cluster) && map->read("election", a.election) &&
                      map->read("node", a.node) && map->read("leader", a.leader) &&
                      map->read("leader_id", a.leader_id) && map->read("is_leader", a.is_leader) &&
                      map->read("token", a.token) && read_times(*map, a) && read_reason(*map, a) &&
                      read_metadata(*map, a) && map->read("incarnation", a.incarnation) && map->read("seq", a.seq);
    return good ? std::optional{std::move(a)} : std::nullopt;
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
