#include "node/config_warnings.hpp"

#include <string>

namespace bellwether::node {

namespace {

void warn_of_even_voters(const Draft& draft, Mistakes& warnings) {
    const std::size_t voters = draft.config.voters().size();
    const std::size_t failures = draft.config.survivable_failures();
    if (voters == 2) {
        report(warnings, draft.places.node_list,
               "two voters: the failure of either ends leadership; a third one, with priority = 0 if it must never "
               "lead, makes the mesh survive one");
    } else if (voters % 2 == 0) {
        report(warnings, draft.places.node_list,
               std::to_string(voters) + " voters survive " + std::to_string(failures) +
                   (failures == 1 ? " failure" : " failures") + ", no more than " + std::to_string(voters - 1) +
                   " would: add one or make one an observer");
    }
}

void warn_of_half_security(const Draft& draft, Mistakes& warnings) {
    const SecurityMode mode = draft.config.security.mode;
    if (mode == SecurityMode::accept || mode == SecurityMode::serve) {
        report(warnings, draft.places.security_mode.value_or(Place{}),
               "security.mode: " + quote(to_string(mode)) +
                   " still speaks plain text: a step on the way to \"enforce\", no place to stay");
    }
    if (mode == SecurityMode::enforce && draft.config.security.allow_plaintext) {
        report(warnings, draft.places.allow_plaintext.value_or(Place{}),
               "security.allow_plaintext: says nothing with mode = \"enforce\": take it away, or the day the mode is "
               "changed nobody is asked");
    }
}

// Nobody subscribes to an observer, asks for its vote or is led by it.
void warn_of_idle_keys(const NodeConfig& node, const NodePlaces& places, Mistakes& warnings) {
    const auto warn = [&](ValuePlace place, const char* key) {
        if (place) {
            report(warnings, *place,
                   "node." + std::string{key} + ": ignored, as " + quote(node.name) + " is an observer");
        }
    };
    warn(places.priority, "priority");
    warn(places.heartbeat, "heartbeat");
    warn(places.vote, "vote");
    warn(places.bind, "bind");
    warn(places.metadata, "metadata");
}

struct Listening {
    ValuePlace place;
    const char* key;
    std::uint16_t port;
};

std::vector<Listening> listening_ports(const Draft& draft) {
    std::vector<Listening> ports;
    if (draft.config.local.tcp) {
        ports.push_back({draft.places.local_tcp, "local.tcp", draft.config.local.tcp->port});
    }
    for (std::size_t i = 0; i < draft.config.nodes.size(); ++i) {
        const NodeConfig& node = draft.config.nodes[i];
        const NodePlaces& places = draft.places.nodes[i];
        if (node.is_voter()) {
            ports.push_back({places.heartbeat, "node.heartbeat", node.heartbeat.port});
            ports.push_back({places.vote, "node.vote", node.vote.port});
        }
    }
    return ports;
}

// One warning for all of them, at the first.
void warn_of_ephemeral_ports(const Draft& draft, PortRange range, Mistakes& warnings) {
    std::optional<Listening> first;
    std::size_t others = 0;
    for (const Listening& each : listening_ports(draft)) {
        if (each.place && each.port >= range.first && each.port <= range.last) {
            first ? void(++others) : void(first = each);
        }
    }
    if (first) {
        const std::string more = others == 0 ? "" : " (and " + std::to_string(others) + " more)";
        report(warnings, *first->place,
               std::string{first->key} + ": port " + std::to_string(first->port) + more + " is one of " +
                   std::to_string(range.first) + " to " + std::to_string(range.last) +
                   ", which this host gives to outgoing connections: the daemon may find it taken");
    }
}

}  // namespace

Mistakes warnings_about(const Draft& draft, std::optional<PortRange> ephemeral) {
    Mistakes warnings;
    warn_of_even_voters(draft, warnings);
    warn_of_half_security(draft, warnings);
    for (std::size_t i = 0; i < draft.config.nodes.size(); ++i) {
        if (!draft.config.nodes[i].is_voter()) {
            warn_of_idle_keys(draft.config.nodes[i], draft.places.nodes[i], warnings);
        }
    }
    if (ephemeral) {
        warn_of_ephemeral_ports(draft, *ephemeral, warnings);
    }
    sort_by_place(warnings);
    return warnings;
}

}  // namespace bellwether::node
