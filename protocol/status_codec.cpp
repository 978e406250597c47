#include <algorithm>
#include <chrono>

#include "protocol/local_codec.hpp"
#include "protocol/map_writer.hpp"

namespace bellwether::protocol {

namespace {

// Cut to whole milliseconds; what is over is 0.
void field_ms(MapWriter& map, std::string_view key, Duration duration) {
    const auto whole = std::max(duration, Duration::zero()) / std::chrono::milliseconds{1};
    map.field(key, static_cast<std::uint64_t>(whole));
}

void field_us(MapWriter& map, std::string_view key, Duration duration) {
    const auto whole = std::max(duration, Duration::zero()) / std::chrono::microseconds{1};
    map.field(key, static_cast<std::uint64_t>(whole));
}

// A node nobody has named is shown by its number.
std::string name_of(const Status& status, NodeId id) {
    if (id == nobody) return {};
    if (id == status.self) return status.name;
    const auto peer = std::find_if(status.peers.begin(), status.peers.end(), [&](const auto& p) { return p.id == id; });
    return peer == status.peers.end() || peer->name.empty() ? std::to_string(id.value) : peer->name;
}

void field_node(MapWriter& map, const Status& status, std::string_view name_key, std::string_view id_key, NodeId id) {
    map.name_or_nil(name_key, name_of(status, id));
    map.field(id_key, id);
}

void write_membership(MapWriter map, const MembershipMark& mark) {
    map.field("generation", mark.generation);
    map.field("phase", mark.phase);
    map.field("voters_hash", mark.voters_hash);
}

void write_counters(MapWriter map, const std::vector<Counter>& counters) {
    for (const auto& counter : counters) map.field(counter.name, counter.value);
}

void write_election(MapWriter& map, const Status& status, const ElectionStatus& e) {
    map.field("name", e.name);
    map.field("role", to_string(e.role));
    map.field("term", e.term);
    field_node(map, status, "leader", "leader_id", e.leader);
    map.field("token", e.token);
    map.field("reason", to_string(e.reason));
    field_ms(map, "lease_left_ms", e.lease_left);
    field_node(map, status, "bound_to", "bound_to_id", e.bound_to);
    field_ms(map, "bound_left_ms", e.bound_left);
    map.field("eligible", to_string(e.eligible));
    map.field("hindrance", e.hindrance);
    field_ms(map, "hold_left_ms", e.hold_left);
    map.field("preempt", e.preempts);
    field_ms(map, "handover_timeout_ms", e.handover_timeout);
    field_node(map, status, "heir", "heir_id", e.heir);
    field_node(map, status, "challenger", "challenger_id", e.challenger);
    map.field("sessions", e.sessions);
    map.field("session", e.session);
    map.field("revoking", e.revoking);
    map.field("failures", e.failures);
    field_ms(map, "cooldown_left_ms", e.cooldown_left);
    map.field("campaigns", e.campaigns);
    map.field("wins", e.wins);
    map.field("leader_changes", e.leader_changes);
}

void write_hears(MapWriter& map, const Status& status, const PeerStatus& peer) {
    std::vector<std::string> names;
    for (const NodeId id : peer.hears) names.push_back(name_of(status, id));
    map.list("hears", names);
    map.list("hears_ids", peer.hears);
}

void write_peer(MapWriter& map, const Status& status, const PeerStatus& peer) {
    map.field("name", name_of(status, peer.id));
    map.field("id", peer.id);
    map.field("voter", peer.voter);
    map.field("priority", peer.priority);
    map.field("incarnation", peer.incarnation);
    if (peer.heard_ago) {
        field_ms(map, "heard_ago_ms", *peer.heard_ago);
    } else {
        map.nil("heard_ago_ms");
    }
    map.field("link_up", peer.link_up);
    field_us(map, "round_trip_us", peer.round_trip);
    map.field("votes", peer.votes);
    map.field("quarantine", peer.quarantine);
    map.field("new_state", peer.new_state);
    map.field("leaving", peer.leaving);
    map.field("same_membership", peer.same_membership);
    map.field("same_config", peer.same_config);
    write_hears(map, status, peer);
    map.field("security", peer.security);
    map.field("hindrance", peer.hindrance);
}

void write_self(MapWriter& map, const Status& s) {
    map.field("cluster", s.cluster);
    map.field("node", s.name);
    map.field("node_id", s.self);
    map.field("voter", s.voter);
    map.field("priority", s.priority);
    map.field("incarnation", s.incarnation);
    map.field("clock_ns", ns_of(s.now));
    field_ms(map, "heartbeat_ms", s.heartbeat);
    field_ms(map, "lease_ms", s.lease);
    map.field("votes", s.votes);
    field_ms(map, "quarantine_left_ms", s.quarantine_left);
    map.field("new_state", s.new_state);
    map.field("draining", s.draining);
    map.field("leaving", s.leaving);
}

void write_mesh(MapWriter& map, const Status& s) {
    map.field("voters", s.voters);
    map.field("quorum", s.quorum);
    map.field("linked", s.linked);
    map.field("quorum_linked", s.quorum_linked);
    map.field("config_hash", s.config_hash);
    write_membership(map.map("membership"), s.membership);
    map.field("floor", s.floor);
    map.field("clock_alarms", s.clock_alarms);
    map.field("refused_messages", s.refused_messages);
}

void write_status(MapWriter map, const Status& s, const std::vector<Counter>& counters, std::string_view version) {
    map.field("version", version);
    write_self(map, s);
    write_mesh(map, s);
    map.maps("elections", s.elections, [&](MapWriter& one, const ElectionStatus& e) { write_election(one, s, e); });
    map.maps("peers", s.peers, [&](MapWriter& one, const PeerStatus& peer) { write_peer(one, s, peer); });
    write_counters(map.map("counters"), counters);
}

}  // namespace

Frame encode_status(std::uint64_t id, const Status& status, const std::vector<Counter>& counters,
                    std::string_view version) {
    Frame frame;
    MapWriter map{frame};
    map.field("v", local_version);
    map.field("type", std::string_view{"status"});
    map.field("id", id);
    write_status(map.map("status"), status, counters, version);
    return frame;
}

}  // namespace bellwether::protocol
