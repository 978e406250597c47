#include "tools/cli/table.hpp"

#include <gtest/gtest.h>

namespace bellwether::cli {
namespace {

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
    EXPECT_EQ(table({{"NODE", "ROLE"}, {"alpha", "leader"}, {"b", ""}}),
              "NODE   ROLE\n"
              "alpha  leader\n"
              "b\n");
}

TEST(Table, RowsMayBeShort) { EXPECT_EQ(table({{"a"}, {"b", "c"}}), "a\nb  c\n"); }

TEST(Table, CountsCharactersNotBytes) { EXPECT_EQ(table({{"µ", "x"}, {"ab", "y"}}), "µ   x\nab  y\n"); }

TEST(Table, OfNothingIsNothing) { EXPECT_EQ(table({}), ""); }

}  // namespace
}  // namespace bellwether::cli
