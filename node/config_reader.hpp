// Takes typed values out of one table, reports what is wrong with them, and knows in the end which keys nobody asked
// for. Whoever reads a key thereby declares it: there is no second list of known keys to keep.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/config_document.hpp"
#include "node/config_endpoint.hpp"
#include "node/config_mistake.hpp"
#include "protocol/time.hpp"

namespace bellwether::node {

// Every reading function: if the key is there and good, its value goes to `into` and its place is returned. If it is
// missing or wrong (then reported), `into` keeps what it held, the default.
class TableReader {
public:
    // `path` is the table's name in mistakes: "timing", or "" for the top of the file.
    TableReader(const Table& table, Place place, std::string path, Mistakes& mistakes)
        : table_(table), place_(place), path_(std::move(path)), mistakes_(mistakes) {}

    std::optional<Place> text(std::string_view key, std::string& into, std::size_t max_size);
    // 1 to max_size of [a-zA-Z0-9_-].
    std::optional<Place> name(std::string_view key, std::string& into, std::size_t max_size);
    std::optional<Place> boolean(std::string_view key, bool& into);
    // A number without a unit is taken to be meant in the unit of the default.
    std::optional<Place> duration(std::string_view key, protocol::Duration& into, protocol::Duration least,
                                  protocol::Duration most);
    std::optional<Place> endpoint(std::string_view key, Endpoint& into);
    std::optional<Place> endpoint(std::string_view key, std::optional<Endpoint>& into);  // "": none.
    std::optional<Place> bind(std::string_view key, std::optional<std::string>& into);
    // A string, or an array of at least one and at most `most`.
    std::optional<Place> texts(std::string_view key, std::vector<std::string>& into, std::size_t most);

    template <std::unsigned_integral T>
    std::optional<Place> integer(std::string_view key, T& into, T least, T most) {
        std::int64_t value{};
        const auto place = integer_in(key, value, static_cast<std::int64_t>(least), static_cast<std::int64_t>(most));
        if (place) {
            into = static_cast<T>(value);
        }
        return place;
    }

    template <class T>
    struct Choice {
        std::string_view word;
        T value;
    };
    template <class T>
    std::optional<Place> choice(std::string_view key, T& into, std::initializer_list<Choice<T>> choices) {
        std::vector<std::string_view> words;
        for (const Choice<T>& each : choices) {
            words.push_back(each.word);
        }
        std::size_t index{};
        const auto place = choice_of(key, index, words);
        if (place) {
            into = (choices.begin() + index)->value;
        }
        return place;
    }

    // Null if the key is missing or no table.
    const Entry* table(std::string_view key);
    // Null if the key is missing or anything but a list of tables.
    const Entry* tables(std::string_view key);

    [[nodiscard]] bool has(std::string_view key) const { return table_.find(key) != nullptr; }

    // The key must be there; `example` says how it would look.
    void require(std::string_view key, std::string_view example);

    // To be called last.
    void refuse_unknown_keys();

    void report_at(Place place, std::string_view key, const std::string& text);

private:
    const Value* find(std::string_view key);
    template <class T>
    const T* typed(const Value& value, std::string_view key, std::string_view wanted);
    template <class Target, class Parse>
    std::optional<Place> parsed(std::string_view key, Target& into, Parse parse);
    std::optional<Place> integer_in(std::string_view key, std::int64_t& into, std::int64_t least, std::int64_t most);
    std::optional<Place> choice_of(std::string_view key, std::size_t& index, std::span<const std::string_view> words);
    [[nodiscard]] std::string path_of(std::string_view key) const;

    const Table& table_;
    Place place_;
    std::string path_;
    Mistakes& mistakes_;
    std::vector<std::string_view> asked_for_;
};

[[nodiscard]] bool is_name(std::string_view text, std::size_t max_size);

}  // namespace bellwether::node
