// A report in words, and as JSON.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "tools/chaos/history.hpp"
#include "tools/chaos/report.hpp"

namespace bellwether::chaos {

// What happened when, in seconds since `begin`: marks, leaders, gaps.
[[nodiscard]] std::string timeline(const History& history, const Report& report, protocol::Time begin);

// The numbers, and the verdict in the last line.
[[nodiscard]] std::string summary(const History& history, const Report& report);

[[nodiscard]] nlohmann::ordered_json to_json(const History& history, const Report& report, protocol::Time begin);

}  // namespace bellwether::chaos
