// A TOML text as a tree of places and values. What we read with stays behind this header: nothing else of the project
// sees toml++.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "node/config_mistake.hpp"

namespace bellwether::node {

struct Entry;
struct Value;

struct Table {
    std::vector<Entry> entries;  // Sorted by key, each key once.

    [[nodiscard]] const Entry* find(std::string_view key) const;
};

using Array = std::vector<Value>;

// TOML has it, we have no use for it: floats, dates, times.
struct Foreign {
    std::string_view type;
};

struct Value {
    Place place;
    std::variant<std::string, std::int64_t, bool, Array, Table, Foreign> data;
    Place end{};  // Behind its last character; of a table that is no inline one, behind its header or its first key.

    // "a string", "an integer" ...
    [[nodiscard]] std::string_view type() const;
};

struct Entry {
    std::string key;
    Place place;  // Of the key; a value inside [table] or [[table]] begins there.
    Value value;
};

// Never throws, whatever the bytes; a syntax error is the only one told, as what follows it means nothing.
[[nodiscard]] std::variant<Table, Mistake> parse_document(std::string_view text);

}  // namespace bellwether::node
