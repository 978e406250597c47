#include "protocol/local_fields.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

#include "protocol/metadata.hpp"

namespace bellwether::protocol {

namespace {

constexpr std::uint64_t latest_ns = std::numeric_limits<std::int64_t>::max();

Reason reason_of(std::string_view word) {
    for (std::uint8_t code = 0; code < reason_count; ++code) {
        if (to_string(static_cast<Reason>(code)) == word) return static_cast<Reason>(code);
    }
    return Reason::unknown;
}

// A deadline of somebody who does not lead is nothing to act on.
bool read_times(const ReceivedMap& map, Announcement& a) {
    Time valid_until{};
    if (!read_time(map, "clock_ns", a.clock) || !read_time(map, "valid_until_ns", valid_until)) return false;
    if (a.is_leader && map.has("valid_until_ns")) a.valid_until = valid_until;
    return true;
}

}  // namespace

bool is_version(const ReceivedMap& map) {
    std::uint64_t version = 0;
    return map.read("v", version) && version == local_version;
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t longest = 64;
    std::string quote{text.substr(0, longest)};
    std::replace_if(
        quote.begin(), quote.end(), [](char c) { return c < ' ' || c > '~' || c == '"'; }, '?');
    return '"' + quote + (text.size() > longest ? "...\"" : "\"");
}

bool read_time(const ReceivedMap& map, std::string_view key, Time& time) {
    std::uint64_t ns = ns_of(time);
    const bool good = map.read(key, ns, latest_ns);
    time = at_ns(ns);
    return good;
}

bool read_reason(const ReceivedMap& map, Reason& reason) {
    std::string word;
    const bool good = map.read("reason", word);
    reason = reason_of(word);
    return good;
}

void write_fields(MapWriter& map, const Announcement& a, bool with_deadline) {
    static constexpr std::array<std::uint8_t, 1> empty_map{0x80};
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
}

std::optional<Announcement> read_announcement(const ReceivedMap& map) {
    Announcement a;
    const bool good = map.read("cluster", a.cluster) && map.read("election", a.election) && map.read("node", a.node) &&
                      map.read("leader", a.leader) && map.read("leader_id", a.leader_id) &&
                      map.read("is_leader", a.is_leader) && map.read("token", a.token) && read_times(map, a) &&
                      read_reason(map, a.reason) && map.read_map("metadata", a.metadata) &&
                      map.read("incarnation", a.incarnation) && map.read("seq", a.seq);
    return good ? std::optional{std::move(a)} : std::nullopt;
}

}  // namespace bellwether::protocol
