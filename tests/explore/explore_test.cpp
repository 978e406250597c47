// The explorer finishes what it can finish, and finds what is broken on purpose.
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "tests/explore/digest.hpp"
#include "tests/explore/explorer.hpp"
#include "tests/explore/play.hpp"
#include "tests/explore/visited.hpp"

namespace bellwether::explore {
namespace {

constexpr std::uint64_t most_states = 3'000'000;

Bounds within(std::size_t nodes, std::initializer_list<Fault> faults) {
    Bounds bounds;
    bounds.nodes = nodes;
    bounds.most = {};
    for (const Fault fault : faults) {
        ++of(bounds.most, fault);
    }
    return bounds;
}

// All of it was seen, and there was something to see.
void finishes(const Bounds& bounds, std::uint64_t at_least) {
    const Report report = explore(bounds, most_states);
    EXPECT_EQ(report.outcome, Outcome::finished) << story(bounds, report);
    EXPECT_GE(report.states, at_least);
    EXPECT_GE(report.transitions, report.states - 1);
}

TEST(Exploring, AMeshInWhichNothingGoesWrongComesBackToTheSameStatesInAnyOrderOfEvents) {
    Bounds bounds = within(3, {});
    of(bounds.most, Fault::reorder) = any_number;
    const Report report = explore(bounds, most_states);
    EXPECT_EQ(report.outcome, Outcome::finished);
    EXPECT_GT(report.states, 20U);
    EXPECT_LT(report.states, 2'000U);
    EXPECT_EQ(report.beyond_terms, 0U) << "nobody campaigns";
}

TEST(Exploring, TwoNodesWithTwoCrashes) { finishes(within(2, {Fault::crash, Fault::crash}), 100'000); }

TEST(Exploring, TwoNodesWithTwoMessagesLostAndOneDoubledAndAStepOutOfOrder) {
    finishes(within(2, {Fault::drop, Fault::drop, Fault::duplicate, Fault::reorder}), 2'000);
}

TEST(Exploring, ThreeNodesWithACrash) { finishes(within(3, {Fault::crash, Fault::reorder}), 100'000); }

TEST(Exploring, ThreeNodesWithAnyOneFaultAndAStepOutOfOrder) {
    Bounds bounds = within(3, {Fault::drop, Fault::duplicate, Fault::delay, Fault::slow_write, Fault::nap, Fault::cut,
                               Fault::stepdown, Fault::reorder});
    bounds.faults = 1;
    finishes(bounds, 100'000);
}

TEST(Exploring, ThreeNodesThatStartAtOnceWithNewDisksAndLoseAMessage) {
    Bounds bounds = within(3, {Fault::drop});
    bounds.start = Start::first_boot;
    finishes(bounds, 10'000);
}

TEST(Exploring, ThreeNodesOfWhichOneComesBackWithAnEmptyDisk) {
    finishes(within(3, {Fault::crash, Fault::wipe}), 10'000);
}

TEST(Exploring, FourNodesWithACrash) { finishes(within(4, {Fault::crash}), 40'000); }

TEST(Exploring, HonoursABoundOfTime) {
    Bounds bounds = within(3, {Fault::crash});
    bounds.grains = 6;
    const Report report = explore(bounds, most_states);
    EXPECT_EQ(report.outcome, Outcome::finished);
    EXPECT_GT(report.beyond_time, 0U);
}

TEST(Exploring, HonoursABoundOfTerms) {
    Bounds bounds = within(3, {Fault::crash});
    bounds.terms = 0;
    const Report report = explore(bounds, most_states);
    EXPECT_EQ(report.outcome, Outcome::finished);
    EXPECT_GT(report.beyond_terms, 0U);
}

TEST(Exploring, SaysWhenItDidNotFinish) { EXPECT_EQ(explore(within(3, {Fault::crash}), 1000).outcome, Outcome::full); }

// --- What is broken on purpose ---

std::string found(const Bounds& bounds) {
    Report report = explore(bounds, most_states);
    EXPECT_EQ(report.outcome, Outcome::violated) << report.states << " states";
    report = simplest(bounds, report, most_states);
    const std::string told = story(bounds, report);
    // The same moves without the search: copies of the machines did what the machines themselves do.
    EXPECT_FALSE(report.breaches.empty());
    EXPECT_TRUE(report.breaches.empty() || told.find(report.breaches.front()) != std::string::npos) << told;
    return told;
}

TEST(Planted, ADiskThatForgetsAVoteIsFound) {
    Bounds bounds = within(2, {Fault::crash});
    bounds.start = Start::cold;
    bounds.flaw = Flaw::forgetful_disk;
    const std::string told = found(bounds);
    EXPECT_NE(told.find(" dies\n"), std::string::npos) << told;
    EXPECT_NE(told.find("S7: the term of "), std::string::npos) << told;
}

TEST(Planted, TwoProcessesWithOneIdentityAreFound) {
    Bounds bounds = within(3, {});
    bounds.flaw = Flaw::twins;
    EXPECT_NE(found(bounds).find("S9: "), std::string::npos);
}

TEST(Planted, AClockBeyondItsBoundIsFound) {
    Bounds bounds = within(3, {Fault::cut});
    bounds.lease = 10;
    bounds.flaw = Flaw::slow_clock;
    const std::string told = found(bounds);
    EXPECT_NE(told.find("* 3 is cut off\n"), std::string::npos) << told;
    EXPECT_NE(told.find("S2: "), std::string::npos) << told;
}

TEST(Planted, AVoterThatSkipsItsQuarantineIsFound) {
    Bounds bounds = within(3, {Fault::crash, Fault::crash});
    bounds.lease = 14;
    bounds.grains = 12;
    bounds.flaw = Flaw::no_quarantine;
    const std::string told = found(bounds);
    EXPECT_NE(told.find("quarantine of 14 s over"), std::string::npos) << told;
    EXPECT_NE(told.find("S2: "), std::string::npos) << told;
}

// --- Its parts ---

TEST(Visiting, AFingerprintIsNewOnce) {
    Visited visited;
    for (std::uint64_t i = 0; i < 200'000; ++i) {
        EXPECT_TRUE(visited.insert(Digest::mixed(i + 1)));
    }
    for (std::uint64_t i = 0; i < 200'000; ++i) {
        EXPECT_FALSE(visited.insert(Digest::mixed(i + 1)));
    }
    EXPECT_TRUE(visited.insert(0));
    EXPECT_EQ(visited.size(), 200'001U);
}

TEST(Playing, AMoveLeavesTheWorldItWasMadeInAsItWas) {
    const Setting setting{within(3, {Fault::crash})};
    Play play{setting};
    const World before = play.first();
    const std::uint64_t fingerprint = before.fingerprint(setting);
    for (const Move& move : moves(before, setting)) {
        World after = before;
        play.make(after, move);
        EXPECT_NE(after.fingerprint(setting), fingerprint);
        EXPECT_EQ(before.fingerprint(setting), fingerprint);
        World again = before;
        play.make(again, move);
        EXPECT_EQ(again.fingerprint(setting), after.fingerprint(setting));
    }
}

}  // namespace
}  // namespace bellwether::explore
