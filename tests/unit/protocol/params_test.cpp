#include "protocol/params.hpp"

#include <gtest/gtest.h>

namespace bellwether::protocol {
namespace {

TEST(Params, TheDefaultsAreGood) { EXPECT_TRUE(Params{}.validate().empty()); }

TEST(Params, ALeaderCountsOnTheLeaseLessTwiceTheDrift) {
    EXPECT_EQ(Params{}.counted_lease(), 294ms);
    EXPECT_EQ((Params{.lease = 300ms, .clock_drift_ppm = 0}.counted_lease()), 300ms);
    EXPECT_EQ((Params{.lease = 60s, .clock_drift_ppm = 100'000}.counted_lease()), 48s);
}

TEST(Params, WhatIsCountedIsRoundedDown) {
    EXPECT_EQ((Params{.lease = Duration{1'000'001}, .clock_drift_ppm = 1}.counted_lease()), Duration{999'998});
    EXPECT_EQ((Params{.lease = Duration{1}, .clock_drift_ppm = 1}.counted_lease()), Duration{0});
}

TEST(Params, EachBrokenRuleIsASentence) {
    EXPECT_EQ(Params{.heartbeat = Duration{1}}.validate(), std::vector<std::string>{"heartbeat must be at least 1ms"});
    EXPECT_EQ((Params{.heartbeat = 80ms, .campaign_timeout = 100ms}.validate()),
              std::vector<std::string>{"lease must be at least 4 heartbeats"});
    EXPECT_EQ(Params{.lease = 61s}.validate(), std::vector<std::string>{"lease must be at most 60s"});
    EXPECT_EQ(Params{.clock_drift_ppm = 100'001}.validate(),
              std::vector<std::string>{"clock_drift_ppm must be at most 100000 (10 %)"});
    for (const Duration timeout : {Duration{49ms}, Duration{301ms}}) {
        EXPECT_EQ(Params{.campaign_timeout = timeout}.validate(),
                  std::vector<std::string>{"campaign_timeout must be from one heartbeat to one lease"});
    }
}

TEST(Params, AllBrokenRulesAreNamedAtOnce) {
    EXPECT_EQ((Params{.heartbeat = 20s, .lease = 70s, .campaign_timeout = 1ms}.validate().size()), 3U);
}

TEST(Params, TheLimitsThemselvesAreGood) {
    EXPECT_TRUE((Params{.heartbeat = 15s, .lease = 60s, .campaign_timeout = 60s, .clock_drift_ppm = 100'000}
                     .validate()
                     .empty()));
    EXPECT_TRUE((Params{.heartbeat = 1ms, .lease = 4ms, .campaign_timeout = 1ms}.validate().empty()));
}

TEST(Params, TheDefaultCampaignTimeoutIs50msWithinAHeartbeatAndHalfALease) {
    EXPECT_EQ(default_campaign_timeout(50ms, 300ms), 50ms);
    EXPECT_EQ(default_campaign_timeout(1ms, 10ms), 5ms);
    EXPECT_EQ(default_campaign_timeout(500ms, 2s), 500ms);
}

}  // namespace
}  // namespace bellwether::protocol
