#include "node/config_document.hpp"

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace bellwether::node {

namespace {

Place place_of(const toml::source_position& position) {
    return {static_cast<int>(position.line), static_cast<int>(position.column)};
}

Place place_of(const toml::source_region& source) { return place_of(source.begin); }

// toml++ limits how deep brackets nest, but not the dots of a key, and goes down both recursively: without this limit a
// long enough [a.a.a...] ends on the stack.
constexpr std::size_t max_dots = 32;  // In the keys of one line.

// Strings that end on their line are skipped, and comments.
std::size_t count_dots_of_keys(std::string_view line) {
    std::size_t dots = 0;
    for (std::size_t i = 0; i < line.size() && line[i] != '#'; ++i) {
        if (line[i] == '.') {
            ++dots;
        } else if (line[i] == '"' || line[i] == '\'') {
            const std::size_t end = line.find(line[i], i + 1);
            i = end == std::string_view::npos ? i : end;
        }
    }
    return dots;
}

std::optional<Mistake> find_too_deep_key(std::string_view text) {
    int line = 1;
    for (std::size_t begin = 0; begin < text.size(); ++line) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        if (count_dots_of_keys(text.substr(begin, end - begin)) > max_dots) {
            return Mistake{line, 1, "more than " + std::to_string(max_dots) + " dots in keys: no table is so deep"};
        }
        begin = end + 1;
    }
    return std::nullopt;
}

Value convert(const toml::node& node);

Table convert_table(const toml::table& source) {
    Table table;
    for (const auto& [key, node] : source) {
        table.entries.push_back({std::string{key.str()}, place_of(key.source()), convert(node)});
    }
    return table;
}

Array convert_array(const toml::array& source) {
    Array array;
    for (const toml::node& node : source) {
        array.push_back(convert(node));
    }
    return array;
}

// Recursion ends where the parser's own limit on nesting ends it.
Value convert(const toml::node& node) {
    const Place place = place_of(node.source());
    const Place end = place_of(node.source().end);
    switch (node.type()) {
        case toml::node_type::table: return {place, convert_table(*node.as_table()), end};
        case toml::node_type::array: return {place, convert_array(*node.as_array()), end};
        case toml::node_type::string: return {place, node.as_string()->get(), end};
        case toml::node_type::integer: return {place, node.as_integer()->get(), end};
        case toml::node_type::boolean: return {place, node.as_boolean()->get(), end};
        default: return {place, Foreign{node.is_floating_point() ? "a float" : "a date or time"}, end};
    }
}

}  // namespace

const Entry* Table::find(std::string_view key) const {
    const auto entry = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
    return entry == entries.end() ? nullptr : &*entry;
}

std::string_view Value::type() const {
    constexpr std::array<std::string_view, 5> names{"a string", "an integer", "a boolean", "an array", "a table"};
    const auto* foreign = std::get_if<Foreign>(&data);
    return foreign == nullptr ? names.at(data.index()) : foreign->type;
}

std::variant<Table, Mistake> parse_document(std::string_view text) {
    if (auto too_deep = find_too_deep_key(text)) {
        return std::move(*too_deep);
    }
    try {
        return convert_table(toml::parse(text));
    } catch (const toml::parse_error& error) {
        const Place place = place_of(error.source());
        // It quotes what it stumbled over as it stands there, were it an escape sequence of a terminal.
        return Mistake{place.line, place.column, "not TOML: " + printable(error.description())};
    }
}

}  // namespace bellwether::node
