#include "node/setup_of_config.hpp"

#include <algorithm>

namespace bellwether::node {

using protocol::Member;
using protocol::Setup;

namespace {

Member member_of(const NodeConfig& node) {
    return {.id = node.id,
            .name = node.name,
            .voter = node.is_voter(),
            .priority = node.priority,
            .metadata = node.metadata};
}

std::vector<Member> members_of(const Config& config) {
    std::vector<Member> members;
    members.reserve(config.nodes.size());
    std::transform(config.nodes.begin(), config.nodes.end(), std::back_inserter(members), member_of);
    std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) { return a.id < b.id; });
    return members;
}

}  // namespace

Setup setup_of(const Config& config, const NodeConfig& self) {
    Setup setup{.cluster = config.cluster,
                .self = self.id,
                .members = members_of(config),
                .params = config.params,
                .elections = {},
                .dynamic = config.unnamed_election(),
                .session_timeout = config.local.session_timeout,
                .config_hash = config.safety_hash()};
    setup.elections.emplace_back(protocol::ElectionName{}, config.election);
    setup.elections.insert(setup.elections.end(), config.elections.begin(), config.elections.end());
    return setup;
}

}  // namespace bellwether::node
