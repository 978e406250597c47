#include "node/config_mistake.hpp"

#include <gtest/gtest.h>

#include <string>

namespace bellwether::node {
namespace {

TEST(MistakeLines, BeginWithFileLineAndColumn) {
    EXPECT_EQ(to_line("mesh.toml", {3, 7, "wrong"}), "mesh.toml:3:7: wrong");
    EXPECT_EQ(to_line("mesh.toml", {0, 0, "cannot be opened"}), "mesh.toml: cannot be opened");
}

TEST(MistakeLines, StandInTheOrderOfTheFile) {
    Mistakes mistakes{{2, 9, "c"}, {2, 1, "a"}, {1, 5, "first"}, {2, 1, "b"}};
    sort_by_place(mistakes);
    EXPECT_EQ(mistakes, (Mistakes{{1, 5, "first"}, {2, 1, "a"}, {2, 1, "b"}, {2, 9, "c"}}));
}

TEST(Quotes, AreFitForATerminal) {
    EXPECT_EQ(quote("a \"b\" \\"), R"("a \"b\" \\")");
    EXPECT_EQ(quote(std::string_view{"\x1b[2J\n\0\x7f", 7}), R"("\x1b[2J\n\x00\x7f")");
    EXPECT_EQ(quote("münchen"), "\"münchen\"");
}

TEST(Quotes, OfALongTextAreCutBetweenCharacters) {
    EXPECT_EQ(quote(std::string(80, 'x')), "\"" + std::string(80, 'x') + "\"");
    EXPECT_EQ(quote(std::string(81, 'x')), "\"" + std::string(80, 'x') + "...\"");
    EXPECT_EQ(quote(std::string(79, 'x') + "üü"), "\"" + std::string(79, 'x') + "...\"");
}

}  // namespace
}  // namespace bellwether::node
