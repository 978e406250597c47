// Configurations for tests: a good one to vary, and what parse() makes of it.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <variant>

#include "node/config.hpp"
#include "tests/support/places.hpp"

namespace bellwether::node::mesh_file {

inline const std::filesystem::path configs = tests::source_dir() / "configs";
inline constexpr PortRange ephemeral{32768, 60999};

inline constexpr std::string_view three_nodes = R"(cluster = "demo"
[[node]]
name = "alpha"
id = 1
priority = 30
heartbeat = "tcp://127.0.0.1:7101"
vote = "tcp://127.0.0.1:7102"
[[node]]
name = "bravo"
id = 2
heartbeat = "tcp://127.0.0.1:7103"
vote = "tcp://127.0.0.1:7104"
[[node]]
name = "charlie"
id = 3
heartbeat = "tcp://127.0.0.1:7105"
vote = "tcp://127.0.0.1:7106"
)";

// What parse() says of the text, a line each.
inline std::string lines_of(const Mistakes& mistakes) {
    std::string lines;
    for (const Mistake& mistake : mistakes) {
        lines += to_line("mesh.toml", mistake) + "\n";
    }
    return lines;
}

inline std::string mistakes_in(std::string_view text) {
    const auto parsed = parse(text, "mesh.toml", ephemeral);
    const auto* mistakes = std::get_if<Mistakes>(&parsed);
    return mistakes == nullptr ? "" : lines_of(*mistakes);
}

inline Config good(const std::variant<Config, Mistakes>& parsed) {
    if (const auto* mistakes = std::get_if<Mistakes>(&parsed)) {
        ADD_FAILURE() << lines_of(*mistakes);
        return {};
    }
    return std::get<Config>(parsed);
}

inline Config parsed(std::string_view text) { return good(parse(text, "mesh.toml", ephemeral)); }

// After the top-level keys of three_nodes, where a table may stand.
inline std::string with(std::string_view tables) { return std::string{three_nodes} + std::string{tables}; }

inline std::string replaced(std::string_view text, std::string_view what, std::string_view by) {
    std::string changed{text};
    const std::size_t place = changed.find(what);
    EXPECT_NE(place, std::string::npos) << what;
    return changed.replace(place, what.size(), by);
}

inline std::string content_of(const std::filesystem::path& file) {
    std::ostringstream content;
    content << std::ifstream{file}.rdbuf();
    return content.str();
}

}  // namespace bellwether::node::mesh_file
