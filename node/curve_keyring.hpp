// Who may speak in this mesh: the public keys of all its nodes. Safe to use from several threads.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "node/config.hpp"
#include "protocol/types.hpp"

namespace bellwether::node {

class KeyRing {
public:
    // The keys of all nodes but `self`: nobody else is it.
    KeyRing(const Config& config, const NodeConfig& self) { take(config, self); }

    // Those of another reading of the configuration, from now on.
    void take(const Config& config, const NodeConfig& self);

    // Nobody, if it is no key of the mesh.
    [[nodiscard]] protocol::NodeId holder_of(std::string_view key) const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, protocol::NodeId, std::less<>> holders_;
};

}  // namespace bellwether::node
