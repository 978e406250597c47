// What a configuration says otherwise than another one, for a daemon that runs with the one and reads the other.
#pragma once

#include <string>
#include <vector>

#include "node/config.hpp"

namespace bellwether::node {

// The keys that differ, as "timing.lease" or "node.priority of bravo", except for public keys.
[[nodiscard]] std::vector<std::string> differences(const Config& running, const Config& read);

// The nodes, by name, whose public keys differ. Of those that only one of the two has: none are listed in the other.
[[nodiscard]] std::vector<std::string> rekeyed_nodes(const Config& running, const Config& read);

}  // namespace bellwether::node
