// What a node may find on its disk. Whatever that is, it is either refused in a sentence, or it is a state, perhaps the
// empty one after the old was set aside; and then the node can go on from there, and finds again what it writes.
//
// The first byte says how the rest is meant: as the database file, as its log beside a real one, as changes to a real
// pair of them, or as changes to its rows.
#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <string>

#include <spdlog/spdlog.h>

#include "node/database.hpp"
#include "node/state_file.hpp"
#include "node/state_rows.hpp"
#include "tests/fuzz/real_state.hpp"
#include "tests/fuzz/steering.hpp"
#include "tests/fuzz/target.hpp"

namespace {

using namespace bellwether;
using fuzz::Input;
using fuzz::StateFiles;
using fuzz::Steering;

void put(const std::filesystem::path& file, const Input& bytes) {
    if (bytes.empty()) return;
    std::ofstream stream{file, std::ios::binary};
    stream.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

Input rest_of(Steering& choices) {
    const auto bytes = choices.rest();
    Input input(bytes.size());
    std::transform(bytes.begin(), bytes.end(), input.begin(),
                   [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
    return input;
}

// Most of a database is unused and nothing is read there.
std::vector<std::size_t> used(const Input& bytes) {
    constexpr std::size_t around = 4;
    std::vector<std::size_t> places;
    std::size_t until = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        if (bytes[at] != 0) until = at + around;
        if (at < until) places.push_back(at);
    }
    return places;
}

// Each change: which file, where, how many bytes, and these.
StateFiles changed(const StateFiles& real, Steering& choices) {
    static const std::vector<std::size_t> database_places = used(real.database);
    static const std::vector<std::size_t> log_places = used(real.log);
    StateFiles files = real;
    while (!choices.is_at_end()) {
        const std::uint8_t how = choices.byte();
        const bool in_log = how % 2 == 1;
        Input& bytes = in_log ? files.log : files.database;
        const auto& places = in_log ? log_places : database_places;
        std::size_t at = places[choices.two_bytes() % places.size()];
        if (how >= 0xf0) {
            bytes.resize(std::min(bytes.size(), at));
            continue;
        }
        for (const std::byte byte : choices.bytes(1U + how / 2U % 8U)) {
            if (at < bytes.size()) bytes[at++] = std::to_integer<std::uint8_t>(byte);
        }
    }
    return files;
}

std::optional<node::StateFile> open(const std::filesystem::path& directory) {
    try {
        return std::optional<node::StateFile>{std::in_place, directory};
    } catch (const std::exception& refusal) {
        fuzz::require(*refusal.what() != '\0', "refused without a word");
        return std::nullopt;
    }
}

// Takes a state up and goes on with it, as a daemon does, in two lives.
void live_on(const std::filesystem::path& directory) {
    auto file = open(directory);
    if (!file) return;
    protocol::Durable record = file->content().value_or(fuzz::some_record());
    ++record.incarnation.value;
    try {
        file->write(record);
    } catch (const std::exception& error) {
        fuzz::report(std::string{"took the state up and cannot write it: "} + error.what());
    }
    file.reset();
    const auto again = open(directory);
    fuzz::require(again && again->content() == record, "what was written is not what is there");
}

// Changes cells of a database that lives in memory.
void read_rows(Steering& choices) {
    constexpr std::array cells{"node SET incarnation", "node SET generation",    "node SET phase",
                               "node SET voters",      "node SET floor",         "node SET largest_promise_ns",
                               "node SET new_state",   "node SET checksum",      "election SET name",
                               "election SET term",    "election SET vote_node", "election SET vote_incarnation",
                               "election SET checksum"};
    static node::Database database{":memory:"};
    static const bool has_tables = (node::StateRows::create_tables(database), true);
    static node::StateRows rows{database};
    (void)has_tables;
    database.execute("DELETE FROM node; DELETE FROM election");
    rows.write({}, fuzz::some_record());
    try {
        while (!choices.is_at_end()) {
            const std::uint8_t how = choices.byte();
            const std::string where = how >= 0x80 ? " WHERE name = 'jobs'" : "";
            const std::string_view cell = cells[how % cells.size()];
            node::Statement change{
                database, "UPDATE " + std::string{cell} + " = ?" + (cell.starts_with("election") ? where : "")};
            const std::uint8_t size = choices.byte();
            if (size % 2 == 0) {
                std::uint64_t number = 0;
                for (const std::byte byte : choices.bytes(sizeof number))
                    number = number << 8U | std::to_integer<std::uint64_t>(byte);
                change.bind(number).run();
            } else {
                const auto bytes = choices.bytes(size / 4U);
                change.bind(std::string_view{reinterpret_cast<const char*>(bytes.data()), bytes.size()}).run();
            }
        }
    } catch (const node::DatabaseError&) {
        return;  // Two rows of one name: SQLite does not have it.
    }
    try {
        node::StateRows reader{database};
        const protocol::Durable record = reader.read();
        reader.write(record, record);
        fuzz::require(reader.read() == record, "what was read is written as something else");
    } catch (const node::DatabaseError& refusal) {
        fuzz::require(refusal.is_damage(), "damaged rows that count as a broken disk");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const StateFiles real = fuzz::real_state();
    static const fuzz::ScratchDirectory directory;
    spdlog::set_level(spdlog::level::off);
    Steering choices{fuzz::bytes_of(data, size)};
    StateFiles files;
    switch (choices.upto(3U)) {
        case 0: files.database = rest_of(choices); break;
        case 1: files = {real.database, rest_of(choices)}; break;
        case 2: files = changed(real, choices); break;
        default: read_rows(choices); return 0;
    }
    directory.clear();
    put(directory.path() / "state.sqlite3", files.database);
    put(directory.path() / "state.sqlite3-wal", files.log);
    live_on(directory.path());
    return 0;
}
