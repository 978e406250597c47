// The program without its process: what it prints and how it ends.
#include "tests/sim/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <sstream>
#include <string>
#include <vector>

namespace bellwether::sim {
namespace {

using testing::HasSubstr;

struct Called {
    explicit Called(std::vector<const char*> arguments) {
        arguments.insert(arguments.begin(), "simulate");
        status = simulate(static_cast<int>(arguments.size()), arguments.data(), out, err);
    }
    std::ostringstream out;
    std::ostringstream err;
    int status = -1;
};

TEST(TheCall, SummarisesInItsLastLine) {
    const Called called{{"--seeds", "1..3", "--duration", "3s", "--jobs", "2"}};
    EXPECT_EQ(called.status, 0);
    EXPECT_THAT(called.out.str(), HasSubstr("3 seeds, 9 s simulated"));
    EXPECT_THAT(called.out.str(), HasSubstr(": 0 violations\n"));
}

TEST(TheCall, SummarisesAsJson) {
    const Called called{{"--seeds", "1..3", "--duration", "3s", "--mix", "two", "--json"}};
    const auto summary = nlohmann::json::parse(called.out.str());
    EXPECT_EQ(summary["seeds"], 3);
    EXPECT_TRUE(summary["violations"].empty());
}

TEST(TheCall, TellsTheStory) {
    const Called called{{"--scenario", "quorum-loss", "--seed", "2", "--duration", "6s", "--trace"}};
    EXPECT_EQ(called.status, 0);
    EXPECT_THAT(called.out.str(), HasSubstr("* fault 0: "));
    EXPECT_THAT(called.out.str(), HasSubstr("3 > 3 grants of 3"));
}

TEST(TheCall, ShowsThePlan) {
    const Called called{{"--seed", "2", "--plan"}};
    EXPECT_THAT(called.out.str(), testing::StartsWith("0: "));
}

TEST(TheCall, HelpHasExamplesMixesAndScenarios) {
    const Called called{{"--help"}};
    EXPECT_EQ(called.status, 0);
    for (const char* word : {"simulate --seeds 1..1000", "handover", "quorum-loss", "Exit status"}) {
        EXPECT_THAT(called.out.str(), HasSubstr(word));
    }
}

class ABadCall : public testing::TestWithParam<std::vector<const char*>> {};

TEST_P(ABadCall, IsRefusedWithASentence) {
    const Called called{GetParam()};
    EXPECT_EQ(called.status, 2);
    EXPECT_THAT(called.err.str(), testing::StartsWith("simulate: "));
    EXPECT_EQ(called.out.str(), "");
}

INSTANTIATE_TEST_SUITE_P(Of, ABadCall,
                         testing::Values(std::vector{"--seeds", "5..1"}, std::vector{"--seeds", "7"},
                                         std::vector{"--seeds", "a..b"}, std::vector{"--mix", "nothing"},
                                         std::vector{"--scenario", "nothing"}, std::vector{"--duration", "20"},
                                         std::vector{"--duration", "0s"}, std::vector{"--duration", "2 h"},
                                         std::vector{"--only-faults", "1,,2"}, std::vector{"--jobs", "0"},
                                         std::vector{"--nodes", "3", "--voters", "4"}, std::vector{"--nodes", "12"},
                                         std::vector{"--wrong"}, std::vector{"extra"}));

}  // namespace
}  // namespace bellwether::sim
