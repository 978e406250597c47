// How one line of the log looks, as text or as JSON.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <spdlog/formatter.h>

#include "node/log.hpp"

namespace bellwether::node {

// Lines of the logger of this name may carry JSON fields behind their text; those of any other are text alone, so
// nobody outside can slip a field in.
inline constexpr const char* decision_logger = "decisions";

// "text" and the inside of a JSON object, as one payload.
[[nodiscard]] std::string with_fields(std::string_view text, std::string_view json_fields);

[[nodiscard]] std::unique_ptr<spdlog::formatter> line_formatter(LogFormat format);

}  // namespace bellwether::node
