#include "node/log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include "node/descriptor.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::node {
namespace {

using namespace std::chrono_literals;
using protocol::Decision;
using protocol::Rule;
using protocol::Time;
using protocol::Verdict;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

Decision win() {
    Decision decision;
    decision.rule = Rule::win;
    decision.term = {4};
    decision.have = 3;
    decision.need = 2;
    decision.span = 294ms;
    return decision;
}

Decision refusal_of(std::uint16_t peer) {
    Decision decision;
    decision.rule = Rule::vote_judged;
    decision.peer = {peer};
    decision.term = {8};
    decision.verdict = Verdict::bound;
    return decision;
}

class ALog : public ::testing::Test {
protected:
    // What `writes` leaves in the log, line by line.
    template <class Writes>
    std::vector<std::string> lines(LogLevel level, LogFormat format, const Writes& writes) const {
        const auto path = directory_.path() / "log";
        {
            const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
            const Log log{{.level = level, .format = format, .fd = file.get()}};
            writes();
        }
        std::vector<std::string> all;
        std::ifstream stream{path};
        for (std::string line; std::getline(stream, line);) all.push_back(line);
        return all;
    }

    testing::TemporaryDirectory directory_;
};

TEST_F(ALog, OfTextHasTimeLevelAndWords) {
    const auto all = lines(LogLevel::info, LogFormat::text, [] { spdlog::warn("{} lines", 3); });
    ASSERT_EQ(all.size(), 1U);
    EXPECT_THAT(all[0], MatchesRegex("20..-..-..T..:..:...[0-9][0-9][0-9]Z warn 3 lines"));
}

TEST_F(ALog, HasNothingBelowItsLevel) {
    const auto all = lines(LogLevel::warn, LogFormat::text, [] {
        spdlog::info("small");
        spdlog::error("large");
    });
    ASSERT_EQ(all.size(), 1U);
    EXPECT_THAT(all[0], EndsWith("error large"));
}

TEST_F(ALog, OfTextKeepsALineALineWhateverItQuotes) {
    const auto all = lines(LogLevel::info, LogFormat::text, [] { spdlog::info("named \n\x1b[2J"); });
    ASSERT_EQ(all.size(), 1U);
    EXPECT_THAT(all[0], EndsWith("info named \\x0a\\x1b[2J"));
}

TEST_F(ALog, OfJsonIsAnObjectALineWhateverItQuotes) {
    const auto all = lines(LogLevel::info, LogFormat::json, [] { spdlog::info("say \"x\"\n\x1f,\"level\":1\xff"); });
    ASSERT_EQ(all.size(), 1U);
    const auto object = nlohmann::json::parse(all[0]);
    EXPECT_EQ(object.at("level"), "info");
    EXPECT_THAT(object.at("msg"), HasSubstr("say \"x\"\n\x1f"));
    EXPECT_TRUE(object.contains("ts"));
    EXPECT_EQ(object.size(), 3U);
}

TEST_F(ALog, HasADecisionInItsWordsBehindWhoDecided) {
    const auto all = lines(LogLevel::info, LogFormat::text, [] { DecisionLog{{3}}.write(Time{}, win()); });
    ASSERT_EQ(all.size(), 1U);
    EXPECT_THAT(all[0], EndsWith("info 3 > " + words(win())));
}

TEST_F(ALog, NamesTheElectionOfADecisionUnlessItIsTheUsualOne) {
    Decision decision = win();
    decision.election = *protocol::ElectionName::parse("scheduler");
    const auto all = lines(LogLevel::info, LogFormat::text, [&] { DecisionLog{{3}}.write(Time{}, decision); });
    ASSERT_EQ(all.size(), 1U);
    EXPECT_THAT(all[0], HasSubstr("info 3 > scheduler: "));
}

TEST_F(ALog, OfJsonHasTheNumbersOfADecisionAsFields) {
    const auto all = lines(LogLevel::info, LogFormat::json, [] { DecisionLog{{3}}.write(Time{}, win()); });
    ASSERT_EQ(all.size(), 1U);
    const auto object = nlohmann::json::parse(all[0]);
    EXPECT_EQ(object.at("msg"), "3 > " + words(win()));
    EXPECT_EQ(object.at("election"), "default");
    EXPECT_EQ(object.at("rule"), "win");
    EXPECT_EQ(object.at("term"), 4);
    EXPECT_EQ(object.at("span_us"), 294'000);
    EXPECT_FALSE(object.contains("peer"));
}

TEST_F(ALog, HasAChangeOfRoleAsOneFixedLine) {
    const protocol::RoleChange change{.election = {},
                                      .term = {8},
                                      .role = protocol::RoleName::leader,
                                      .leader = {2},
                                      .reason = protocol::Reason::transfer};
    const auto text = lines(LogLevel::info, LogFormat::text, [&] { DecisionLog{{3}}.write(change); });
    ASSERT_EQ(text.size(), 1U);
    EXPECT_THAT(text[0], EndsWith("info election=default term=8 role=leader leader=2 reason=transfer"));
    const auto json = lines(LogLevel::info, LogFormat::json, [&] { DecisionLog{{3}}.write(change); });
    const auto object = nlohmann::json::parse(json.at(0));
    EXPECT_EQ(object.at("role"), "leader");
    EXPECT_EQ(object.at("leader"), 2);
    EXPECT_EQ(object.at("term"), 8);
    EXPECT_EQ(object.at("reason"), "transfer");
}

TEST_F(ALog, RepeatsAJudgementOfOnePeerOnceASecond) {
    const auto all = lines(LogLevel::debug, LogFormat::text, [] {
        DecisionLog decisions{{3}};
        const Time begin{10s};
        for (int ms = 0; ms < 1500; ms += 10) decisions.write(begin + std::chrono::milliseconds{ms}, refusal_of(2));
        decisions.write(begin, refusal_of(1));
    });
    EXPECT_EQ(all.size(), 3U);
}

TEST_F(ALog, ThatNobodyReadsStallsNobody) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const Descriptor reader{ends[0]};
    const Descriptor writer{ends[1]};
    const auto begin = std::chrono::steady_clock::now();
    {
        const Log log{{.level = LogLevel::info, .format = LogFormat::text, .fd = writer.get()}};
        for (int i = 0; i < 20'000; ++i) spdlog::info("line {} of many", i);
        EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

}  // namespace
}  // namespace bellwether::node
