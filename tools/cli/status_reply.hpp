// A daemon's answer to `status`, as its JSON: docs/control.md lists the fields.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "client/control.hpp"
#include "protocol/types.hpp"

namespace bellwether::cli {

using Json = nlohmann::ordered_json;

// For a command that only looks: a daemon that runs answers in milliseconds.
inline constexpr std::chrono::milliseconds answer_timeout{2000};

// The status map itself, without the envelope.
[[nodiscard]] std::variant<Json, client::NoReply> ask_status(const std::filesystem::path& run_dir,
                                                             std::chrono::milliseconds timeout);

// Fields of a map that may be missing, nil or of another type in some version: then "", 0, false.
[[nodiscard]] std::string text_of(const Json& map, std::string_view key);
[[nodiscard]] std::uint64_t number_of(const Json& map, std::string_view key);
[[nodiscard]] bool flag_of(const Json& map, std::string_view key);
[[nodiscard]] const Json& list_of(const Json& map, std::string_view key);

// Null if the node knows nothing of it.
[[nodiscard]] const Json* election_of(const Json& status, const protocol::ElectionName& election);

// Empty if one of these nodes knows the election, or there are none; else a sentence with those that are known.
[[nodiscard]] std::string why_unknown(const std::vector<const Json*>& statuses, const protocol::ElectionName& election);

}  // namespace bellwether::cli
