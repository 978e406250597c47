#include "node/config_suggest.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace bellwether::node {
namespace {

constexpr std::array<std::string_view, 4> known{"heartbeat", "lease", "campaign_timeout", "id"};

TEST(EditDistance, CountsLettersTypedLeftOutReplacedAndSwapped) {
    EXPECT_EQ(edit_distance("lease", "lease"), 0U);
    EXPECT_EQ(edit_distance("lease", "leasee"), 1U);
    EXPECT_EQ(edit_distance("lease", "ease"), 1U);
    EXPECT_EQ(edit_distance("lease", "leale"), 1U);
    EXPECT_EQ(edit_distance("lease", "laese"), 1U);
    EXPECT_EQ(edit_distance("", "lease"), 5U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Suggestion, IsTheNearestWordThatASlipExplains) {
    EXPECT_EQ(nearest("hartbeat", known), "heartbeat");
    EXPECT_EQ(nearest("campain_timout", known), "campaign_timeout");
    EXPECT_EQ(nearest("di", known), "id");
    EXPECT_EQ(nearest("colour", known), std::nullopt);
    EXPECT_EQ(nearest(std::string(100'000, 'x'), known), std::nullopt);
    EXPECT_EQ(nearest("lease", {}), std::nullopt);
}

TEST(Suggestion, ListsWhatIsKnownIfNothingIsNear) {
    EXPECT_EQ(suggestion("laese", known), R"(did you mean "lease"?)");
    EXPECT_EQ(suggestion("colour", known), "known: heartbeat, lease, campaign_timeout, id");
}

}  // namespace
}  // namespace bellwether::node
