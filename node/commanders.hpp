// Who on this host may have a node do something: step down, drain, stand for an election. Others may only look.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "node/process_status.hpp"

namespace bellwether::node {

// A process that is none of them wanted more than to look.
struct Forbidden {
    std::string text;
};

// Root, the user of the daemon, and a group. The permissions of the sockets say the same as long as nobody widens them:
// this is for the day on which somebody has.
class Commanders {
public:
    // `group_name`: as the configuration names it; empty if it does not.
    Commanders(uid_t user, gid_t group, std::string group_name);

    // `groups`, all that the process is in, is asked only where it matters.
    [[nodiscard]] bool include(const PeerProcess& process, const std::function<std::vector<gid_t>()>& groups) const;

    // What a process that is none of them is told: why not, and what would be right.
    [[nodiscard]] Forbidden objection_to(const PeerProcess& process) const;

private:
    uid_t user_;
    gid_t group_;
    std::string group_name_;
};

}  // namespace bellwether::node
