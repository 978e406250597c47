// What local processes see: maps with string keys, whose names are a contract (docs/announcements.md,
// docs/control.md). Keys are only ever added.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/time.hpp"
#include "protocol/types.hpp"

namespace bellwether::protocol {

inline constexpr std::uint8_t local_version = 1;

// The leader of one election as one node knows it.
struct Announcement {
    std::string cluster{};
    ElectionName election{};
    std::string node{};    // Whose daemon speaks.
    std::string leader{};  // Name; "" = nobody or unknown (nil on the wire).
    NodeId leader_id{};
    bool is_leader{};    // This host leads.
    Token token{};
    std::optional<Time> valid_until{};  // Only while is_leader: act as leader only while clock <= now < valid_until.
    Time clock{};        // The node's clock when it said this.
    Reason reason{};
    std::vector<std::uint8_t> metadata{};  // msgpack map of the leader; empty = {}.
    Incarnation incarnation{};
    std::uint64_t seq{};  // Order of this node's announcements, with incarnation before it.
    friend bool operator==(const Announcement&, const Announcement&) = default;
};

// control.sock: one msgpack map {v, type, id, fields...}.
struct ControlRequest {
    std::uint64_t id{};
    std::string type{};  // status, stepdown, transfer, drain, undrain, reload.
    ElectionName election{};
    std::string target{};            // transfer: a node's name. stepdown: optional.
    std::optional<Duration> hold{};  // `for_ms` on the wire.
    friend bool operator==(const ControlRequest&, const ControlRequest&) = default;
};

// {type: "done"|"refused", id, reason, text}; a status reply is {type: "status", id, status: {...}}.
struct ControlReply {
    std::uint64_t id{};
    bool done{};
    std::string reason{};  // A word for programs; "" when done.
    std::string text{};    // A sentence for people.
    friend bool operator==(const ControlReply&, const ControlReply&) = default;
};

}  // namespace bellwether::protocol
