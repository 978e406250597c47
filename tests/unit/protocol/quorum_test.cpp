#include "protocol/quorum.hpp"

#include <gtest/gtest.h>

#include <set>

namespace bellwether::protocol {
namespace {

using namespace std::chrono_literals;
using Nodes = std::set<NodeId>;

Membership two_lists() { return {.generation = 2, .phase = 1, .lists = {{{1}, {2}, {3}}, {{3}, {4}, {5}}}}; }

bool reached(const Quorum& quorum, const Nodes& nodes) {
    return quorum.reached([&](NodeId node) { return nodes.contains(node); });
}

Time at(Duration since_boot) { return Time{since_boot}; }

TEST(Membership, AListIsSortedSoThatEveryNodeHasTheSameMark) {
    const Membership one = single_list({{3}, {1}, {2}});
    EXPECT_EQ(one, single_list({{1}, {2}, {3}}));
    EXPECT_EQ(one.mark(), single_list({{2}, {3}, {1}}).mark());
    EXPECT_EQ(one.mark().generation, 1U);
}

TEST(Membership, AnotherListHasAnotherMark) {
    EXPECT_NE(single_list({{1}, {2}}).mark(), single_list({{1}, {2}, {3}}).mark());
    EXPECT_NE(single_list({{1}, {23}}).mark(), single_list({{12}, {3}}).mark());
    Membership joint = two_lists();
    joint.lists = {{{1}, {2}, {3}, {3}, {4}, {5}}};
    EXPECT_NE(joint.mark(), two_lists().mark());
}

TEST(Membership, KnowsTheVotersOfEveryList) {
    EXPECT_TRUE(two_lists().has(NodeId{1}));
    EXPECT_TRUE(two_lists().has(NodeId{5}));
    EXPECT_FALSE(two_lists().has(NodeId{6}));
}

TEST(Quorum, IsMoreThanHalf) {
    EXPECT_EQ(majority_of(1), 1U);
    EXPECT_EQ(majority_of(2), 2U);
    EXPECT_EQ(majority_of(3), 2U);
    EXPECT_EQ(majority_of(4), 3U);
    EXPECT_EQ(majority_of(5), 3U);
}

TEST(Quorum, IsReachedByAMajorityAndNotByHalf) {
    const Quorum four{single_list({{1}, {2}, {3}, {4}})};
    EXPECT_FALSE(reached(four, {{1}, {2}}));
    EXPECT_TRUE(reached(four, {{1}, {2}, {4}}));
    EXPECT_FALSE(reached(four, {{1}, {2}, {9}}));
}

TEST(Quorum, OfTwoListsNeedsAMajorityOfEach) {
    const Quorum joint{two_lists()};
    EXPECT_FALSE(reached(joint, {{1}, {2}, {3}}));
    EXPECT_FALSE(reached(joint, {{1}, {4}, {5}}));
    EXPECT_TRUE(reached(joint, {{1}, {3}, {5}}));
}

TEST(Quorum, LastsAsLongAsItsQuorumThLargestPromise) {
    const Quorum three{single_list({{1}, {2}, {3}})};
    const auto until = [](NodeId node) { return at(node.value * 100ms); };
    EXPECT_EQ(three.lasts(until), at(200ms));
}

TEST(Quorum, OfTwoListsLastsAsLongAsTheShorterOne) {
    const Quorum joint{two_lists()};
    const auto until = [](NodeId node) { return at(node.value * 100ms); };
    EXPECT_EQ(joint.lasts(until), at(200ms));
}

TEST(Quorum, SaysHowManyItNeedsOfTheLargestList) {
    const Quorum quorum{Membership{.generation = 1, .phase = 0, .lists = {{{1}}, {{1}, {2}, {3}, {4}, {5}}}}};
    EXPECT_EQ(quorum.voters(), 5U);
    EXPECT_EQ(quorum.needed(), 3U);
}

TEST(Tally, CountsEachVoterOnce) {
    Tally tally;
    EXPECT_EQ(tally.count(NodeId{1}, Verdict::granted), Tally::Counted::first);
    EXPECT_EQ(tally.count(NodeId{1}, Verdict::granted), Tally::Counted::again);
    EXPECT_EQ(tally.grants(), 1U);
    EXPECT_EQ(tally.answers(), 1U);
}

TEST(Tally, KeepsTheFirstWordOfAVoterThatContradictsItself) {
    Tally tally;
    EXPECT_EQ(tally.count(NodeId{1}, Verdict::bound), Tally::Counted::first);
    EXPECT_EQ(tally.count(NodeId{1}, Verdict::granted), Tally::Counted::contradiction);
    EXPECT_FALSE(tally.granted_by(NodeId{1}));
    EXPECT_TRUE(tally.refused_by(NodeId{1}));
}

TEST(Tally, WhoHasNotAnsweredHasNeitherGrantedNorRefused) {
    const Tally tally;
    EXPECT_FALSE(tally.granted_by(NodeId{1}));
    EXPECT_FALSE(tally.refused_by(NodeId{1}));
}

TEST(Tally, SaysWhoSaidWhat) {
    Tally tally;
    EXPECT_EQ(tally.summary(), "0 granted, 0 refused");
    for (const std::uint16_t voter : std::initializer_list<std::uint16_t>{1, 2, 5})
        tally.count(NodeId{voter}, Verdict::granted);
    tally.count(NodeId{4}, Verdict::bound);
    EXPECT_EQ(tally.summary(), "3 granted (1 2 5), 1 refused (4 bound)");
    tally.count(NodeId{3}, Verdict::voted);
    EXPECT_EQ(tally.summary(), "3 granted (1 2 5), 2 refused (3 voted, 4 bound)");
}

}  // namespace
}  // namespace bellwether::protocol
