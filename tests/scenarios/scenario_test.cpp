// Plays each story of this folder and compares what its nodes decided with what the text says. With the environment
// variable BELLWETHER_REWRITE=1 the text is rewritten instead: read the diff, it is what changed in the world.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/scenarios/script.hpp"
#include "tests/support/places.hpp"

namespace bellwether::tests {
namespace {

std::vector<std::string> stories() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{source_dir() / "tests/scenarios"}) {
        if (entry.path().extension() == ".txt") {
            names.push_back(entry.path().stem().string());
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

class Scenario : public ::testing::TestWithParam<std::string> {};

TEST_P(Scenario, GoesAsItIsWritten) {
    const std::string path = (source_dir() / "tests/scenarios" / GetParam()).string() + ".txt";
    std::stringstream text;
    text << std::ifstream{path}.rdbuf();
    ASSERT_FALSE(text.str().empty()) << path;

    const Script script{text.str()};
    if (std::getenv("BELLWETHER_REWRITE") != nullptr) {
        if (!HasFailure()) {
            std::ofstream{path} << script.as_it_went();
        }
        return;
    }
    EXPECT_EQ(text.str(), script.as_it_went()) << "BELLWETHER_REWRITE=1 rewrites " << path;
}

INSTANTIATE_TEST_SUITE_P(Stories, Scenario, testing::ValuesIn(stories()),
                         [](const auto& story) { return story.param; });

}  // namespace
}  // namespace bellwether::tests
