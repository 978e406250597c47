// That each bug is caught is what bin/mutants tries, which ctest runs as well. Here: that none is left out of it, and
// that a catch means something.
#include "tests/mutants/mutants.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/places.hpp"

namespace bellwether::mutants {
namespace {

// The names of the enumeration, as they stand in the header.
std::vector<std::string> plantable() {
    std::ifstream header{tests::source_dir() / "protocol/planted.hpp"};
    std::vector<std::string> names;
    bool is_inside = false;
    for (std::string line; std::getline(header, line);) {
        if (line.starts_with("};")) is_inside = false;
        const std::size_t begin = line.find_first_not_of(' ');
        if (is_inside && begin != std::string::npos && line[begin] != '/') {
            names.push_back(line.substr(begin, line.find(',') - begin));
        }
        is_inside = is_inside || line.starts_with("enum class Bug");
    }
    return names;
}

TEST(Mutants, AreAllBugsThatCanBePlanted) {
    std::vector<std::string> names{"none"};
    for (const Mutant& mutant : all_mutants()) {
        EXPECT_EQ(static_cast<std::size_t>(mutant.bug), names.size()) << mutant.name;
        names.emplace_back(mutant.name);
    }
    EXPECT_EQ(names, plantable());
}

TEST(Mutants, AreCaughtWithin1000SeedsInHalfOfTheCases) {
    std::vector<std::uint64_t> seeds;
    for (const Mutant& mutant : all_mutants()) {
        EXPECT_EQ(mutant.seed == 0, !mutant.test.empty()) << mutant.name;
        EXPECT_EQ(mutant.seed != 0, hunting_ground(mutant.where).has_value()) << mutant.name;
        if (mutant.seed != 0) seeds.push_back(mutant.seed);
    }
    ASSERT_GE(seeds.size(), 25U);
    std::sort(seeds.begin(), seeds.end());
    EXPECT_LE(seeds[seeds.size() / 2], 1'000U);
}

TEST(AHunt, FindsTheSeedThatShowsTheBugAndNothingWithoutIt) {
    const Mutant& mutant = *mutant_named("binds_after_disk");
    const sim::Options options = *hunting_ground(mutant.where);
    const auto caught = hunt(mutant.bug, options, 1, 100);
    ASSERT_TRUE(caught.has_value());
    EXPECT_EQ(hunt(mutant.bug, options, 1, 100, 2)->seed, caught->seed);
    EXPECT_FALSE(hunt(protocol::Bug::none, options, caught->seed, caught->seed).has_value());
}

TEST(AHunt, LeavesNoBugBehind) {
    (void)hunt(protocol::Bug::forgets_votes, {.duration = std::chrono::seconds{1}}, 1, 1);
    EXPECT_EQ(protocol::planted_bug, protocol::Bug::none);
}

}  // namespace
}  // namespace bellwether::mutants
