// A configuration on its way from the file to the rules: the values, and where each of them stands.
#pragma once

#include <optional>
#include <vector>

#include "node/config.hpp"
#include "node/config_mistake.hpp"

namespace bellwether::node {

// Of a value; nothing if the file does not give it, or gives a wrong one, which has been reported by then.
using ValuePlace = std::optional<Place>;

struct NodePlaces {
    Place table;
    ValuePlace name, id, role, priority, heartbeat, vote, bind, public_key, metadata;
    bool has_public_key = false;  // Be it a wrong one.
};

struct Places {
    ValuePlace heartbeat, lease, campaign_timeout;
    bool timing_is_good = true;  // Heartbeat and lease; else nothing can be said of how these three fit together.
    ValuePlace security_mode, allow_plaintext;
    ValuePlace local_tcp;
    Place node_list{1, 1};
    bool node_list_is_good = true;
    std::vector<NodePlaces> nodes;  // One for each of Config::nodes, in the same order.
};

struct Draft {
    Config config;
    Places places;
};

}  // namespace bellwether::node
