#include "tests/sim/story.hpp"

#include <cstdio>

namespace bellwether::sim {

Teller story_on(std::ostream& out, bool all) {
    return [&out, all](TrueTime when, NodeId node, const std::string& line, bool notable) {
        if (!notable && !all) return;
        char head[48];
        const double ms = static_cast<double>(when.time_since_epoch().count()) / 1e6;
        std::snprintf(head, sizeof head, "[%10.3f] ", ms);
        out << head << (node == protocol::nobody ? "*" : std::to_string(node.value) + " >") << ' ' << line << '\n';
    };
}

}  // namespace bellwether::sim
