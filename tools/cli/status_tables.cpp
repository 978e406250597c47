#include "tools/cli/status_tables.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <set>
#include <utility>
#include <vector>

#include "tools/cli/table.hpp"

namespace bellwether::cli {

namespace {

std::string or_dash(std::string text) { return text.empty() ? "-" : std::move(text); }

std::string milliseconds(std::uint64_t ms) { return std::to_string(ms) + " ms"; }

// 0: not measured.
std::string from_microseconds(std::uint64_t us) {
    if (us == 0) return "-";
    char text[32];
    std::snprintf(text, sizeof text, "%.1f ms", static_cast<double>(us) / 1000);
    return text;
}

void add(std::string& list, bool condition, const std::string& word) {
    if (condition) list += (list.empty() ? "" : ", ") + word;
}

std::string remarks_of_self(const Json& status) {
    std::string remarks;
    add(remarks, flag_of(status, "draining"), "draining");
    add(remarks, flag_of(status, "leaving"), "leaving");
    add(remarks, flag_of(status, "new_state"), "does not vote yet: its state is new");
    const auto quarantine = number_of(status, "quarantine_left_ms");
    add(remarks, quarantine > 0, "does not vote for " + milliseconds(quarantine) + " more: just started");
    return remarks;
}

std::string own_part(const Json& election) {
    if (const auto heir = text_of(election, "heir"); !heir.empty()) return "hands over to " + heir;
    const std::string role = text_of(election, "role");
    if (role == "leader") return "leads";
    const std::string hindrance = text_of(election, "hindrance");
    return role + (hindrance.empty() ? "" : ": " + hindrance);
}

bool is_heard(const Json& peer, std::uint64_t lease_ms) {
    const auto found = peer.find("heard_ago_ms");
    return found != peer.end() && found->is_number() && number_of(peer, "heard_ago_ms") < lease_ms;
}

// Who hears whom: of itself the node knows it, of its peers by what they ack.
struct Listener {
    std::uint64_t id{};
    std::string name;
    std::set<std::string> hears;
    bool known{};  // Else nobody can say what it hears.
};

Listener listener_of(const Json& peer, bool is_heard) {
    Listener listener{.id = number_of(peer, "id"), .name = text_of(peer, "name"), .hears = {}, .known = is_heard};
    for (const Json& heard : list_of(peer, "hears")) {
        if (heard.is_string()) listener.hears.insert(heard.get<std::string>());
    }
    return listener;
}

// By id, so that the matrix looks the same on every node.
std::vector<Listener> listeners_of(const Json& status) {
    const auto lease_ms = number_of(status, "lease_ms");
    Listener self{.id = number_of(status, "node_id"), .name = text_of(status, "node"), .hears = {}, .known = true};
    std::vector<Listener> all;
    for (const Json& peer : list_of(status, "peers")) {
        all.push_back(listener_of(peer, is_heard(peer, lease_ms)));
        if (all.back().known) self.hears.insert(all.back().name);
    }
    all.push_back(std::move(self));
    std::sort(all.begin(), all.end(), [](const Listener& a, const Listener& b) { return a.id < b.id; });
    return all;
}

std::string cell(const Listener& listener, const std::string& speaker) {
    if (listener.name == speaker) return ".";
    if (!listener.known) return "?";
    return listener.hears.contains(speaker) ? "yes" : "NO";
}

}  // namespace

std::string remarks_of_peer(const Json& peer) {
    std::string remarks;
    const bool heard = number_of(peer, "incarnation") != 0;
    add(remarks, !text_of(peer, "hindrance").empty(), text_of(peer, "hindrance"));
    add(remarks, !heard, "never heard");
    add(remarks, heard && !flag_of(peer, "link_up"), "no link both ways");
    add(remarks, heard && !flag_of(peer, "same_config"), "its configuration differs");
    add(remarks, heard && !flag_of(peer, "same_membership"), "its voter list differs");
    add(remarks, flag_of(peer, "leaving"), "leaving");
    add(remarks, flag_of(peer, "quarantine"), "just started, does not vote yet");
    add(remarks, flag_of(peer, "new_state"), "its state is new, does not vote yet");
    return remarks;
}

std::string node_lines(const Json& status) {
    const std::string role =
        flag_of(status, "voter") ? "voter, priority " + std::to_string(number_of(status, "priority")) : "observer";
    std::vector<Row> rows{{"node", text_of(status, "node") + " of cluster " + text_of(status, "cluster") + ", " + role +
                                       ", bellwether " + text_of(status, "version")},
                          {"quorum", std::to_string(number_of(status, "linked")) + " voters linked, " +
                                         std::to_string(number_of(status, "quorum")) + " of " +
                                         std::to_string(number_of(status, "voters")) + " needed" +
                                         (flag_of(status, "quorum_linked") ? "" : ": NO QUORUM")},
                          {"timing", "heartbeat " + milliseconds(number_of(status, "heartbeat_ms")) + ", lease " +
                                         milliseconds(number_of(status, "lease_ms"))}};
    if (auto remarks = remarks_of_self(status); !remarks.empty()) rows.push_back({"state", std::move(remarks)});
    const auto alarms = number_of(status, "clock_alarms");
    if (alarms > 0)
        rows.push_back(
            {"CLOCK", "a lease was lost that this clock still believed in, " + std::to_string(alarms) + " times"});
    return table(rows);
}

std::string election_table(const Json& status) {
    std::vector<Row> rows{{"ELECTION", "LEADER", "TOKEN", "LEASE LEFT", "REASON", "THIS NODE"}};
    for (const Json& election : list_of(status, "elections")) {
        const auto lease = number_of(election, "lease_left_ms");
        rows.push_back({text_of(election, "name"), or_dash(text_of(election, "leader")),
                        std::to_string(number_of(election, "token")), lease == 0 ? "-" : milliseconds(lease),
                        or_dash(text_of(election, "reason")), own_part(election)});
    }
    return table(rows);
}

std::string link_table(const Json& status) {
    const auto listeners = listeners_of(status);
    Row head{"HEARS"};
    for (const Listener& listener : listeners) head.push_back(listener.name);
    std::vector<Row> rows{std::move(head)};
    for (const Listener& listener : listeners) {
        Row row{listener.name};
        for (const Listener& speaker : listeners) row.push_back(cell(listener, speaker.name));
        rows.push_back(std::move(row));
    }
    return table(rows);
}

std::string peer_table(const Json& status) {
    std::vector<Row> rows{{"PEER", "PRIORITY", "HEARD", "ROUND TRIP", "REMARKS"}};
    for (const Json& peer : list_of(status, "peers")) {
        const auto heard = peer.find("heard_ago_ms");
        const bool ever = heard != peer.end() && heard->is_number();
        const bool voter = flag_of(peer, "voter");
        rows.push_back({text_of(peer, "name"), voter ? std::to_string(number_of(peer, "priority")) : "observer",
                        ever ? milliseconds(number_of(peer, "heard_ago_ms")) + " ago" : "never",
                        from_microseconds(number_of(peer, "round_trip_us")), remarks_of_peer(peer)});
    }
    return table(rows);
}

std::string counter_table(const Json& status, bool all) {
    std::vector<Row> rows;
    const auto counters = status.find("counters");
    if (counters != status.end() && counters->is_object()) {
        for (const auto& [name, value] : counters->items()) {
            const bool zero = value.is_number() && value == 0;
            if (all || !zero) rows.push_back({name, value.dump()});
        }
    }
    const auto refused = number_of(status, "refused_messages");
    if (all || refused > 0) rows.push_back({"refused_messages", std::to_string(refused)});
    return table(rows);
}

std::string status_tables(const Json& status, bool all_counters) {
    std::string text;
    for (const std::string& part : {node_lines(status), election_table(status), link_table(status), peer_table(status),
                                    counter_table(status, all_counters)}) {
        if (!part.empty()) text += (text.empty() ? "" : "\n") + part;
    }
    return text;
}

}  // namespace bellwether::cli
