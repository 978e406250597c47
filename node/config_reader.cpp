#include "node/config_reader.hpp"

#include <algorithm>
#include <variant>

#include "node/config_duration.hpp"
#include "node/config_suggest.hpp"

namespace bellwether::node {

namespace {

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7F'; }

}  // namespace

bool is_name(std::string_view text, std::size_t max_size) {
    return !text.empty() && text.size() <= max_size && std::all_of(text.begin(), text.end(), is_name_character);
}

std::string TableReader::path_of(std::string_view key) const {
    return path_.empty() ? std::string{key} : path_ + "." + std::string{key};
}

void TableReader::report_at(Place place, std::string_view key, const std::string& text) {
    report(mistakes_, place, path_of(key) + ": " + text);
}

const Value* TableReader::find(std::string_view key) {
    asked_for_.push_back(key);
    const Entry* entry = table_.find(key);
    return entry == nullptr ? nullptr : &entry->value;
}

template <class T>
const T* TableReader::typed(const Value& value, std::string_view key, std::string_view wanted) {
    const T* data = std::get_if<T>(&value.data);
    if (data == nullptr) {
        report_at(value.place, key, "must be " + std::string{wanted} + ", not " + std::string{value.type()});
    }
    return data;
}

template <class Target, class Parse>
std::optional<Place> TableReader::parsed(std::string_view key, Target& into, Parse parse) {
    const Value* value = find(key);
    const auto* text = value == nullptr ? nullptr : typed<std::string>(*value, key, "a string");
    if (text == nullptr) {
        return std::nullopt;
    }
    auto result = parse(*text);
    if (const auto* refusal = std::get_if<Refusal>(&result)) {
        report_at(value->place, key, quote(*text) + " " + refusal->why);
        return std::nullopt;
    }
    into = std::get<0>(std::move(result));
    return value->place;
}

std::optional<Place> TableReader::text(std::string_view key, std::string& into, std::size_t max_size) {
    return parsed(key, into, [&](const std::string& text) -> std::variant<std::string, Refusal> {
        if (text.size() > max_size || std::any_of(text.begin(), text.end(), is_control)) {
            return Refusal{"must be at most " + std::to_string(max_size) + " bytes, none of them a control character"};
        }
        return text;
    });
}

std::optional<Place> TableReader::name(std::string_view key, std::string& into, std::size_t max_size) {
    return parsed(key, into, [&](const std::string& text) -> std::variant<std::string, Refusal> {
        if (!is_name(text, max_size)) {
            return Refusal{"must be 1 to " + std::to_string(max_size) + " of [a-zA-Z0-9_-]"};
        }
        return text;
    });
}

std::optional<Place> TableReader::endpoint(std::string_view key, Endpoint& into) {
    return parsed(key, into, parse_endpoint);
}

std::optional<Place> TableReader::endpoint(std::string_view key, std::optional<Endpoint>& into) {
    return parsed(key, into, [](const std::string& text) -> std::variant<std::optional<Endpoint>, Refusal> {
        if (text.empty()) {
            return std::nullopt;
        }
        auto endpoint = parse_endpoint(text);
        if (auto* refusal = std::get_if<Refusal>(&endpoint)) {
            return std::move(*refusal);
        }
        return std::get<Endpoint>(std::move(endpoint));
    });
}

std::optional<Place> TableReader::bind(std::string_view key, std::optional<std::string>& into) {
    return parsed(key, into, parse_bind);
}

std::optional<Place> TableReader::boolean(std::string_view key, bool& into) {
    const Value* value = find(key);
    const auto* boolean = value == nullptr ? nullptr : typed<bool>(*value, key, "true or false");
    if (boolean == nullptr) {
        return std::nullopt;
    }
    into = *boolean;
    return value->place;
}

std::optional<Place> TableReader::duration(std::string_view key, protocol::Duration& into, protocol::Duration least,
                                           protocol::Duration most) {
    const Value* value = find(key);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (const auto* number = std::get_if<std::int64_t>(&value->data)) {
        const std::string with_unit = std::to_string(*number).append(unit_of(into));
        report_at(value->place, key, "a bare number has no unit: write " + quote(with_unit));
        return std::nullopt;
    }
    const auto* text = typed<std::string>(*value, key, "a string such as " + quote(to_text(into)));
    if (text == nullptr) {
        return std::nullopt;
    }
    const auto parsed = parse_duration(*text);
    if (const auto* refusal = std::get_if<Refusal>(&parsed)) {
        report_at(value->place, key, quote(*text) + " " + refusal->why);
        return std::nullopt;
    }
    const auto duration = std::get<protocol::Duration>(parsed);
    if (duration < least || duration > most) {
        report_at(value->place, key,
                  "must be from " + to_text(least) + " to " + to_text(most) + ", not " + to_text(duration));
        return std::nullopt;
    }
    into = duration;
    return value->place;
}

std::optional<Place> TableReader::texts(std::string_view key, std::vector<std::string>& into, std::size_t most) {
    const Value* value = find(key);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (const auto* text = std::get_if<std::string>(&value->data)) {
        into = {*text};
        return value->place;
    }
    const auto* array = typed<Array>(*value, key, "a string or an array of strings");
    if (array == nullptr) {
        return std::nullopt;
    }
    if (array->empty() || array->size() > most) {
        report_at(value->place, key, "must be a string or an array of 1 to " + std::to_string(most) + " strings");
        return std::nullopt;
    }
    std::vector<std::string> all;
    for (const Value& each : *array) {
        const auto* text = typed<std::string>(each, key, "an array of strings only");
        if (text == nullptr) {
            return std::nullopt;
        }
        all.push_back(*text);
    }
    into = std::move(all);
    return value->place;
}

std::optional<Place> TableReader::integer_in(std::string_view key, std::int64_t& into, std::int64_t least,
                                             std::int64_t most) {
    const Value* value = find(key);
    const auto* number = value == nullptr ? nullptr : typed<std::int64_t>(*value, key, "an integer");
    if (number == nullptr) {
        return std::nullopt;
    }
    if (*number < least || *number > most) {
        report_at(value->place, key,
                  "must be from " + std::to_string(least) + " to " + std::to_string(most) + ", not " +
                      std::to_string(*number));
        return std::nullopt;
    }
    into = *number;
    return value->place;
}

std::optional<Place> TableReader::choice_of(std::string_view key, std::size_t& index,
                                            std::span<const std::string_view> words) {
    const Value* value = find(key);
    const auto* text = value == nullptr ? nullptr : typed<std::string>(*value, key, "a string");
    if (text == nullptr) {
        return std::nullopt;
    }
    const auto word = std::find(words.begin(), words.end(), *text);
    if (word == words.end()) {
        report_at(value->place, key, "no such value " + quote(*text) + "; " + suggestion(*text, words));
        return std::nullopt;
    }
    index = static_cast<std::size_t>(word - words.begin());
    return value->place;
}

const Entry* TableReader::table(std::string_view key) {
    const Value* value = find(key);
    const bool good = value != nullptr && typed<Table>(*value, key, "a table") != nullptr;
    return good ? table_.find(key) : nullptr;
}

const Entry* TableReader::tables(std::string_view key) {
    const std::string wanted = "a list of tables, [[" + std::string{key} + "]]";
    const Value* value = find(key);
    const auto* array = value == nullptr ? nullptr : typed<Array>(*value, key, wanted);
    if (array == nullptr) {
        return nullptr;
    }
    const bool good = std::all_of(array->begin(), array->end(),
                                  [&](const Value& each) { return typed<Table>(each, key, wanted) != nullptr; });
    return good ? table_.find(key) : nullptr;
}

void TableReader::require(std::string_view key, std::string_view example) {
    if (!has(key)) {
        report_at(place_, key, "missing: write " + std::string{key} + " = " + std::string{example});
    }
}

void TableReader::refuse_unknown_keys() {
    for (const Entry& entry : table_.entries) {
        if (std::find(asked_for_.begin(), asked_for_.end(), entry.key) == asked_for_.end()) {
            report(mistakes_, entry.place,
                   (path_.empty() ? "" : path_ + ": ") + "no such key " + quote(entry.key) + "; " +
                       suggestion(entry.key, asked_for_));
        }
    }
}

}  // namespace bellwether::node
