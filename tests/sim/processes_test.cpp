// A rule of protocol 17 that is left out is noticed, by the invariant that is named here.
#include "tests/sim/processes.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "protocol/planted.hpp"
#include "tests/sim/campaign.hpp"

namespace bellwether::sim {
namespace {

using protocol::Bug;

#ifdef BELLWETHER_PLANTED_BUGS

constexpr std::uint64_t most_seeds = 60;

struct Left {
    Bug bug;
    const char* name;
    const char* noticed_by;
};

class ARuleOfSessions : public testing::TestWithParam<Left> {
protected:
    void TearDown() override { protocol::planted_bug = Bug::none; }
};

TEST_P(ARuleOfSessions, IsMissedWhenItIsLeftOut) {
    protocol::planted_bug = GetParam().bug;
    for (std::uint64_t seed = 1; seed <= most_seeds; ++seed) {
        const Totals totals = campaign({.seed = seed, .mix = Mix::sessions}, seed, seed, 1);
        if (totals.failures.empty()) continue;
        EXPECT_EQ(totals.failures.front().violation.number, GetParam().noticed_by)
            << totals.failures.front().violation.what;
        return;
    }
    FAIL() << "nobody noticed in " << most_seeds << " seeds";
}

INSTANTIATE_TEST_SUITE_P(LeftOut, ARuleOfSessions,
                         testing::Values(Left{Bug::lets_go_while_session_acts, "lets_go_while_session_acts", "S2"},
                                         Left{Bug::grants_while_another_acts, "grants_while_another_acts", "S2"},
                                         Left{Bug::token_given_twice, "token_given_twice", "S3"},
                                         Left{Bug::extends_the_ended, "extends_the_ended", "S10"},
                                         Left{Bug::kills_nothing, "kills_nothing", "S10"}),
                         [](const auto& test) { return std::string{test.param.name}; });

#endif

}  // namespace
}  // namespace bellwether::sim
