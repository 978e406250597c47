// Each expectation is disappointed on purpose, so that the checker is known to see.
#include "protocol/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/protocol/instances.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

struct ProgressWatch {
    Progress progress{[this](std::string_view number, const std::string&) { reports.emplace_back(number); }};
    std::vector<std::string> reports;

    static TrueTime at(Duration since_start) { return TrueTime{} + since_start; }

    void lead(const Instance& leader, Term term, Duration now) {
        progress.stepped(at(now), leader, {{ElectionName{}, term, token_of(term, 1), never}});
    }
    void lead_nothing(const Instance& node, Duration now) { progress.stepped(at(now), node, {}); }
    void know(NodeId leader, Duration now) {
        for (const NodeId node : {NodeId{1}, NodeId{2}}) {
            progress.knows(at(now), node, {}, leader);
        }
    }
    void vote(Term term, Duration now) {
        Durable record;
        record.elections = {{ElectionName{}, term, one}};
        progress.is_on_disk(at(now), record);
    }

    // From 10 s on: a leader within 1 s, steady after 2 s.
    void expect(const std::vector<NodeId>& favourites = {}) {
        progress.expect({.since = at(10s),
                         .knowing = {{1}, {2}},
                         .leader_within = 1s,
                         .steady_after = 2s,
                         .favourites = favourites,
                         .favourite_within = 5s,
                         .terms_at_most = 3,
                         .known_within = 100ms});
    }
};

TEST(Progress, IsContentWithOneLeaderThatStays) {
    ProgressWatch watch;
    watch.expect({{1}});
    watch.vote({7}, 9s);
    watch.vote({8}, 10500ms);
    watch.lead(one, {8}, 10500ms);
    watch.know({1}, 10501ms);
    watch.progress.look(ProgressWatch::at(11s));
    watch.progress.look(ProgressWatch::at(60s));
    EXPECT_THAT(watch.reports, IsEmpty());
    EXPECT_EQ(watch.progress.first_leader_after({}), 501ms);
    EXPECT_EQ(watch.progress.settled_after({}), 501ms);
    EXPECT_EQ(watch.progress.leader_changes(), 1U);
    EXPECT_EQ(watch.progress.terms_grown(), 1U);
}

TEST(Progress, AsksNothingBefore) {
    ProgressWatch watch;
    watch.lead(one, {1}, 1s);
    watch.lead_nothing(one, 2s);
    watch.vote({90}, 3s);
    watch.expect();
    watch.progress.look(ProgressWatch::at(9s));
    EXPECT_THAT(watch.reports, IsEmpty());
}

TEST(Progress, ALeaderOfBeforeIsALeaderNow) {
    ProgressWatch watch;
    watch.lead(one, {1}, 1s);
    watch.know({1}, 1s);
    watch.expect();
    watch.progress.look(ProgressWatch::at(10s));
    EXPECT_EQ(watch.progress.first_leader_after({}), 0s);
}

TEST(Progress, L1ALeaderInTime) {
    ProgressWatch watch;
    watch.expect();
    watch.know(nobody, 9s);
    watch.progress.look(ProgressWatch::at(11s));
    EXPECT_THAT(watch.reports, IsEmpty());
    watch.progress.look(ProgressWatch::at(11001ms));
    EXPECT_THAT(watch.reports, ElementsAre("L1"));
}

TEST(Progress, L1AgainAfterALoss) {
    ProgressWatch watch;
    watch.expect();
    watch.lead(one, {1}, 10100ms);
    watch.know({1}, 10100ms);
    watch.lead_nothing(one, 10200ms);
    watch.progress.look(ProgressWatch::at(11200ms));
    EXPECT_THAT(watch.reports, IsEmpty());
    watch.progress.look(ProgressWatch::at(11201ms));
    EXPECT_THAT(watch.reports, ElementsAre("L1"));
}

TEST(Progress, L3NoChangeOnceItIsSteady) {
    ProgressWatch watch;
    watch.expect();
    watch.lead(one, {1}, 10100ms);
    watch.know({1}, 10100ms);
    watch.progress.died(ProgressWatch::at(13s), one);
    watch.lead(two, {2}, 13s);
    EXPECT_THAT(watch.reports, ElementsAre("L3"));
}

TEST(Progress, L3TheFavouriteMayComeLate) {
    ProgressWatch watch;
    watch.expect({{2}});
    watch.lead(one, {1}, 10100ms);
    watch.lead_nothing(one, 13s);
    watch.vote({2}, 13s);
    watch.lead(two, {2}, 13s);
    EXPECT_THAT(watch.reports, IsEmpty());
    watch.lead_nothing(two, 14s);
    watch.lead(one, {3}, 14s);
    EXPECT_THAT(watch.reports, ElementsAre("L3"));
}

TEST(Progress, L4NoTermGrowsOnceItIsSteady) {
    ProgressWatch watch;
    watch.expect();
    watch.vote({1}, 10100ms);
    watch.lead(one, {1}, 10100ms);
    watch.vote({1}, 13s);
    EXPECT_THAT(watch.reports, IsEmpty());
    watch.vote({2}, 13s);
    EXPECT_THAT(watch.reports, ElementsAre("L4"));
}

TEST(Progress, L5TheBestLeadsInTheEnd) {
    ProgressWatch watch;
    watch.expect({{2}});
    watch.lead(one, {1}, 10100ms);
    watch.know({1}, 10100ms);
    watch.progress.look(ProgressWatch::at(14999ms));
    EXPECT_THAT(watch.reports, IsEmpty());
    watch.progress.look(ProgressWatch::at(15s));
    EXPECT_THAT(watch.reports, ElementsAre("L5"));
}

TEST(Progress, L7TermsGrowLittleUntilThere) {
    ProgressWatch watch;
    watch.expect();
    watch.vote({10}, 9s);
    watch.vote({13}, 10500ms);
    EXPECT_THAT(watch.reports, IsEmpty());
    watch.vote({14}, 10600ms);
    EXPECT_THAT(watch.reports, ElementsAre("L7"));
}

TEST(Progress, L8AllKnowItSoon) {
    ProgressWatch watch;
    watch.expect();
    watch.lead(one, {1}, 10100ms);
    watch.progress.look(ProgressWatch::at(11101ms));
    EXPECT_THAT(watch.reports, ElementsAre("L8"));
}

TEST(Progress, L6ANodeSaysSoMuchWithinASecondAndNoMore) {
    ProgressWatch watch;
    watch.progress.messages_a_second = 10;
    watch.progress.spoke(ProgressWatch::at(1s), {1}, 9);
    watch.progress.spoke(ProgressWatch::at(1500ms), {2}, 9);
    watch.progress.spoke(ProgressWatch::at(1999ms), {1}, 1);
    watch.progress.spoke(ProgressWatch::at(2s), {1}, 8);
    EXPECT_THAT(watch.reports, IsEmpty());
    EXPECT_EQ(watch.progress.busiest_second(), 10U);
    watch.progress.spoke(ProgressWatch::at(2900ms), {1}, 3);
    EXPECT_THAT(watch.reports, ElementsAre("L6"));
}

}  // namespace
}  // namespace bellwether::tests
