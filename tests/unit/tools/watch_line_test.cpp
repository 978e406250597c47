#include "tools/cli/watch_line.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace bellwether::cli {
namespace {

using namespace std::chrono_literals;
using client::News;

News news_of(const std::string& leader, bool is_leader = false) {
    News news{.kind = News::Kind::changed, .announcement = {}, .frame = {}, .received = protocol::Time{5s}};
    news.announcement.cluster = "demo";
    news.announcement.node = "alpha";
    news.announcement.leader = leader;
    news.announcement.is_leader = is_leader;
    news.announcement.token = {12000};
    news.announcement.reason = protocol::Reason::preempted;
    news.frame = protocol::encode_announcement(news.announcement, /*with_deadline=*/true);
    return news;
}

News silence_of(News news) {
    news.kind = News::Kind::unknown;
    news.frame.clear();
    return news;
}

TEST(WatchLine, SaysWhoLeadsWithTokenAndReason) {
    EXPECT_EQ(line_for_people(news_of("bravo"), "14:03:22.123"),
              "14:03:22.123  default  bravo leads, token 12000, preempted");
}

TEST(WatchLine, MarksThisHost) {
    EXPECT_EQ(line_for_people(news_of("alpha", true), "14:03:22.123"),
              "14:03:22.123  default  alpha leads, token 12000, preempted  <- this host");
}

TEST(WatchLine, SaysThatNobodyLeadsAndWhy) {
    News news = news_of("");
    news.announcement.reason = protocol::Reason::no_quorum;
    EXPECT_EQ(line_for_people(news, "14:03:22.123"), "14:03:22.123  default  nobody leads, no_quorum");
}

TEST(WatchLine, SaysWhenTheDaemonIsSilent) {
    EXPECT_EQ(line_for_people(silence_of(news_of("bravo")), "14:03:22.123"),
              "14:03:22.123  default  unknown who leads: the daemon is silent, bravo led until then");
}

TEST(WatchLine, SaysWhenTheDeadlinePassed) {
    News news = silence_of(news_of("alpha", true));
    news.announcement.valid_until = news.received;
    EXPECT_EQ(line_for_people(news, "14:03:22.123"),
              "14:03:22.123  default  unknown who leads: the last deadline passed, alpha led until then");
}

TEST(WatchLine, ForProgramsIsTheAnnouncementAndWhenItWasReceived) {
    const std::string line = line_for_programs(news_of("bravo"));
    EXPECT_EQ(line.find(' '), std::string::npos);
    const auto json = nlohmann::json::parse(line);
    EXPECT_EQ(json["leader"], "bravo");
    EXPECT_EQ(json["token"], 12000);
    EXPECT_EQ(json["received_ns"], 5'000'000'000);
}

TEST(WatchLine, ForProgramsSilenceIsALineOfNobody) {
    const auto json = nlohmann::json::parse(line_for_programs(silence_of(news_of("bravo"))));
    EXPECT_EQ(json["silent"], true);
    EXPECT_TRUE(json["leader"].is_null());
    EXPECT_EQ(json["is_leader"], false);
    EXPECT_EQ(json["reason"], "unknown");
}

TEST(WatchLine, OfAFrameThatIsNoMapIsNothing) {
    News news = news_of("bravo");
    news.frame = {std::byte{0xc1}};
    EXPECT_EQ(line_for_programs(news), "");
}

TEST(WatchLine, TheTimeOfDayHasMilliseconds) { EXPECT_EQ(time_of_day().size(), std::string{"14:03:22.123"}.size()); }

}  // namespace
}  // namespace bellwether::cli
