// Announcements for histories: who says what of the election "default"; each is newer than the one made before it.
#pragma once

#include <cstdint>
#include <string>

#include "protocol/local_messages.hpp"
#include "protocol/time.hpp"

namespace bellwether::chaos {

inline protocol::Time at(protocol::Duration since_start) { return protocol::Time{std::chrono::hours{1}} + since_start; }

inline protocol::Announcement follows(const std::string& node, const std::string& leader, std::uint64_t token) {
    static std::uint64_t seq = 0;
    protocol::Announcement announcement;
    announcement.cluster = "demo";
    announcement.node = node;
    announcement.leader = leader;
    announcement.token = {token};
    announcement.reason = protocol::Reason::elected;
    announcement.incarnation = {7};
    announcement.seq = ++seq;
    return announcement;
}

inline protocol::Announcement leads(const std::string& node, std::uint64_t token, protocol::Time valid_until) {
    protocol::Announcement announcement = follows(node, node, token);
    announcement.is_leader = true;
    announcement.valid_until = valid_until;
    return announcement;
}

}  // namespace bellwether::chaos
