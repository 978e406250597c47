// The program without its process: what it prints and how it ends.
#include "tests/sim/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "protocol/planted.hpp"

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

// Threads look for a seed beyond it, too.
TEST(TheCall, EndsWithTheLastSeedThereIs) {
    const Called one{{"--seed", "18446744073709551615", "--duration", "1s"}};
    EXPECT_THAT(one.out.str(), HasSubstr("1 seeds, "));
    const Called two{{"--seeds", "18446744073709551614..18446744073709551615", "--duration", "1s", "--jobs", "3"}};
    EXPECT_THAT(two.out.str(), HasSubstr("2 seeds, "));
}

#ifdef BELLWETHER_PLANTED_BUGS
// Two nodes, each of which takes itself for a majority.
class AViolation : public ::testing::Test {
protected:
    AViolation() { protocol::planted_bug = protocol::Bug::half_is_a_quorum; }
    ~AViolation() override { protocol::planted_bug = protocol::Bug::none; }
};

TEST_F(AViolation, IsStatus1AndALineThatReplaysIt) {
    const Called called{{"--seeds", "1..2", "--mix", "two"}};
    EXPECT_EQ(called.status, 1);
    const std::string text = called.out.str();
    EXPECT_THAT(text, HasSubstr(": 1 violations\n"));
    const std::string start = "  replay: simulate ";
    const std::size_t line = text.find(start);
    ASSERT_NE(line, std::string::npos) << text;
    std::istringstream replay{text.substr(line + start.size(), text.find('\n', line) - line - start.size())};
    const std::vector<std::string> words{std::istream_iterator<std::string>{replay}, {}};
    std::vector<const char*> arguments;
    for (const std::string& word : words) arguments.push_back(word.c_str());
    const Called again{arguments};
    EXPECT_EQ(again.status, 1) << again.err.str();
    EXPECT_THAT(again.out.str(), HasSubstr(", 1 violation\n"));
}

TEST_F(AViolation, IsStatus1AsJsonToo) {
    const Called called{{"--seeds", "1..2", "--mix", "two", "--json"}};
    EXPECT_EQ(called.status, 1);
    EXPECT_EQ(nlohmann::json::parse(called.out.str()).at("violations").at(0).at("seed"), 2);
}
#endif

class ABadCall : public ::testing::TestWithParam<std::vector<const char*>> {};

TEST_P(ABadCall, IsRefusedWithASentence) {
    const Called called{GetParam()};
    EXPECT_EQ(called.status, 2);
    EXPECT_THAT(called.err.str(), testing::StartsWith("simulate: "));
    EXPECT_EQ(called.out.str(), "");
}

INSTANTIATE_TEST_SUITE_P(Of, ABadCall,
                         testing::Values(std::vector{"--seeds", "5..1"}, std::vector{"--seeds", "7"},
                                         std::vector{"--seeds", "a..b"},
                                         std::vector{"--seeds", "0..18446744073709551615"}, std::vector{"--seed", "-1"},
                                         std::vector{"--seed", "18446744073709551616"}, std::vector{"--mix", "nothing"},
                                         std::vector{"--scenario", "nothing"}, std::vector{"--duration", "20"},
                                         std::vector{"--duration", "0s"}, std::vector{"--duration", "2 h"},
                                         std::vector{"--only-faults", "1,,2"}, std::vector{"--only-faults", "999"},
                                         std::vector{"--jobs", "0"}, std::vector{"--nodes", "3", "--voters", "4"},
                                         std::vector{"--nodes", "12"}, std::vector{"--wrong"}, std::vector{"extra"}));

// What would be left out in silence.
INSTANTIATE_TEST_SUITE_P(WithWordsThatWouldChangeNothing, ABadCall,
                         testing::Values(std::vector{"--seeds", "3..4", "--trace"},
                                         std::vector{"--seeds", "3..4", "--plan"},
                                         std::vector{"--seeds", "3..4", "--seed", "3"},
                                         std::vector{"--seeds", "3..4", "--only-faults", "0"},
                                         std::vector{"--trace", "--json"}, std::vector{"--plan", "--json"},
                                         std::vector{"--plan", "--trace"}, std::vector{"--plan", "--only-faults", "0"},
                                         std::vector{"--all"}, std::vector{"--scenario", "bridge", "--nodes", "3"},
                                         std::vector{"--scenario", "bridge", "--voters", "3"},
                                         std::vector{"--scenario", "bridge", "--mix", "two"}));

}  // namespace
}  // namespace bellwether::sim
