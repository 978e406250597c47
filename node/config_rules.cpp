#include "node/config_rules.hpp"

#include <zmq.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/config_duration.hpp"

namespace bellwether::node {

namespace {

// Timing

void check_lease(const protocol::Params& params, const Places& places, Mistakes& mistakes) {
    if (params.lease >= 4 * params.heartbeat) {
        return;
    }
    const std::string at_least = to_text(4 * params.heartbeat);
    if (places.lease) {
        report(mistakes, *places.lease,
               "timing.lease: " + to_text(params.lease) + " is less than 4 heartbeats of " + to_text(params.heartbeat) +
                   ": at least " + at_least);
    } else {
        report(mistakes, places.heartbeat.value_or(Place{}),
               "timing.heartbeat: 4 of " + to_text(params.heartbeat) + " are more than the default lease of " +
                   to_text(params.lease) + ": write lease = " + quote(at_least) + " or more as well");
    }
}

void check_campaign_timeout(const protocol::Params& params, const Places& places, Mistakes& mistakes) {
    if (params.campaign_timeout < params.heartbeat || params.campaign_timeout > params.lease) {
        report(mistakes, places.campaign_timeout.value_or(Place{}),
               "timing.campaign_timeout: must be from one heartbeat, " + to_text(params.heartbeat) +
                   ", to one lease, " + to_text(params.lease) + ", not " + to_text(params.campaign_timeout));
    }
}

// The ranges of the single values have been checked; together these are all the rules of Params::validate().
void check_timing(Draft& draft, Mistakes& mistakes) {
    protocol::Params& params = draft.config.params;
    if (!draft.places.timing_is_good) {
        return;
    }
    if (!draft.places.campaign_timeout) {
        params.campaign_timeout = protocol::default_campaign_timeout(params.heartbeat, params.lease);
    }
    check_lease(params, draft.places, mistakes);
    if (draft.places.campaign_timeout) {
        check_campaign_timeout(params, draft.places, mistakes);
    }
}

// Things of which there may be one only

// Somebody's claim to be the only one with this text.
struct Claim {
    Place place;
    std::string key;
    std::string text;
};

// A duplicate is reported where it stands the second time.
void report_duplicates(std::vector<Claim> claims, Mistakes& mistakes) {
    std::stable_sort(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) { return a.place < b.place; });
    std::map<std::string_view, const Claim*> firsts;
    for (const Claim& claim : claims) {
        const auto [first, is_new] = firsts.try_emplace(claim.text, &claim);
        if (!is_new) {
            report(mistakes, claim.place,
                   claim.key + ": " + claim.text + " is already the " + first->second->key + " on line " +
                       std::to_string(first->second->place.line) + ", each needs its own");
        }
    }
}

void claim(std::vector<Claim>& claims, ValuePlace place, const char* key, std::string text) {
    if (place) {
        claims.push_back({*place, key, std::move(text)});
    }
}

void check_duplicate_names(const Draft& draft, Mistakes& mistakes) {
    std::vector<Claim> names;
    std::vector<Claim> ids;
    std::vector<Claim> keys;
    for (std::size_t i = 0; i < draft.config.nodes.size(); ++i) {
        const NodeConfig& node = draft.config.nodes[i];
        const NodePlaces& places = draft.places.nodes[i];
        claim(names, places.name, "node.name", quote(node.name));
        claim(ids, places.id, "node.id", std::to_string(node.id.value));
        for (const std::string& key : node.public_keys) {
            claim(keys, places.public_key, "node.public_key", quote(key));
        }
    }
    report_duplicates(std::move(names), mistakes);
    report_duplicates(std::move(ids), mistakes);
    report_duplicates(std::move(keys), mistakes);
}

// One text for the two ways to write it.
std::string canonical(const Endpoint& endpoint) {
    return Endpoint{endpoint.host == "localhost" ? "127.0.0.1" : endpoint.host, endpoint.port}.str();
}

void check_duplicate_endpoints(const Draft& draft, Mistakes& mistakes) {
    std::vector<Claim> endpoints;
    if (draft.config.local.tcp) {
        claim(endpoints, draft.places.local_tcp, "local.tcp", canonical(*draft.config.local.tcp));
    }
    for (std::size_t i = 0; i < draft.config.nodes.size(); ++i) {
        const NodeConfig& node = draft.config.nodes[i];
        const NodePlaces& places = draft.places.nodes[i];
        if (node.is_voter()) {
            claim(endpoints, places.heartbeat, "node.heartbeat", canonical(node.heartbeat));
            claim(endpoints, places.vote, "node.vote", canonical(node.vote));
        }
    }
    report_duplicates(std::move(endpoints), mistakes);
}

// The mesh

bool some_voter_may_lead(const Config& config) {
    return std::any_of(config.nodes.begin(), config.nodes.end(),
                       [](const NodeConfig& n) { return n.is_voter() && n.priority.value > 0; });
}

void check_voters(const Draft& draft, Mistakes& mistakes) {
    const std::vector<NodeConfig>& nodes = draft.config.nodes;
    const Place list = draft.places.node_list;
    const auto voter = std::find_if(nodes.begin(), nodes.end(), [](const NodeConfig& n) { return n.is_voter(); });
    if (!draft.places.node_list_is_good) {
        return;
    }
    if (nodes.empty()) {
        report(mistakes, list, "no node: write a [[node]] table for each node of the mesh");
    } else if (voter == nodes.end()) {
        report(mistakes, draft.places.nodes.front().role.value_or(list),
               "node.role: no node is a voter: at least one must have role = \"voter\"");
    } else if (!some_voter_may_lead(draft.config)) {
        const NodePlaces& places = draft.places.nodes[static_cast<std::size_t>(voter - nodes.begin())];
        report(mistakes, places.priority.value_or(places.table),
               "node.priority: all voters have priority 0, so nobody may lead: give one of them 1 or more");
    }
    if (nodes.size() > protocol::max_nodes) {
        report(mistakes, draft.places.nodes[protocol::max_nodes].table,
               std::to_string(nodes.size()) + " nodes: at most " + std::to_string(protocol::max_nodes));
    }
}

// Security

// 40 characters that stand for 32 bytes.
bool is_key(const std::string& text) {
    std::array<std::uint8_t, 32> key{};
    return text.size() == 40 && text.find('\0') == std::string::npos && zmq_z85_decode(key.data(), text.c_str());
}

void check_keys(const NodeConfig& node, const NodePlaces& places, Mistakes& mistakes) {
    for (const std::string& key : node.public_keys) {
        if (!is_key(key)) {
            report(mistakes, places.public_key.value_or(places.table),
                   "node.public_key: " + quote(key) + " is not a key: 40 characters of Z85");
        }
    }
}

// Of each node, observers too: who listens encrypted admits nobody whose key the file does not list.
void check_keys_are_there(const Draft& draft, Mistakes& mistakes) {
    const SecurityMode mode = draft.config.security.mode;
    for (const NodePlaces& places : draft.places.nodes) {
        if (mode != SecurityMode::off && !places.has_public_key) {
            report(mistakes, places.table,
                   "node.public_key: missing: with mode = " + quote(to_string(mode)) +
                       " each node needs one: `bellwether keygen --mesh FILE` makes those that are missing");
        }
    }
}

struct OpenAddress {
    Place place;
    std::string key;
    std::string host;
};

// Where voters listen beyond loopback, or are connected to: with a `bind` of loopback no stranger reaches the listener,
// but what the others say to it still leaves their hosts.
std::vector<OpenAddress> open_addresses(const Draft& draft) {
    std::vector<OpenAddress> open;
    const auto look_at = [&](ValuePlace place, const char* key, const std::string& host) {
        if (place && !is_loopback(host)) {
            open.push_back({*place, key, host});
        }
    };
    for (std::size_t i = 0; i < draft.config.nodes.size(); ++i) {
        const NodeConfig& node = draft.config.nodes[i];
        const NodePlaces& places = draft.places.nodes[i];
        if (node.is_voter() && node.bind && !is_loopback(*node.bind)) {
            look_at(places.bind, "node.bind", *node.bind);
        } else if (node.is_voter()) {
            look_at(places.heartbeat, "node.heartbeat", node.heartbeat.host);
            look_at(places.vote, "node.vote", node.vote.host);
        }
    }
    return open;
}

// One mistake for all of them, at the first: one line in the file mends them all.
void check_plaintext(const Draft& draft, Mistakes& mistakes) {
    const Security& security = draft.config.security;
    const std::vector<OpenAddress> open = open_addresses(draft);
    if (security.mode != SecurityMode::off || security.allow_plaintext || open.empty()) {
        return;
    }
    const std::string others = open.size() == 1 ? "" : " (and " + std::to_string(open.size() - 1) + " more)";
    report(mistakes, open.front().place,
           open.front().key + ": " + quote(open.front().host) + others +
               " may be reached from other hosts, in plain text: `bellwether keygen --mesh FILE` makes keys and turns "
               "encryption on; if only trusted hosts are on that network, write allow_plaintext = true in [security]");
}

void check_local_tcp(const Draft& draft, Mistakes& mistakes) {
    const auto& tcp = draft.config.local.tcp;
    if (draft.places.local_tcp && tcp && !is_loopback(tcp->host)) {
        report(mistakes, *draft.places.local_tcp,
               "local.tcp: " + quote(tcp->host) +
                   " is not loopback: this topic is for programs of the same host, as in "
                   "\"tcp://127.0.0.1:7199\"");
    }
}

// A host name is for those who connect; which address of its own a host should listen on, no name says.
void check_listener(ValuePlace place, const std::string& key, const std::string& host, Mistakes& mistakes) {
    if (place && host != "localhost" && !is_address(host)) {
        report(mistakes, *place,
               key + ": nobody can listen on the name " + quote(host) +
                   ": write bind = \"0.0.0.0\" in this node, or an address instead of the name");
    }
}

void check_nodes(const Draft& draft, Mistakes& mistakes) {
    for (std::size_t i = 0; i < draft.config.nodes.size(); ++i) {
        const NodeConfig& node = draft.config.nodes[i];
        const NodePlaces& places = draft.places.nodes[i];
        check_keys(node, places, mistakes);
        if (node.is_voter() && !node.bind) {
            check_listener(places.heartbeat, "node.heartbeat", node.heartbeat.host, mistakes);
            check_listener(places.vote, "node.vote", node.vote.host, mistakes);
        }
    }
}

}  // namespace

void check_rules(Draft& draft, Keys keys, Mistakes& mistakes) {
    check_timing(draft, mistakes);
    check_voters(draft, mistakes);
    check_duplicate_names(draft, mistakes);
    check_duplicate_endpoints(draft, mistakes);
    check_nodes(draft, mistakes);
    if (keys == Keys::needed) {
        check_keys_are_there(draft, mistakes);
        check_plaintext(draft, mistakes);
    }
    check_local_tcp(draft, mistakes);
}

}  // namespace bellwether::node
