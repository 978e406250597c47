#include "node/life.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/exit_status.hpp"
#include "protocol/quorum.hpp"

namespace bellwether::node {
namespace {

using protocol::Durable;
using protocol::Incarnation;
using protocol::Setup;
using ::testing::AllOf;
using ::testing::HasSubstr;

// Node 1 of alpha, bravo, charlie; the first `voters` of them vote.
Setup setup_with(std::size_t voters) {
    Setup setup;
    setup.cluster = "demo";
    setup.self = {1};
    std::uint16_t id = 0;
    for (const char* name : {"alpha", "bravo", "charlie"}) {
        protocol::Member member;
        member.id = {++id};
        member.name = name;
        member.voter = id <= voters;
        setup.members.push_back(member);
    }
    return setup;
}

Setup observer() {
    Setup setup = setup_with(3);
    setup.members.front().voter = false;
    return setup;
}

Durable stored_with(std::vector<protocol::NodeId> voters) {
    Durable record;
    record.incarnation = {77};
    record.membership = protocol::single_list(std::move(voters));
    record.floor = {5};
    return record;
}

TEST(Incarnations, RiseEvenIfTheWallClockGoesBack) {
    const Incarnation last{1'700'000'000'000'000};
    for (const std::uint64_t dice : {0U, 1U, 512U, 1023U}) {
        EXPECT_GT(next_incarnation(last, 0, dice), last);
        EXPECT_GT(next_incarnation({last.value + dice}, 0, 0), (Incarnation{last.value + dice}));
    }
}

TEST(Incarnations, FollowTheWallClock) {
    const std::uint64_t now = 1'700'000'000'000'000;
    const Incarnation next = next_incarnation({5}, now, 7);
    EXPECT_NEAR(static_cast<double>(next.value), static_cast<double>(now), 1024.0);
}

TEST(Incarnations, OfCopiesThatStartAtOnceDifferByTheDice) {
    EXPECT_NE(next_incarnation({5}, 1'000'000, 1), next_incarnation({5}, 1'000'000, 2));
}

TEST(ALife, WithoutAStateIsNewAndTakesTheVotersOfTheFile) {
    const Durable record = begin_life({}, setup_with(3), false);
    EXPECT_TRUE(record.new_state);
    EXPECT_EQ(record.membership, protocol::single_list({{1}, {2}, {3}}));
    EXPECT_GT(record.incarnation.value, 0U);
    EXPECT_EQ(record.largest_promise, std::chrono::milliseconds{300});
}

TEST(ALife, GoesOnWithWhatWasStored) {
    const Durable stored = stored_with({{1}, {2}, {3}});
    const Durable record = begin_life(stored, setup_with(3), false);
    EXPECT_FALSE(record.new_state);
    EXPECT_GT(record.incarnation, stored.incarnation);
    EXPECT_EQ(record.membership, stored.membership);
    EXPECT_EQ(record.floor, stored.floor);
}

TEST(ALife, StaysNewUntilTheMachineSaysOtherwise) {
    Durable stored = stored_with({{1}, {2}, {3}});
    stored.new_state = true;
    EXPECT_TRUE(begin_life(stored, setup_with(3), false).new_state);
}

TEST(ALife, IsRefusedToOtherVotersInASentenceThatNamesBothLists) {
    try {
        static_cast<void>(begin_life(stored_with({{1}, {2}, {9}}), setup_with(3), false));
        FAIL() << "was accepted";
    } catch (const WrongCall& refusal) {
        EXPECT_THAT(refusal.what(), AllOf(HasSubstr("(alpha, bravo, charlie)"), HasSubstr("(alpha, bravo, 9)"),
                                          HasSubstr("--adopt-voters")));
    }
}

TEST(ALife, AdoptsOtherVotersIfTold) {
    const Durable record = begin_life(stored_with({{1}, {2}, {9}}), setup_with(3), true);
    EXPECT_EQ(record.membership, protocol::single_list({{1}, {2}, {3}}));
    EXPECT_EQ(record.floor.value, 5U);
}

// Otherwise a node that joins with an empty disk would believe nobody, and nobody it.
TEST(ALife, ThatAdoptedVotersGoesByTheSameMarkAsOneThatBeganWithThem) {
    EXPECT_EQ(begin_life(stored_with({{1}, {2}, {9}}), setup_with(3), true).membership.mark(),
              begin_life({}, setup_with(3), false).membership.mark());
}

TEST(ALife, OfAnObserverKeepsItsOldVotesButIsNotBoundByThem) {
    const Durable stored = stored_with({{1}, {2}});
    const Durable record = begin_life(stored, observer(), false);
    EXPECT_EQ(record.membership, stored.membership);
    EXPECT_EQ(record.floor, stored.floor);
    const Durable known = known_to_the_machine(record, observer());
    EXPECT_EQ(known.incarnation, record.incarnation);
    EXPECT_TRUE(known.membership.lists.empty());
}

TEST(ALife, OfAnObserverThatNowVotesTakesTheVotersOfTheFile) {
    const Durable observed = begin_life({}, observer(), false);
    const Durable record = begin_life(observed, setup_with(3), false);
    EXPECT_EQ(record.membership, protocol::single_list({{1}, {2}, {3}}));
    EXPECT_TRUE(record.new_state);
}

TEST(ALife, CoversTheLongerOfOldAndNewPromises) {
    Durable stored = stored_with({{1}, {2}, {3}});
    stored.largest_promise = std::chrono::seconds{2};
    EXPECT_EQ(begin_life(stored, setup_with(3), false).largest_promise, std::chrono::seconds{2});
}

}  // namespace
}  // namespace bellwether::node
