// Thousands of seeds over all mixes, in pieces that ctest runs side by side.
#include "tests/sim/run.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <tuple>

#include "tests/sim/campaign.hpp"
#include "tests/sim/scenarios.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BELLWETHER_SLOW 1
#else
#define BELLWETHER_SLOW 0
#endif

namespace bellwether::sim {
namespace {

constexpr unsigned pieces = 3;
constexpr std::uint64_t seeds_a_piece = BELLWETHER_SLOW != 0 ? 8 : 80;
constexpr std::uint64_t seeds_a_scenario = BELLWETHER_SLOW != 0 ? 4 : 40;

// What fails tells how to see it again.
std::string told(const Totals& totals) {
    std::string text;
    for (const Failure& failure : totals.failures) {
        text += failure.violation.number + ": " + failure.violation.what + "\n  simulate " +
                arguments(failure.options) + " --trace\n";
    }
    return text;
}

std::string identifier(std::string_view name) {
    std::string text;
    for (const char c : name) {
        text += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
    }
    return text;
}

class EveryStepOf : public ::testing::TestWithParam<std::tuple<NamedMix, unsigned>> {};

TEST_P(EveryStepOf, KeepsTheInvariants) {
    const auto& [mix, piece] = GetParam();
    Options options;
    options.mix = mix.mix;
    const std::uint64_t first = 1 + piece * seeds_a_piece;
    const Totals totals = campaign(options, first, first + seeds_a_piece - 1, 1);
    EXPECT_EQ(totals.seeds, seeds_a_piece);
    EXPECT_TRUE(totals.failures.empty()) << told(totals);
    EXPECT_GT(totals.faults, totals.seeds) << "nothing was done to it";
    EXPECT_GE(totals.leaderships, totals.seeds / 2) << "nobody led";
}

INSTANTIATE_TEST_SUITE_P(Mixes, EveryStepOf,
                         testing::Combine(testing::ValuesIn(all_mixes()), testing::Range(0U, pieces)),
                         [](const auto& test) {
                             return identifier(std::get<0>(test.param).name) + "_" +
                                    std::to_string(std::get<1>(test.param));
                         });

class PartialPartition : public ::testing::TestWithParam<NamedScenario> {};

TEST_P(PartialPartition, HasALeaderWithin4DAndNoChangeAfterwards) {
    Options options;
    options.scenario = GetParam().name;
    const Totals totals = campaign(options, 1, seeds_a_scenario, 1);
    EXPECT_TRUE(totals.failures.empty()) << told(totals);
    EXPECT_EQ(totals.leader_changes, GetParam().steady ? 0 : seeds_a_scenario);
    EXPECT_EQ(totals.waits.size(), seeds_a_scenario);
}

INSTANTIATE_TEST_SUITE_P(Named, PartialPartition, testing::ValuesIn(all_scenarios()),
                         [](const auto& test) { return identifier(test.param.name); });

TEST(AMinority, ChangesNeitherLeaderNorTerm) {
    const Totals totals = campaign({.mix = Mix::minority}, 1'000, 1'000 + seeds_a_piece, 1);
    EXPECT_TRUE(totals.failures.empty()) << told(totals);
    EXPECT_EQ(totals.leader_changes, 0U);
    EXPECT_EQ(totals.terms_grown, 0U);
}

TEST(ASeed, IsOneRunBitForBit) {
    for (const NamedMix& mix : all_mixes()) {
        const Options options{.seed = 11, .mix = mix.mix, .duration = 8s};
        const Outcome once = run(options);
        const Outcome again = run(options);
        EXPECT_EQ(once.hash, again.hash) << mix.name;
        EXPECT_EQ(once.steps, again.steps) << mix.name;
        EXPECT_NE(once.hash, run({.seed = 12, .mix = mix.mix, .duration = 8s}).hash) << mix.name;
    }
}

// A node looks only at elections that have something to do. The naive one, which looks at all of them in each step,
// says and decides the same at the same moments.
TEST(ASeed, GoesTheSameWayWithoutRest) {
    for (const NamedMix& mix : all_mixes()) {
        const Options options{.mix = mix.mix, .duration = 10s};
        const Options naive{.mix = mix.mix, .duration = 10s, .lets_none_rest = true};
        const std::uint64_t last = 100 + seeds_a_piece / 4;
        EXPECT_EQ(campaign(options, 101, last, 1).hash, campaign(naive, 101, last, 1).hash) << mix.name;
    }
}

TEST(ASeed, GoesTheSameWayOnAnyNumberOfThreads) {
    const Options options{.mix = Mix::handover, .duration = 5s};
    EXPECT_EQ(campaign(options, 1, 12, 1).hash, campaign(options, 1, 12, 3).hash);
}

TEST(ASeed, GoesTheSameWayWhileItsStoryIsTold) {
    const Options options{.seed = 5, .duration = 5s};
    std::size_t lines = 0;
    const Outcome told = run(options, [&](TrueTime, NodeId, const std::string&, bool) { ++lines; });
    EXPECT_EQ(told.hash, run(options).hash);
    EXPECT_GT(lines, 50U);
}

TEST(APlan, HasItsFaultsWhereTheyAreWhateverIsLeftOut) {
    Options options{.seed = 3};
    const Plan all = make_plan(options);
    options.only_faults = {{1}};
    const Plan one = make_plan(options);
    ASSERT_EQ(all.faults.size(), one.faults.size());
    for (std::size_t i = 0; i < all.faults.size(); ++i) {
        EXPECT_EQ(words(all.faults[i]), words(one.faults[i]));
        EXPECT_EQ(all.faults[i].index, i);
    }
    EXPECT_EQ(run(options).faults, 1U);
}

TEST(APlan, TakesTheSizesOfTheCall) {
    const Plan plan = make_plan({.seed = 4, .nodes = 7, .voters = 5});
    EXPECT_EQ(plan.nodes.size(), 7U);
    EXPECT_EQ(plan.voters().size(), 5U);
    EXPECT_EQ(make_plan({.seed = 4, .nodes = 6}).voters().size(), 6U);
}

}  // namespace
}  // namespace bellwether::sim
