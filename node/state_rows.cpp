#include "node/state_rows.hpp"

#include <charconv>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace bellwether::node {

using protocol::Durable;
using protocol::ElectionRecord;
using protocol::NodeId;

namespace {

// As SQLite keeps them, too, and so to the letter.
constexpr std::string_view node_table = R"(CREATE TABLE node (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        incarnation INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        phase INTEGER NOT NULL,
        voters TEXT NOT NULL,
        largest_promise_ns INTEGER NOT NULL,
        floor INTEGER NOT NULL,
        new_state INTEGER NOT NULL,
        checksum INTEGER NOT NULL
    ))";
constexpr std::string_view election_table = R"(CREATE TABLE election (
        name TEXT PRIMARY KEY,
        term INTEGER NOT NULL,
        vote_node INTEGER NOT NULL,
        vote_incarnation INTEGER NOT NULL,
        checksum INTEGER NOT NULL
    ) WITHOUT ROWID)";

[[noreturn]] void report_damage(const std::string& what) {
    throw DatabaseError(fmt::format("{} is not what was written", what), true);
}

// The lists "1,2,3;2,3,4" as they stand in the column.
std::string text_of(const std::vector<std::vector<NodeId>>& lists) {
    std::string text;
    for (const auto& list : lists) {
        if (!text.empty()) text += ';';
        for (std::size_t i = 0; i < list.size(); ++i) {
            text += (i == 0 ? "" : ",") + std::to_string(list[i].value);
        }
    }
    return text;
}

// What text_of() wrote, its checksum having been compared: nothing else can come here but by our own mistake.
std::vector<std::vector<NodeId>> lists_of(std::string_view text) {
    std::vector<std::vector<NodeId>> lists;
    while (!text.empty()) {
        NodeId node;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), node.value);
        if (error != std::errc{}) report_damage("the row of the node");
        if (lists.empty()) lists.emplace_back();
        lists.back().push_back(node);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (text.starts_with(';')) lists.emplace_back();
        if (!text.empty()) text.remove_prefix(1);
    }
    return lists;
}

std::uint64_t checksum_of(const ElectionRecord& election) {
    return protocol::fingerprint(fmt::format("{}|{}|{}|{}", election.name.view(), election.term.value,
                                             election.vote.node.value, election.vote.incarnation.value));
}

std::uint64_t checksum_of(const Durable& record) {
    std::string text = fmt::format("{}|{}|{}|{}|{}|{}|{}", record.incarnation.value, record.membership.generation,
                                   record.membership.phase, text_of(record.membership.lists),
                                   record.largest_promise.count(), record.floor.value, record.new_state);
    for (const ElectionRecord& election : record.elections) {
        fmt::format_to(std::back_inserter(text), "|{:x}", checksum_of(election));
    }
    return protocol::fingerprint(text);
}

ElectionRecord election_of(const Statement& row) {
    const auto name = protocol::ElectionName::parse(row.text(0));
    if (!name) report_damage("the row of an election");
    const ElectionRecord election{
        .name = *name,
        .term = {row.number(1)},
        .vote = {.node = {static_cast<std::uint16_t>(row.number(2))}, .incarnation = {row.number(3)}}};
    if (row.number(2) != election.vote.node.value || row.number(4) != checksum_of(election))
        report_damage("the row of election " + name->str());
    return election;
}

}  // namespace

void StateRows::create_tables(Database& database) {
    database.execute(std::string{node_table});
    database.execute(std::string{election_table});
}

StateRows::StateRows(Database& database)
    : put_node_(database, "REPLACE INTO node VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)"),
      put_election_(database, "REPLACE INTO election VALUES (?, ?, ?, ?, ?)"),
      erase_election_(database, "DELETE FROM election WHERE name = ?"),
      read_node_(database,
                 "SELECT incarnation, generation, phase, voters, largest_promise_ns, floor, new_state, checksum "
                 "FROM node"),
      read_elections_(database,
                      "SELECT name, term, vote_node, vote_incarnation, checksum FROM election "
                      "ORDER BY name") {
    check_tables(database);
}

// A table of another definition may well be read: it is what is written to it that gets lost.
void StateRows::check_tables(Database& database) {
    Statement definition{database, "SELECT sql FROM sqlite_master ORDER BY name"};
    for (const std::string_view expected : {election_table, node_table}) {
        if (!definition.next() || definition.text(0) != expected) report_damage("a table's definition");
    }
    if (definition.next()) report_damage("a definition beside the tables");
}

Durable StateRows::read() {
    Durable record;
    while (read_elections_.next()) record.elections.push_back(election_of(read_elections_));
    if (!read_node_.next()) report_damage("the row of the node");
    const Statement& row = read_node_;
    record.incarnation = {row.number(0)};
    record.membership = {
        .generation = row.number(1), .phase = static_cast<std::uint8_t>(row.number(2)), .lists = lists_of(row.text(3))};
    record.largest_promise = protocol::Duration{static_cast<std::int64_t>(row.number(4))};
    record.floor = {row.number(5)};
    record.new_state = row.number(6) != 0;
    const std::uint64_t checksum = row.number(7);
    if (read_node_.next() || checksum != checksum_of(record)) report_damage("the row of the node");
    return record;
}

void StateRows::write(const Durable& before, const Durable& after) {
    write_elections(before.elections, after.elections);
    put_node(after);
}

// Both are sorted by name, so they are walked side by side.
void StateRows::write_elections(const std::vector<ElectionRecord>& before, const std::vector<ElectionRecord>& after) {
    auto old = before.begin();
    for (const ElectionRecord& election : after) {
        for (; old != before.end() && old->name < election.name; ++old) erase(*old);
        const bool was_there = old != before.end() && old->name == election.name;
        if (!was_there || *old != election) put(election);
        if (was_there) ++old;
    }
    for (; old != before.end(); ++old) erase(*old);
}

void StateRows::put(const ElectionRecord& election) {
    put_election_.bind(election.name.view())
        .bind(election.term.value)
        .bind(std::uint64_t{election.vote.node.value})
        .bind(election.vote.incarnation.value)
        .bind(checksum_of(election))
        .run();
}

void StateRows::put_node(const Durable& record) {
    const std::string voters = text_of(record.membership.lists);
    put_node_.bind(record.incarnation.value)
        .bind(record.membership.generation)
        .bind(std::uint64_t{record.membership.phase})
        .bind(voters)
        .bind(static_cast<std::uint64_t>(record.largest_promise.count()))
        .bind(record.floor.value)
        .bind(std::uint64_t{record.new_state})
        .bind(checksum_of(record))
        .run();
}

void StateRows::erase(const ElectionRecord& election) { erase_election_.bind(election.name.view()).run(); }

}  // namespace bellwether::node
