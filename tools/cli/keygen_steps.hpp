// What `bellwether keygen --mesh` does to a configuration and the secrets beside it. Each step may be taken again: it
// finds itself done, or goes on where it was interrupted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/config.hpp"
#include "tools/cli/keyed_mesh.hpp"

namespace bellwether::cli {

struct NodeReport {
    std::string name;
    std::string what;  // A sentence without its name.
    bool is_changed = false;
};

struct KeygenReport {
    std::vector<NodeReport> nodes;
    bool is_changed = false;
    std::string next;  // What is to be done by hand now; only if something was changed.
};

// A pair for each node that has no public key, all or none. Security is turned on: to `mode`, else to "enforce" if it
// was off. All of these throw Failure, and then have changed nothing.
[[nodiscard]] KeygenReport make_missing_keys(KeyedMesh& mesh, std::optional<node::SecurityMode> mode);

// A rotation in three steps, between which the configuration is brought to all hosts and reloaded there.
// 1. A second key of the node is listed, so that all admit it; its secret waits in NAME.secret.next.
[[nodiscard]] KeygenReport add_new_keys(KeyedMesh& mesh, const std::vector<std::string>& names);
// 2. On the node's host: that secret takes the place of the old one.
[[nodiscard]] KeygenReport use_new_keys(const KeyedMesh& mesh, const std::vector<std::string>& names);
// 3. All but the newest key are taken from the list.
[[nodiscard]] KeygenReport drop_old_keys(KeyedMesh& mesh, const std::vector<std::string>& names);

}  // namespace bellwether::cli
