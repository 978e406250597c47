#include "node/database.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace bellwether::node {
namespace {

using ::testing::HasSubstr;

TEST(ADatabase, GivesBackWhatWasBound) {
    Database database{":memory:"};
    database.execute("CREATE TABLE t (number INTEGER, text TEXT)");
    Statement insert{database, "INSERT INTO t VALUES (?, ?)"};
    insert.bind(~std::uint64_t{0}).bind("a'b").run();
    insert.bind(std::uint64_t{7}).bind("").run();
    Statement select{database, "SELECT number, text FROM t ORDER BY rowid"};
    ASSERT_TRUE(select.next());
    EXPECT_EQ(select.number(0), ~std::uint64_t{0});
    EXPECT_EQ(select.text(1), "a'b");
    ASSERT_TRUE(select.next());
    EXPECT_EQ(select.number(0), 7U);
    EXPECT_FALSE(select.next());
    EXPECT_EQ(database.number("SELECT count(*) FROM t"), 2);
}

TEST(ADatabase, NamesTheFileOfAnErrorAndTellsDamageFromObstacles) {
    const testing::TemporaryDirectory directory;
    const auto path = directory.path() / "file";
    std::ofstream{path} << std::string(4096, 'x');
    try {
        Database{path}.execute("CREATE TABLE t (x)");
        FAIL() << "was a database";
    } catch (const DatabaseError& error) {
        EXPECT_TRUE(error.is_damage());
        EXPECT_THAT(error.what(), HasSubstr(path.string()));
    }
    try {
        const Database database{directory.path() / "missing" / "file"};
        FAIL() << "was opened";
    } catch (const DatabaseError& error) {
        EXPECT_FALSE(error.is_damage());
    }
}

TEST(ADatabase, ThatIsLockedByAnotherIsNotDamaged) {
    const testing::TemporaryDirectory directory;
    Database first{directory.path() / "file"};
    first.execute("CREATE TABLE t (x); BEGIN EXCLUSIVE");
    Database second{directory.path() / "file"};
    try {
        second.execute("INSERT INTO t VALUES (1)");
        FAIL() << "wrote";
    } catch (const DatabaseError& error) {
        EXPECT_FALSE(error.is_damage());
        EXPECT_THAT(error.what(), HasSubstr("locked"));
    }
}

}  // namespace
}  // namespace bellwether::node
