// Changes keys and mode in the text of a configuration and nothing else: comments, layout and order are the person's
// who wrote it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/config.hpp"

namespace bellwether::cli {

struct ConfigEdit {
    std::optional<node::SecurityMode> mode;
    std::map<std::string, std::vector<std::string>> public_keys;  // All that the node of this name shall have.
};

// `text` has been parsed without mistakes but those that the edit mends. TOML may be written in many ways: the caller
// parses the result before it believes it.
[[nodiscard]] std::string edited(std::string_view text, const ConfigEdit& edit);

}  // namespace bellwether::cli
