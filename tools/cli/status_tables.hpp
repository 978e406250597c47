// What one node says of itself and the mesh, as tables for people.
#pragma once

#include <string>

#include "tools/cli/status_reply.hpp"

namespace bellwether::cli {

// This node; elections; links; what its peers are like; counters, those that are zero only if `all_counters`.
[[nodiscard]] std::string status_tables(const Json& status, bool all_counters);

// The parts of it.
[[nodiscard]] std::string node_lines(const Json& status);
[[nodiscard]] std::string election_table(const Json& status);
[[nodiscard]] std::string link_table(const Json& status);
[[nodiscard]] std::string peer_table(const Json& status);
[[nodiscard]] std::string counter_table(const Json& status, bool all);

// Everything unusual about a node, "draining, configuration differs"; "" if nothing is.
[[nodiscard]] std::string remarks_of_peer(const Json& peer);

}  // namespace bellwether::cli
