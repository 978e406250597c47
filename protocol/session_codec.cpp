#include "protocol/session_codec.hpp"

#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/local_fields.hpp"
#include "protocol/map_writer.hpp"
#include "protocol/metadata.hpp"
#include "protocol/params.hpp"
#include "protocol/received_map.hpp"

namespace bellwether::protocol::session {

namespace {

constexpr std::uint64_t max_pid = std::numeric_limits<std::int32_t>::max();

// --- From the process: the word, its fields, and why those of a frame are none ("" if they are good) ---

constexpr std::string_view word_of(const Campaign& /*message*/) { return "campaign"; }
void write(MapWriter& map, const Campaign& campaign) {
    map.field("election", campaign.election);
    if (!campaign.metadata.empty()) map.embed("metadata", campaign.metadata);
    if (campaign.priority) map.field("priority", *campaign.priority);
    if (campaign.forks) map.field("forks", true);
}
std::string read(const ReceivedMap& map, Campaign& campaign) {
    if (!map.read("election", campaign.election)) {
        return "election must be a name of 1 to 64 letters, digits, - or _";
    }
    if (!map.read_map("metadata", campaign.metadata)) {
        return "metadata must be a map with text for keys and without floats, at most " + std::to_string(max_metadata) +
               " bytes long and " + std::to_string(max_metadata_depth) + " deep";
    }
    std::uint64_t priority = 0;
    if (!map.read("priority", priority, max_priority)) {
        return "priority must be an unsigned integer, at most " + std::to_string(max_priority);
    }
    if (map.has("priority")) campaign.priority = Priority{static_cast<std::uint16_t>(priority)};
    return map.read("forks", campaign.forks) ? "" : "forks must be true or false";
}

constexpr std::string_view word_of(const Holds& /*message*/) { return "holds"; }
void write(MapWriter& map, const Holds& holds) {
    map.field("pid", holds.pid);
    if (!holds.kill) map.field("kill", false);
}
std::string read(const ReceivedMap& map, Holds& holds) {
    std::uint64_t pid = 0;
    if (!map.read("pid", pid, max_pid) || pid == 0) {
        return "pid must be an unsigned integer from 1 to " + std::to_string(max_pid);
    }
    holds.pid = static_cast<std::uint32_t>(pid);
    return map.read("kill", holds.kill) ? "" : "kill must be true or false";
}

constexpr std::string_view word_of(const Answer& /*message*/) { return "answer"; }
void write(MapWriter& map, const Answer& answer) { map.field("nonce", answer.nonce); }
std::string read(const ReceivedMap& map, Answer& answer) {
    const bool good = map.has("nonce") && map.read("nonce", answer.nonce);
    return good ? "" : "nonce must be the unsigned integer of the challenge";
}

constexpr std::string_view word_of(const Alive& /*message*/) { return "alive"; }
void write(MapWriter& /*map*/, const Alive& /*alive*/) {}
std::string read(const ReceivedMap& /*map*/, Alive& /*alive*/) { return {}; }

constexpr std::string_view word_of(const Revoked& /*message*/) { return "revoked"; }
void write(MapWriter& map, const Revoked& revoked) { map.field("token", revoked.token); }
std::string read(const ReceivedMap& map, Revoked& revoked) {
    const bool good = map.has("token") && map.read("token", revoked.token);
    return good ? "" : "token must be the unsigned integer of the revocation";
}

constexpr std::string_view word_of(const Resign& /*message*/) { return "resign"; }
void write(MapWriter& /*map*/, const Resign& /*resign*/) {}
std::string read(const ReceivedMap& /*map*/, Resign& /*resign*/) { return {}; }

// --- From the node: the word, its fields, and whether those of a frame are all there and good ---

bool has_all(const ReceivedMap& map, std::initializer_list<std::string_view> keys) {
    for (const auto key : keys) {
        if (!map.has(key)) return false;
    }
    return true;
}

constexpr std::string_view word_of(const Challenge& /*message*/) { return "challenge"; }
void write(MapWriter& map, const Challenge& challenge) { map.field("nonce", challenge.nonce); }
bool read_all(const ReceivedMap& map, Challenge& challenge) {
    return has_all(map, {"nonce"}) && map.read("nonce", challenge.nonce);
}

constexpr std::string_view word_of(const Joined& /*message*/) { return "joined"; }
void write(MapWriter& map, const Joined& joined) { map.field("session", joined.session); }
bool read_all(const ReceivedMap& map, Joined& joined) {
    return has_all(map, {"session"}) && map.read("session", joined.session);
}

constexpr std::string_view word_of(const HeldProcess& /*message*/) { return "held"; }
void write(MapWriter& map, const HeldProcess& held) {
    map.field("pid", held.pid);
    map.field("killable", held.killable);
}
bool read_all(const ReceivedMap& map, HeldProcess& held) {
    std::uint64_t pid = 0;
    const bool good =
        has_all(map, {"pid", "killable"}) && map.read("pid", pid, max_pid) && map.read("killable", held.killable);
    held.pid = static_cast<std::uint32_t>(pid);
    return good;
}

constexpr std::string_view word_of(const Granted& /*message*/) { return "granted"; }
constexpr std::string_view word_of(const Extended& /*message*/) { return "extended"; }

template <class Lease>
void write_lease(MapWriter& map, const Lease& lease) {
    map.field("token", lease.token);
    map.field("valid_until_ns", ns_of(lease.valid_until));
    map.field("clock_ns", ns_of(lease.clock));
}
template <class Lease>
bool read_lease(const ReceivedMap& map, Lease& lease) {
    return has_all(map, {"token", "valid_until_ns", "clock_ns"}) && map.read("token", lease.token) &&
           read_time(map, "valid_until_ns", lease.valid_until) && read_time(map, "clock_ns", lease.clock);
}
void write(MapWriter& map, const Granted& granted) { write_lease(map, granted); }
bool read_all(const ReceivedMap& map, Granted& granted) { return read_lease(map, granted); }
void write(MapWriter& map, const Extended& extended) { write_lease(map, extended); }
bool read_all(const ReceivedMap& map, Extended& extended) { return read_lease(map, extended); }

constexpr std::string_view word_of(const Revoke& /*message*/) { return "revoke"; }
void write(MapWriter& map, const Revoke& revoke) {
    map.field("token", revoke.token);
    map.field("reason", to_string(revoke.reason));
    map.field("deadline_ns", ns_of(revoke.deadline));
}
bool read_all(const ReceivedMap& map, Revoke& revoke) {
    return has_all(map, {"token", "deadline_ns"}) && map.read("token", revoke.token) &&
           read_reason(map, revoke.reason) && read_time(map, "deadline_ns", revoke.deadline);
}

constexpr std::string_view word_of(const Refused& /*message*/) { return "refused"; }
void write(MapWriter& map, const Refused& refused) {
    map.field("reason", refused.reason);
    map.field("text", refused.text);
}
bool read_all(const ReceivedMap& map, Refused& refused) {
    return map.read("reason", refused.reason) && map.read("text", refused.text);
}

constexpr std::string_view word_of(const Announcement& /*message*/) { return "announcement"; }
bool read_all(const ReceivedMap& map, Announcement& announcement) {
    auto read = read_announcement(map);
    if (!read) return false;
    announcement = *std::move(read);
    announcement.valid_until.reset();  // Whoever may act on one is granted it.
    return true;
}

// --- Both ---

using Decoded = std::variant<FromProcess, BadRequest>;

template <class Message>
Decoded from_process(const ReceivedMap& map) {
    std::uint64_t id = 0;
    if (!map.read("id", id)) return BadRequest{0, "id must be an unsigned integer"};
    if (!is_version(map)) return BadRequest{id, "v must be 1, the version of this protocol"};
    Message message;
    std::string wrong = read(map, message);
    if (!wrong.empty()) return BadRequest{id, std::move(wrong)};
    return FromProcess{std::move(message)};
}

template <class Message>
std::optional<FromNode> from_node(const ReceivedMap& map) {
    Message message;
    return read_all(map, message) ? std::optional<FromNode>{std::move(message)} : std::nullopt;
}

// The kinds of message are those of the variant: none can be forgotten.
template <class... Messages>
std::optional<Decoded> decode(std::string_view type, const ReceivedMap& map, const std::variant<Messages...>*) {
    std::optional<Decoded> decoded;
    (void)((type == word_of(Messages{}) && (decoded = from_process<Messages>(map), true)) || ...);
    return decoded;
}
template <class... Messages>
std::optional<FromNode> decode_node(std::string_view type, const ReceivedMap& map, const std::variant<Messages...>*) {
    std::optional<FromNode> message;
    (void)((type == word_of(Messages{}) && (message = from_node<Messages>(map), true)) || ...);
    return message;
}

// Written by its own codec, in which the incarnation stands already.
void write_all(MapWriter& map, const Announcement& announcement, Incarnation /*incarnation*/) {
    write_fields(map, announcement, false);
}
template <class Message>
void write_all(MapWriter& map, const Message& message, Incarnation incarnation) {
    map.field("incarnation", incarnation);
    write(map, message);
}

}  // namespace

Frame encode(const FromProcess& message) {
    Frame frame;
    MapWriter map{frame};
    map.field("v", local_version);
    std::visit(
        [&](const auto& each) {
            map.field("type", word_of(each));
            write(map, each);
        },
        message);
    return frame;
}

std::optional<Decoded> decode_from_process(std::span<const std::byte> frame) {
    const auto map = ReceivedMap::parse(frame);
    std::string type;
    if (!map || !map->read("type", type)) return std::nullopt;
    return decode(type, *map, static_cast<const FromProcess*>(nullptr));
}

Frame encode(const FromNode& message, Incarnation incarnation) {
    Frame frame;
    MapWriter map{frame};
    map.field("v", local_version);
    std::visit(
        [&](const auto& each) {
            map.field("type", word_of(each));
            write_all(map, each, incarnation);
        },
        message);
    return frame;
}

std::optional<Heard> decode_from_node(std::span<const std::byte> frame) {
    const auto map = ReceivedMap::parse(frame);
    std::string type;
    Incarnation incarnation;
    if (!map || !is_version(*map) || !map->read("type", type) || !map->read("incarnation", incarnation)) {
        return std::nullopt;
    }
    auto message = decode_node(type, *map, static_cast<const FromNode*>(nullptr));
    return message ? std::optional{Heard{*std::move(message), incarnation}} : std::nullopt;
}

}  // namespace bellwether::protocol::session
