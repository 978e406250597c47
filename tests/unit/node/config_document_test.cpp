#include "node/config_document.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <variant>

namespace bellwether::node {
namespace {

Table good(std::string_view text) {
    const auto document = parse_document(text);
    if (const auto* mistake = std::get_if<Mistake>(&document)) {
        ADD_FAILURE() << to_line("text", *mistake);
        return {};
    }
    return std::get<Table>(document);
}

TEST(Documents, KnowWhereEachKeyAndValueStands) {
    const Table table = good("a = 1\n  [b]\nc = \"x\"\n");
    ASSERT_NE(table.find("b"), nullptr);
    EXPECT_EQ(table.find("a")->place, (Place{1, 1}));
    EXPECT_EQ(table.find("a")->value.place, (Place{1, 5}));
    EXPECT_EQ(table.find("b")->value.place, (Place{2, 3}));
    EXPECT_EQ(std::get<Table>(table.find("b")->value.data).find("c")->value.place, (Place{3, 5}));
    EXPECT_EQ(table.find("c"), nullptr);
}

// What edits a file goes by these. Columns count characters, not bytes.
TEST(Documents, KnowWhereEachValueEnds) {
    const Table table = good("a = \"ä\"  # c\nb = [ 1,\n  2 ]\nc = { d = 1 }\n[e]\n");
    EXPECT_EQ(table.find("a")->value.end, (Place{1, 8}));
    EXPECT_EQ(table.find("b")->value.end, (Place{3, 6}));
    EXPECT_EQ(std::get<Array>(table.find("b")->value.data).at(1).end, (Place{3, 4}));
    EXPECT_EQ(table.find("c")->value.end, (Place{4, 14}));
    EXPECT_EQ(table.find("e")->value.end, (Place{5, 4}));
}

TEST(Documents, NameTheTypeOfEachValue) {
    const Table table = good("a='x'\nb=1\nc=true\nd=[]\ne={}\nf=1.5\ng=2020-01-01\n");
    EXPECT_EQ(table.find("a")->value.type(), "a string");
    EXPECT_EQ(table.find("b")->value.type(), "an integer");
    EXPECT_EQ(table.find("c")->value.type(), "a boolean");
    EXPECT_EQ(table.find("d")->value.type(), "an array");
    EXPECT_EQ(table.find("e")->value.type(), "a table");
    EXPECT_EQ(table.find("f")->value.type(), "a float");
    EXPECT_EQ(table.find("g")->value.type(), "a date or time");
}

TEST(Documents, WithASyntaxErrorAreThatErrorAlone) {
    const auto document = parse_document("a = 1\na = 2\nb =\n");
    ASSERT_TRUE(std::holds_alternative<Mistake>(document));
    EXPECT_EQ(std::get<Mistake>(document).line, 2);
}

TEST(Documents, WithASyntaxErrorQuoteItPrintable) {
    const auto document = parse_document("a = t\x1b[2J");
    ASSERT_TRUE(std::holds_alternative<Mistake>(document));
    EXPECT_EQ(std::get<Mistake>(document).text, "not TOML: Error while parsing boolean: expected 'true', saw 't\\x1b'");
}

TEST(Documents, AreRefusedWhereTheyWouldBeTooDeepToWalk) {
    std::string dots;
    for (int i = 0; i < 100'000; ++i) {
        dots += ".a";
    }
    const auto document = parse_document("a = 1\n[b" + dots + "]\n");
    ASSERT_TRUE(std::holds_alternative<Mistake>(document));
    EXPECT_EQ(std::get<Mistake>(document), (Mistake{2, 1, "more than 32 dots in keys: no table is so deep"}));
}

TEST(Documents, MayHaveAnyNumberOfDotsThatAreNotInKeys) {
    const std::string dots(1000, '.');
    const Table table = good("a = \"" + dots + "\"  # " + dots + "\nb = '" + dots + "'\n");
    EXPECT_EQ(std::get<std::string>(table.find("a")->value.data), dots);
}

}  // namespace
}  // namespace bellwether::node
