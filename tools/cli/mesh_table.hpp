// The nodes of a configuration side by side, each by its own account.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "protocol/types.hpp"
#include "tools/cli/status_reply.hpp"

namespace bellwether::cli {

struct Account {
    std::string node;
    std::variant<Json, client::NoReply> answer;
};

[[nodiscard]] std::string mesh_table(const std::vector<Account>& accounts, const protocol::ElectionName& election);

// 0: all who answered and know a leader name the same. 3: nobody knows one, or they differ. 4: nobody answered.
[[nodiscard]] int mesh_status(const std::vector<Account>& accounts, const protocol::ElectionName& election);

}  // namespace bellwether::cli
