#include "tests/sim/shrink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "tests/sim/run.hpp"

namespace bellwether::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::size_t> first(std::size_t count) {
    std::vector<std::size_t> all(count);
    std::iota(all.begin(), all.end(), std::size_t{0});
    return all;
}

bool has(const std::vector<std::size_t>& list, std::size_t fault) {
    return std::find(list.begin(), list.end(), fault) != list.end();
}

TEST(Shrinking, KeepsTheFaultsThatMatter) {
    const auto two = [](const auto& kept) { return has(kept, 13) && has(kept, 42); };
    EXPECT_THAT(fewest(first(97), 1'000, two), ElementsAre(13, 42));
    const auto none = [](const auto&) { return true; };
    EXPECT_THAT(fewest(first(97), 1'000, none), IsEmpty());
    const auto all = [](const auto& kept) { return kept.size() == 5; };
    EXPECT_EQ(fewest(first(5), 1'000, all), first(5));
}

TEST(Shrinking, StopsAfterSoManyRuns) {
    int runs = 0;
    (void)fewest(first(97), 10, [&](const auto&) { return ++runs < 0; });
    EXPECT_EQ(runs, 10);
}

TEST(Shrinking, LeavesARunThatHoldsAsItIs) {
    const Options options{.seed = 1, .duration = 2s};
    EXPECT_FALSE(shrunk(options).only_faults.has_value());
}

TEST(Shrinking, AReplayNamesTheFaultsThatAreKept) {
    Options options{.seed = 7, .mix = Mix::two, .duration = 1500ms, .nodes = 3, .voters = 2};
    options.only_faults = {{3, 7, 9}};
    EXPECT_EQ(arguments(options), "--seed 7 --mix two --duration 1500ms --nodes 3 --voters 2 --only-faults 3,7,9");
    options.only_faults->clear();
    EXPECT_EQ(arguments(options), "--seed 7 --mix two --duration 1500ms --nodes 3 --voters 2 --only-faults none");
    EXPECT_EQ(arguments({.seed = 2, .scenario = "bridge"}), "--seed 2 --scenario bridge");
}

}  // namespace
}  // namespace bellwether::sim
