#include "node/announcer.hpp"

#include <gtest/gtest.h>

namespace bellwether::node {
namespace {

std::string subscribe(const std::string& prefix) { return '\1' + prefix; }
std::string unsubscribe(const std::string& prefix) { return '\0' + prefix; }

TEST(SubscriptionsOfTheLeaderTopic, MatchByPrefix) {
    Subscriptions subscriptions;
    EXPECT_FALSE(subscriptions.want("leader/default/"));
    subscriptions.apply(subscribe("leader/de"));
    EXPECT_TRUE(subscriptions.want("leader/default/"));
    EXPECT_FALSE(subscriptions.want("leader/other/"));
    EXPECT_FALSE(subscriptions.want("leader/d"));
    subscriptions.apply(unsubscribe("leader/de"));
    EXPECT_FALSE(subscriptions.want("leader/default/"));
}

TEST(SubscriptionsOfTheLeaderTopic, AShortPrefixWantsEverything) {
    Subscriptions subscriptions;
    subscriptions.apply(subscribe(""));
    EXPECT_TRUE(subscriptions.want("leader/default/"));
    EXPECT_TRUE(subscriptions.want("view/default/"));
}

TEST(SubscriptionsOfTheLeaderTopic, TheSamePrefixAgainIsOne) {
    Subscriptions subscriptions;
    subscriptions.apply(subscribe("leader/"));
    subscriptions.apply(subscribe("leader/"));
    EXPECT_EQ(subscriptions.size(), 1U);
    subscriptions.apply(unsubscribe("leader/"));  // Comes when the last of them has gone.
    EXPECT_FALSE(subscriptions.want("leader/default/"));
}

// libzmq keeps it as it keeps the others.
TEST(SubscriptionsOfTheLeaderTopic, WhatCanMatchNothingTakesRoomToo) {
    Subscriptions subscriptions;
    subscriptions.apply(subscribe("weather/"));
    EXPECT_EQ(subscriptions.size(), 1U);
    EXPECT_FALSE(subscriptions.want("leader/default/"));
}

TEST(SubscriptionsOfTheLeaderTopic, WhereThereIsNoRoomEverythingCountsAsWanted) {
    Subscriptions subscriptions;
    for (int i = 0; !subscriptions.crowded(); ++i) subscriptions.apply(subscribe("leader/x" + std::to_string(i)));
    EXPECT_FALSE(subscriptions.want("leader/default/"));
    subscriptions.apply(subscribe("leader/default/"));
    EXPECT_TRUE(subscriptions.want("leader/default/"));
    EXPECT_TRUE(subscriptions.want("leader/other/"));
    subscriptions.apply(unsubscribe("leader/default/"));
    EXPECT_FALSE(subscriptions.want("leader/other/"));
}

}  // namespace
}  // namespace bellwether::node
