#include "tools/chaos/report.hpp"

#include <gtest/gtest.h>

#include "tests/unit/tools/chaos/saying.hpp"
#include "tools/chaos/report_text.hpp"

namespace bellwether::chaos {
namespace {

using namespace std::chrono_literals;

ElectionReport report_of(const History& history) {
    Report report = make_report(history);
    EXPECT_EQ(report.elections.size(), 1U);
    return report.elections.empty() ? ElectionReport{} : report.elections[0];
}

// alpha is killed at 100 ms; its last deadline is 250 ms, bravo leads at 300 ms.
History killed_leader() {
    History history;
    history.hear(at(0ms), leads("alpha", 1000, at(150ms)));
    history.hear(at(99ms), leads("alpha", 1000, at(250ms)));
    history.mark(at(100ms), "kill alpha");
    history.hear(at(300ms), leads("bravo", 2000, at(450ms)));
    history.hear(at(301ms), follows("charlie", "bravo", 2000));
    history.hear(at(304ms), follows("delta", "bravo", 2000));
    return history;
}

TEST(Report, TheGapBeginsWithTheLastDeadlineOfTheOldLeader) {
    const ElectionReport report = report_of(killed_leader());
    EXPECT_EQ(report.changes, 1U);
    ASSERT_EQ(report.gaps.size(), 1U);
    EXPECT_EQ(report.gaps[0].length, 50ms);
    EXPECT_FALSE(report.gaps[0].is_lapse());
}

TEST(Report, TheGapBeginsWithTheReleaseIfTheOldLeaderSaidSo) {
    History history;
    history.hear(at(0ms), leads("alpha", 1000, at(150ms)));
    history.hear(at(150ms), follows("alpha", "", 0));
    history.hear(at(152ms), leads("bravo", 2000, at(300ms)));
    EXPECT_EQ(report_of(history).gaps[0].length, 2ms);
}

TEST(Report, ATakeoverIsMeasuredFromTheKill) {
    const ElectionReport report = report_of(killed_leader());
    ASSERT_EQ(report.takeovers.size(), 1U);
    EXPECT_EQ(report.takeovers[0].until_leader, 200ms);
    EXPECT_EQ(report.takeovers[0].until_first_told, 201ms);
    EXPECT_EQ(report.takeovers[0].until_all_told, 204ms);
}

TEST(Report, ANodeThatWasAwayIsNotWaitedFor) {
    History history = killed_leader();
    history.mark(at(50ms), "kill echo");
    history.mark(at(5000ms), "restart echo");
    history.hear(at(5100ms), follows("echo", "bravo", 2000));
    EXPECT_EQ(report_of(history).takeovers[0].until_all_told, 204ms);
}

TEST(Report, TheDeathOfAFollowerIsNoTakeover) {
    History history;
    history.hear(at(0ms), leads("alpha", 1000, at(150ms)));
    history.mark(at(100ms), "kill bravo");
    EXPECT_TRUE(report_of(history).takeovers.empty());
    EXPECT_TRUE(report_of(history).unanswered.empty());
}

TEST(Report, ALeaderThatNobodyReplacedIsNamed) {
    History history;
    history.hear(at(0ms), leads("alpha", 1000, at(150ms)));
    history.mark(at(100ms), "kill alpha");
    ASSERT_EQ(report_of(history).unanswered.size(), 1U);
}

TEST(Report, TwoWhoAreBelievedAtOneInstantAreTwoLeaders) {
    History history;
    history.hear(at(0ms), leads("alpha", 1000, at(150ms)));
    history.hear(at(149ms), leads("bravo", 2000, at(300ms)));
    const ElectionReport report = report_of(history);
    ASSERT_EQ(report.overlaps.size(), 1U);
    EXPECT_EQ(report.overlaps[0].length, 1ms);
    EXPECT_FALSE(make_report(history).is_safe());
    EXPECT_EQ(report.gaps[0].length, 0ms);
}

TEST(Report, ADeadlineMayPassInTheVeryInstantInWhichTheNextBegins) {
    History history;
    history.hear(at(0ms), leads("alpha", 1000, at(150ms)));
    history.hear(at(150ms), leads("bravo", 2000, at(300ms)));
    EXPECT_TRUE(make_report(history).is_safe());
}

TEST(Report, ALongBeliefOverlapsAllThatComeWithinIt) {
    History history;
    history.hear(at(0ms), leads("alpha", 1000, at(1000ms)));
    history.hear(at(100ms), leads("bravo", 2000, at(200ms)));
    history.hear(at(300ms), leads("charlie", 3000, at(400ms)));
    EXPECT_EQ(report_of(history).overlaps.size(), 2U);
}

TEST(Report, ElectionsDoNotOverlapEachOther) {
    History history;
    history.hear(at(0ms), leads("alpha", 1000, at(150ms)));
    auto other = leads("bravo", 1000, at(150ms));
    other.election = *protocol::ElectionName::parse("backups");
    history.hear(at(1ms), other);
    EXPECT_TRUE(make_report(history).is_safe());
    EXPECT_EQ(make_report(history).elections.size(), 2U);
}

TEST(Report, ATokenThatDoesNotGrowIsAFault) {
    History history;
    history.hear(at(0ms), leads("alpha", 2000, at(150ms)));
    history.hear(at(200ms), leads("bravo", 2000, at(300ms)));
    history.hear(at(400ms), leads("charlie", 1000, at(500ms)));
    const ElectionReport report = report_of(history);
    ASSERT_EQ(report.token_faults.size(), 2U);
    EXPECT_EQ(report.token_faults[1].highest_before.value, 2000U);
    EXPECT_FALSE(make_report(history).is_safe());
}

TEST(Report, ALapseUnderOneLeadershipIsNoChangeOfLeader) {
    History history;
    history.hear(at(0ms), leads("alpha", 1000, at(150ms)));
    history.hear(at(200ms), leads("alpha", 1000, at(350ms)));
    const ElectionReport report = report_of(history);
    EXPECT_EQ(report.changes, 0U);
    ASSERT_EQ(report.gaps.size(), 1U);
    EXPECT_TRUE(report.gaps[0].is_lapse());
    EXPECT_TRUE(report.token_faults.empty());
}

TEST(Report, WhatWasMeasuredWhileTheObserverDidNotRunIsSetApart) {
    History history = killed_leader();
    history.late(at(260ms), at(270ms));
    EXPECT_TRUE(report_of(history).gaps[0].observer_late);
    EXPECT_NE(summary(history, make_report(history)).find("not counted, the observer was late"), std::string::npos);
}

// Five blows: a takeover that is measured, one while the observer did not run, one that nobody followed, two at nodes
// that did not lead.
History five_blows() {
    History history = killed_leader();
    history.mark(at(310ms), "kill echo");
    history.mark(at(400ms), "term bravo");
    history.mark(at(410ms), "stop delta");
    history.late(at(500ms), at(550ms));
    history.hear(at(600ms), leads("charlie", 3000, at(750ms)));
    history.mark(at(700ms), "kill charlie");
    return history;
}

TEST(Report, EveryBlowIsCountedOnce) {
    const History history = five_blows();
    const Report report = make_report(history);
    const std::string text = summary(history, report);
    EXPECT_NE(text.find("  default: silenced 5 times: 1 measured, 1 listed apart, the observer was late, 1 after which "
                        "nobody led, 2 of nodes that did not lead\n"),
              std::string::npos)
        << text;
    EXPECT_NE(
        text.find("  default: not counted, the observer was late: term bravo, charlie announced after 200.0 ms\n"),
        std::string::npos)
        << text;
    const auto silenced = to_json(history, report, at(0ms))["elections"][0]["silenced"];
    EXPECT_EQ(silenced.dump(), R"({"total":5,"measured":1,"observer_late":1,"unanswered":1,"did_not_lead":2})");
}

TEST(Report, SpreadIsTheUpperMedianAndTheLongest) {
    EXPECT_FALSE(spread_of({}));
    EXPECT_EQ(spread_of({3ms, 1ms, 2ms})->median, 2ms);
    EXPECT_EQ(spread_of({4ms, 1ms, 3ms, 2ms})->median, 3ms);
    EXPECT_EQ(spread_of({4ms, 1ms})->max, 4ms);
}

TEST(ReportText, TellsTheStoryInItsOrder) {
    const History history = killed_leader();
    EXPECT_EQ(timeline(history, make_report(history), at(0ms)),
              "    0.000  default: alpha (token 1000) leads, elected\n"
              "    0.100  kill alpha\n"
              "    0.300  default: bravo (token 2000) leads, elected; nobody for 50.0 ms\n");
}

TEST(ReportText, SumsUp) {
    const History history = killed_leader();
    EXPECT_EQ(summary(history, make_report(history)),
              "  5 announcements heard\n"
              "  default: the leader changed 1 times\n"
              "  default: nobody led in between: median 50.0 ms, longest 50.0 ms (1 times)\n"
              "  default: silenced 1 times: 1 measured\n"
              "  default: silenced -> next leader announced: median 200.0 ms, longest 200.0 ms (1 times)\n"
              "  default: silenced -> told on another node: median 201.0 ms, longest 201.0 ms (1 times)\n"
              "  default: silenced -> told on all others: median 204.0 ms, longest 204.0 ms (1 times)\n"
              "  never two leaders, tokens only grew\n");
}

TEST(ReportText, SaysThatNobodyLed) {
    const History history;
    EXPECT_NE(summary(history, make_report(history)).find("NOBODY LED"), std::string::npos);
}

TEST(ReportText, SaysTheSameToPrograms) {
    const History history = killed_leader();
    const auto json = to_json(history, make_report(history), at(0ms));
    EXPECT_EQ(json["safe"], true);
    EXPECT_EQ(json["elections"][0]["silenced_to_all_told"]["max_us"], 204'000);
    EXPECT_EQ(json["elections"][0]["gaps"][0]["to"], "bravo");
}

}  // namespace
}  // namespace bellwether::chaos
