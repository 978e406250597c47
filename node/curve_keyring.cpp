#include "node/curve_keyring.hpp"

#include <utility>

namespace bellwether::node {

void KeyRing::take(const Config& config, const NodeConfig& self) {
    std::map<std::string, protocol::NodeId, std::less<>> holders;
    for (const NodeConfig& node : config.nodes) {
        if (node.id == self.id) continue;
        for (const std::string& key : node.public_keys) holders.emplace(key, node.id);
    }
    const std::lock_guard lock{mutex_};
    holders_ = std::move(holders);
}

protocol::NodeId KeyRing::holder_of(std::string_view key) const {
    const std::lock_guard lock{mutex_};
    const auto found = holders_.find(key);
    return found == holders_.end() ? protocol::nobody : found->second;
}

}  // namespace bellwether::node
