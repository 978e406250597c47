#include "node/commanders.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace bellwether::node {

Commanders::Commanders(uid_t user, gid_t group, std::string group_name)
    : user_{user}, group_{group}, group_name_{std::move(group_name)} {}

bool Commanders::include(const PeerProcess& process, const std::function<std::vector<gid_t>()>& groups) const {
    if (process == PeerProcess{}) return false;  // Nobody knows who that is.
    if (process.uid == 0 || process.uid == user_ || process.gid == group_) return true;
    const std::vector<gid_t> all = groups();
    return std::find(all.begin(), all.end(), group_) != all.end();
}

Forbidden Commanders::objection_to(const PeerProcess& process) const {
    const std::string owner = user_ == 0 ? "root" : fmt::format("root, user {}", user_);
    const std::string group = group_name_.empty() ? std::to_string(group_) : group_name_;
    return {fmt::format(
        "user {} may only watch this node; commands and sessions are for {} and the group {}: run this as one of them, "
        "or let group in [local] of the configuration name a group of yours and restart the daemon",
        process.uid, owner, group)};
}

}  // namespace bellwether::node
