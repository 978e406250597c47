#include "tools/cli/mesh_table.hpp"

#include <set>

#include "tools/cli/exit_status.hpp"
#include "tools/cli/status_tables.hpp"
#include "tools/cli/table.hpp"

namespace bellwether::cli {

namespace {

std::string remarks_of(const Json& status, const Json* election) {
    std::string remarks = flag_of(status, "quorum_linked") ? "" : "no quorum";
    const auto add = [&remarks](const std::string& more) {
        if (!more.empty()) remarks += (remarks.empty() ? "" : "; ") + more;
    };
    if (flag_of(status, "draining")) add("draining");
    if (election != nullptr && text_of(*election, "leader").empty()) add(text_of(*election, "hindrance"));
    for (const Json& peer : list_of(status, "peers")) {
        const bool heard = number_of(peer, "incarnation") != 0;
        if (heard && !flag_of(peer, "same_config")) add("configuration differs from that of " + text_of(peer, "name"));
    }
    return remarks;
}

Row row_of(const Account& account, const protocol::ElectionName& name) {
    if (const auto* none = std::get_if<client::NoReply>(&account.answer)) {
        const bool forbidden = none->why == client::NoReply::Why::forbidden;
        const std::string role = none->was_asked() ? "no answer" : forbidden ? "no access" : "not running";
        return {account.node, role, "-", "-", "-", forbidden ? "Permission denied" : ""};
    }
    const Json& status = std::get<Json>(account.answer);
    const Json* election = election_of(status, name);
    const std::string leader = election == nullptr ? "" : text_of(*election, "leader");
    return {account.node,
            election == nullptr ? "-" : text_of(*election, "role"),
            leader.empty() ? "-" : leader,
            election == nullptr ? "-" : std::to_string(number_of(*election, "token")),
            std::to_string(number_of(status, "linked")) + "/" + std::to_string(number_of(status, "voters")),
            remarks_of(status, election)};
}

}  // namespace

std::string mesh_table(const std::vector<Account>& accounts, const protocol::ElectionName& election) {
    std::vector<Row> rows{{"NODE", "ROLE", "LEADER", "TOKEN", "LINKED", "REMARKS"}};
    for (const Account& account : accounts) rows.push_back(row_of(account, election));
    return table(rows);
}

int mesh_status(const std::vector<Account>& accounts, const protocol::ElectionName& election) {
    bool answered = false;
    std::set<std::string> leaders;
    for (const Account& account : accounts) {
        const auto* status = std::get_if<Json>(&account.answer);
        if (status == nullptr) continue;
        answered = true;
        const Json* known = election_of(*status, election);
        if (known != nullptr && !text_of(*known, "leader").empty()) leaders.insert(text_of(*known, "leader"));
    }
    if (!answered) return exit_no_daemon;
    return leaders.size() == 1 ? exit_done : exit_unknown;
}

}  // namespace bellwether::cli
