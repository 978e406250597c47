// What the file says, in the protocol's words.
#pragma once

#include "node/config.hpp"
#include "protocol/setup.hpp"

namespace bellwether::node {

// `self` is one of the config's nodes.
[[nodiscard]] protocol::Setup setup_of(const Config& config, const NodeConfig& self);

}  // namespace bellwether::node
