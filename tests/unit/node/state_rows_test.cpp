#include "node/state_rows.hpp"

#include <gtest/gtest.h>

#include "protocol/quorum.hpp"

namespace bellwether::node {
namespace {

using protocol::Durable;

Durable record_of_terms(std::uint64_t a, std::uint64_t b) {
    Durable record;
    record.membership = protocol::single_list({{1}, {65535}});
    record.elections = {{.name = *protocol::ElectionName::parse("a"), .term = {a}, .vote = {}},
                        {.name = *protocol::ElectionName::parse("b"), .term = {b}, .vote = {{2}, {3}}}};
    return record;
}

class StateRowsInMemory : public ::testing::Test {
protected:
    StateRowsInMemory() { StateRows::create_tables(database_); }

    [[nodiscard]] bool are_damaged() {
        try {
            static_cast<void>(StateRows{database_}.read());
        } catch (const DatabaseError& error) {
            return error.is_damage();
        }
        return false;
    }

    Database database_{":memory:"};
};

TEST_F(StateRowsInMemory, AreReadAsTheyWereWritten) {
    StateRows rows{database_};
    rows.write({}, record_of_terms(1, 2));
    EXPECT_EQ(rows.read(), record_of_terms(1, 2));
}

TEST_F(StateRowsInMemory, AreWrittenOnlyWhereTheyDiffer) {
    StateRows rows{database_};
    rows.write({}, record_of_terms(1, 2));
    const auto before = database_.number("SELECT total_changes()");
    rows.write(record_of_terms(1, 2), record_of_terms(1, 3));
    // The row of the node, which covers them all, and that of "b": each one replaced.
    EXPECT_EQ(database_.number("SELECT total_changes()") - before, 2);
    EXPECT_EQ(rows.read(), record_of_terms(1, 3));
}

TEST_F(StateRowsInMemory, AreDamagedWithoutTheRowOfTheNode) { EXPECT_TRUE(are_damaged()); }

TEST_F(StateRowsInMemory, AreDamagedIfAnyColumnIsAnother) {
    for (const char* change : {"incarnation = 9", "generation = 9", "phase = 9", "voters = '1'", "voters = 'x'",
                               "largest_promise_ns = 9", "floor = 9", "new_state = 9", "checksum = 9"}) {
        StateRows{database_}.write({}, record_of_terms(1, 2));
        ASSERT_FALSE(are_damaged());
        database_.execute(std::string{"UPDATE node SET "} + change);
        EXPECT_TRUE(are_damaged()) << change;
    }
}

TEST_F(StateRowsInMemory, AreDamagedIfAnElectionIsAnother) {
    for (const char* change : {"name = 'c'", "name = ''", "term = 9", "vote_node = 9", "vote_node = 65538",
                               "vote_incarnation = 9", "checksum = 9"}) {
        database_.execute("DELETE FROM election");
        StateRows{database_}.write({}, record_of_terms(1, 2));
        ASSERT_FALSE(are_damaged());
        database_.execute(std::string{"UPDATE election SET "} + change + " WHERE name = 'b'");
        EXPECT_TRUE(are_damaged()) << change;
    }
}

TEST(StateRowsOfOtherTables, AreDamaged) {
    Database database{":memory:"};
    database.execute("CREATE TABLE node (x); CREATE TABLE election (y)");
    try {
        const StateRows rows{database};
        FAIL() << "were accepted";
    } catch (const DatabaseError& error) {
        EXPECT_TRUE(error.is_damage());
    }
}

}  // namespace
}  // namespace bellwether::node
