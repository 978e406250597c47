#include "client/belief.hpp"

#include <gtest/gtest.h>

namespace bellwether::client {
namespace {

using namespace std::chrono_literals;
using protocol::Announcement;
using protocol::Time;
using Effect = Belief::Effect;

constexpr Time start{1h};

Announcement word(std::uint64_t seq, const std::string& leader) {
    Announcement announcement;
    announcement.node = "alpha";
    announcement.leader = leader;
    announcement.token = {leader.empty() ? 0U : 1000U};
    announcement.incarnation = {7};
    announcement.seq = seq;
    announcement.clock = start;
    return announcement;
}

Announcement leads(std::uint64_t seq, Time valid_until) {
    Announcement announcement = word(seq, "alpha");
    announcement.is_leader = true;
    announcement.valid_until = valid_until;
    return announcement;
}

TEST(Belief, TheFirstWordIsAChangeAndItsRepetitionIsNot) {
    Belief belief;
    EXPECT_EQ(belief.last(), nullptr);
    EXPECT_FALSE(belief.is_known());
    EXPECT_EQ(belief.hear(word(1, "bravo"), start), Effect::changed);
    EXPECT_TRUE(belief.is_known());
    EXPECT_EQ(belief.hear(word(2, "bravo"), start + 1s), Effect::repeated);
}

TEST(Belief, AnotherReasonIsAChange) {
    Belief belief;
    belief.hear(word(1, ""), start);
    Announcement later = word(2, "");
    later.reason = protocol::Reason::no_quorum;
    EXPECT_EQ(belief.hear(later, start), Effect::changed);
    EXPECT_FALSE(belief.is_known());
}

TEST(Belief, WhatIsOlderIsDropped) {
    Belief belief;
    belief.hear(word(5, "bravo"), start);
    EXPECT_EQ(belief.hear(word(4, "alpha"), start), Effect::outdated);
    EXPECT_EQ(belief.last()->leader, "bravo");
}

TEST(Belief, AnEarlierLifeIsOlderWhateverItsNumbers) {
    Belief belief;
    belief.hear(word(1, "bravo"), start);
    Announcement earlier_life = word(900, "alpha");
    earlier_life.incarnation = {6};
    EXPECT_EQ(belief.hear(earlier_life, start), Effect::outdated);
    Announcement later_life = word(1, "alpha");
    later_life.incarnation = {8};
    EXPECT_EQ(belief.hear(later_life, start), Effect::changed);
}

TEST(Belief, TheSameFrameSentTwiceIsARepetition) {
    Belief belief;
    belief.hear(word(5, "bravo"), start);
    EXPECT_EQ(belief.hear(word(5, "bravo"), start + 2s), Effect::repeated);
    EXPECT_EQ(belief.until(), start + 5s);
}

TEST(Belief, EndsAfterThreeSecondsOfSilenceAndSaysSoOnce) {
    Belief belief;
    belief.hear(word(1, "bravo"), start);
    EXPECT_FALSE(belief.expire(start + 3s - 1ns));
    EXPECT_TRUE(belief.expire(start + 3s));
    EXPECT_FALSE(belief.is_known());
    EXPECT_FALSE(belief.expire(start + 4s));
    EXPECT_EQ(belief.until(), protocol::never);
}

TEST(Belief, EndsWithTheDeadlineIfThatIsEarlier) {
    Belief belief;
    belief.hear(leads(1, start + 150ms), start);
    EXPECT_EQ(belief.until(), start + 150ms);
    EXPECT_TRUE(belief.expire(start + 150ms));
    EXPECT_FALSE(belief.is_known());
}

TEST(Belief, TheSameLeaderHeardAfterSilenceIsAChange) {
    Belief belief;
    belief.hear(word(1, "bravo"), start);
    belief.expire(start + 3s);
    EXPECT_EQ(belief.hear(word(2, "bravo"), start + 4s), Effect::changed);
    EXPECT_TRUE(belief.is_known());
}

TEST(Belief, AProcessMayActUntilJustBeforeTheDeadline) {
    Belief belief;
    EXPECT_FALSE(belief.may_act(start));
    belief.hear(leads(1, start + 150ms), start);
    EXPECT_TRUE(belief.may_act(start));
    EXPECT_TRUE(belief.may_act(start + 150ms - 1ns));
    EXPECT_FALSE(belief.may_act(start + 150ms));
}

TEST(Belief, NobodyActsOnADeadlineOfAnotherClock) {
    Belief belief;
    belief.hear(leads(1, start + 150ms), start - 1ns);
    EXPECT_FALSE(belief.may_act(start - 1ns));
}

TEST(Belief, NobodyActsWithoutADeadline) {
    Belief belief;
    Announcement viewed = leads(1, start + 150ms);
    viewed.valid_until.reset();
    belief.hear(viewed, start);
    EXPECT_TRUE(belief.is_known());
    EXPECT_FALSE(belief.may_act(start));
}

TEST(Belief, NobodyActsForTheLeaderOfAnotherHost) {
    Belief belief;
    belief.hear(word(1, "bravo"), start);
    EXPECT_FALSE(belief.may_act(start));
}

}  // namespace
}  // namespace bellwether::client
