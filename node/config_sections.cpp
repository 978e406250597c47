#include "node/config_sections.hpp"

#include <string>
#include <utility>

#include "node/config_metadata.hpp"
#include "node/config_reader.hpp"

namespace bellwether::node {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_path = 4096;

const Table& table_in(const Entry& entry) { return std::get<Table>(entry.value.data); }

void read_timing(const Entry& entry, Draft& draft, Mistakes& mistakes) {
    const std::size_t mistakes_before = mistakes.size();
    protocol::Params& params = draft.config.params;
    Places& places = draft.places;
    TableReader timing{table_in(entry), entry.value.place, "timing", mistakes};
    // Four of the longest heartbeat are the longest lease.
    places.heartbeat = timing.duration("heartbeat", params.heartbeat, 1ms, protocol::max_lease / 4);
    places.lease = timing.duration("lease", params.lease, 4ms, protocol::max_lease);
    places.timing_is_good = mistakes.size() == mistakes_before;
    places.campaign_timeout = timing.duration("campaign_timeout", params.campaign_timeout, 1ms, protocol::max_lease);
    timing.integer("clock_drift_ppm", params.clock_drift_ppm, 0U, 100'000U);
    timing.refuse_unknown_keys();
}

void read_election(const Entry& entry, const std::string& path, protocol::ElectionSettings& election,
                   Mistakes& mistakes) {
    TableReader reader{table_in(entry), entry.value.place, path, mistakes};
    reader.choice<protocol::Candidacy>(
        "candidate", election.candidate,
        {{"node", protocol::Candidacy::node}, {"session", protocol::Candidacy::session}});
    reader.boolean("preempt", election.preempt);
    reader.duration("preempt_delay", election.preempt_delay, 0ns, protocol::max_hold);
    reader.duration("handover_timeout", election.handover_timeout, 1ms, protocol::max_hold);
    reader.refuse_unknown_keys();
}

// Nothing if the name is none, or one that stands elsewhere in the file.
std::optional<protocol::ElectionName> election_name(const Entry& entry, Mistakes& mistakes) {
    const auto name = protocol::ElectionName::parse(entry.key);
    if (!name) {
        report(mistakes, entry.place,
               "elections: the name " + quote(entry.key) + " must be 1 to " +
                   std::to_string(protocol::ElectionName::max_size) + " of [a-zA-Z0-9_-]");
    } else if (*name == protocol::ElectionName{}) {
        report(mistakes, entry.place, "elections: the election \"default\" is the table [election]");
        return std::nullopt;
    }
    return name;
}

void read_elections(const Entry& entry, Config& config, Mistakes& mistakes) {
    const Table& elections = table_in(entry);
    if (elections.entries.size() >= protocol::max_elections) {
        report(mistakes, entry.place,
               "elections: at most " + std::to_string(protocol::max_elections - 1) + " beside the default");
    }
    for (const Entry& each : elections.entries) {
        const auto name = election_name(each, mistakes);
        if (!std::holds_alternative<Table>(each.value.data)) {
            report(mistakes, each.value.place,
                   "elections." + each.key + ": must be a table, not " + std::string{each.value.type()});
        } else if (name) {
            protocol::ElectionSettings settings = config.election;
            read_election(each, "elections." + each.key, settings, mistakes);
            config.elections.emplace(*name, settings);
        }
    }
}

void read_security(const Entry& entry, Draft& draft, Mistakes& mistakes) {
    Security& security = draft.config.security;
    std::string directory = security.secret_key_dir.string();
    TableReader reader{table_in(entry), entry.value.place, "security", mistakes};
    draft.places.security_mode = reader.choice<SecurityMode>("mode", security.mode,
                                                             {{"off", SecurityMode::off},
                                                              {"accept", SecurityMode::accept},
                                                              {"serve", SecurityMode::serve},
                                                              {"enforce", SecurityMode::enforce}});
    reader.text("secret_key_dir", directory, longest_path);
    draft.places.allow_plaintext = reader.boolean("allow_plaintext", security.allow_plaintext);
    reader.refuse_unknown_keys();
    security.secret_key_dir = directory;
}

void read_local(const Entry& entry, Draft& draft, Mistakes& mistakes) {
    Local& local = draft.config.local;
    TableReader reader{table_in(entry), entry.value.place, "local", mistakes};
    local.group_place = reader.text("group", local.group, max_group_name).value_or(Place{});
    reader.choice<Watchers>("watch", local.watch, {{"group", Watchers::group}, {"everybody", Watchers::everybody}});
    draft.places.local_tcp = reader.endpoint("tcp", local.tcp);
    // A session says that it is alive each second.
    reader.duration("session_timeout", local.session_timeout, 2s, protocol::max_hold);
    reader.refuse_unknown_keys();
}

void read_node_metadata(TableReader& reader, NodeConfig& node, NodePlaces& places, Mistakes& mistakes) {
    if (const Entry* metadata = reader.table("metadata")) {
        places.metadata = metadata->place;
        node.metadata = encode_metadata(table_in(*metadata), metadata->place, mistakes);
    }
}

// Required of voters. A role that was wrong says nothing about what the node needs.
void require_endpoints(TableReader& reader, const NodeConfig& node, const NodePlaces& places) {
    if (node.is_voter() && (places.role || !reader.has("role"))) {
        reader.require("heartbeat", "\"tcp://HOST:PORT\", where peers subscribe to its heartbeats");
        reader.require("vote", "\"tcp://HOST:PORT\", where peers send vote requests");
    }
}

void read_node(const Table& table, Place place, Draft& draft, Mistakes& mistakes) {
    NodeConfig node;
    NodePlaces places;
    places.table = place;
    TableReader reader{table, place, "node", mistakes};
    places.name = reader.name("name", node.name, max_node_name);
    places.id = reader.integer<std::uint16_t>("id", node.id.value, 1, 65535);
    places.role = reader.choice<Role>("role", node.role, {{"voter", Role::voter}, {"observer", Role::observer}});
    places.priority = reader.integer<std::uint16_t>("priority", node.priority.value, 0, protocol::max_priority);
    places.heartbeat = reader.endpoint("heartbeat", node.heartbeat);
    places.vote = reader.endpoint("vote", node.vote);
    places.bind = reader.bind("bind", node.bind);
    places.public_key = reader.texts("public_key", node.public_keys, max_public_keys);
    places.has_public_key = reader.has("public_key");
    read_node_metadata(reader, node, places, mistakes);
    reader.require("name", "\"alpha\"");
    reader.require("id", "1");
    require_endpoints(reader, node, places);
    reader.refuse_unknown_keys();
    draft.config.nodes.push_back(std::move(node));
    draft.places.nodes.push_back(places);
}

void read_nodes(TableReader& file, Draft& draft, Mistakes& mistakes) {
    const Entry* list = file.tables("node");
    draft.places.node_list_is_good = list != nullptr || !file.has("node");
    if (list == nullptr) {
        return;
    }
    draft.places.node_list = list->value.place;
    for (const Value& node : std::get<Array>(list->value.data)) {
        read_node(std::get<Table>(node.data), node.place, draft, mistakes);
    }
}

}  // namespace

Draft read_sections(const Table& table, Mistakes& mistakes) {
    Draft draft;
    TableReader file{table, {1, 1}, "", mistakes};
    file.require("cluster", "\"demo\"");
    file.name("cluster", draft.config.cluster, max_cluster_name);
    if (const Entry* timing = file.table("timing")) {
        read_timing(*timing, draft, mistakes);
    }
    if (const Entry* election = file.table("election")) {
        read_election(*election, "election", draft.config.election, mistakes);
    }
    // After [election], whose settings these take where they have none.
    if (const Entry* elections = file.table("elections")) {
        read_elections(*elections, draft.config, mistakes);
    }
    if (const Entry* security = file.table("security")) {
        read_security(*security, draft, mistakes);
    }
    if (const Entry* local = file.table("local")) {
        read_local(*local, draft, mistakes);
    }
    read_nodes(file, draft, mistakes);
    file.refuse_unknown_keys();
    return draft;
}

}  // namespace bellwether::node
