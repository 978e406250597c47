#include "tools/chaos/history.hpp"

#include <gtest/gtest.h>

#include "tests/unit/tools/chaos/saying.hpp"

namespace bellwether::chaos {
namespace {

using namespace std::chrono_literals;

TEST(History, AnAnnouncementIsBelievedFromItsReceiptUntilItsDeadline) {
    History history;
    history.hear(at(10ms), leads("alpha", 1000, at(150ms)));
    const auto believed = history.believed();
    ASSERT_EQ(believed.size(), 1U);
    EXPECT_EQ(believed[0].node, "alpha");
    EXPECT_EQ(believed[0].begin, at(10ms));
    EXPECT_EQ(believed[0].end, at(150ms));
}

TEST(History, ADeadlineThatMovesOnInTimeLeavesNoSeam) {
    History history;
    history.hear(at(0ms), leads("alpha", 1000, at(150ms)));
    history.hear(at(50ms), leads("alpha", 1000, at(200ms)));
    history.hear(at(200ms), leads("alpha", 1000, at(350ms)));
    ASSERT_EQ(history.believed().size(), 1U);
    EXPECT_EQ(history.believed()[0].end, at(350ms));
}

TEST(History, ADeadlineThatMovesOnTooLateLeavesOne) {
    History history;
    history.hear(at(0ms), leads("alpha", 1000, at(150ms)));
    history.hear(at(151ms), leads("alpha", 1000, at(300ms)));
    ASSERT_EQ(history.believed().size(), 2U);
    EXPECT_EQ(history.believed()[0].end, at(150ms));
    EXPECT_EQ(history.believed()[1].begin, at(151ms));
}

TEST(History, BeliefEndsWhenTheNodeSaysSo) {
    History history;
    history.hear(at(0ms), leads("alpha", 1000, at(150ms)));
    history.hear(at(40ms), follows("alpha", "", 0));
    EXPECT_EQ(history.believed()[0].end, at(40ms));
}

TEST(History, WhatCameAfterItsDeadlineIsBelievedByNobody) {
    History history;
    history.hear(at(200ms), leads("alpha", 1000, at(150ms)));
    EXPECT_TRUE(history.believed().empty());
}

TEST(History, AnotherTokenOfTheSameNodeIsAnotherLeadership) {
    History history;
    history.hear(at(0ms), leads("alpha", 1000, at(150ms)));
    history.hear(at(50ms), leads("alpha", 1001, at(200ms)));
    ASSERT_EQ(history.believed().size(), 2U);
    EXPECT_EQ(history.believed()[0].end, at(50ms));
}

TEST(History, WhatIsOlderIsDropped) {
    History history;
    auto late = leads("alpha", 1000, at(150ms));
    history.hear(at(0ms), follows("alpha", "", 0));
    late.seq = 0;
    history.hear(at(1ms), late);
    EXPECT_TRUE(history.believed().empty());
    EXPECT_EQ(history.announcements(), 1U);
}

TEST(History, KeepsWhenANodeFirstNamedALeader) {
    History history;
    history.hear(at(1ms), follows("bravo", "alpha", 1000));
    history.hear(at(2ms), follows("bravo", "alpha", 1000));
    history.hear(at(3ms), follows("bravo", "", 0));
    history.hear(at(4ms), follows("bravo", "charlie", 2000));
    ASSERT_EQ(history.told().size(), 2U);
    EXPECT_EQ(history.told()[0].at, at(1ms));
    EXPECT_EQ(history.told()[1].leader, "charlie");
}

TEST(History, AMarkIsAVerbAndANode) {
    History history;
    history.mark(at(1ms), "kill alpha");
    history.mark(at(2ms), "");
    history.mark(at(3ms), "restart alpha");
    ASSERT_EQ(history.marks().size(), 2U);
    EXPECT_TRUE(history.marks()[0].silences());
    EXPECT_EQ(history.marks()[0].node, "alpha");
    EXPECT_FALSE(history.marks()[1].silences());
}

}  // namespace
}  // namespace bellwether::chaos
