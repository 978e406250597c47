#include "node/refusals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <sstream>
#include <string>

namespace bellwether::node {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// What is logged while it lives.
class Log {
public:
    Log() : before_{spdlog::default_logger()} {
        spdlog::set_default_logger(
            std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_st>(text_)));
    }
    ~Log() { spdlog::set_default_logger(before_); }
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    [[nodiscard]] std::string text() const { return text_.str(); }

private:
    std::ostringstream text_;
    std::shared_ptr<spdlog::logger> before_;
};

TEST(Refusals, AreCountedByKind) {
    Refusals refusals{"b_kind"};
    refusals.count("a_kind");
    refusals.count("a_kind");
    std::vector<protocol::Counter> counters;
    refusals.append_counters(counters);
    EXPECT_THAT(counters, ElementsAre(protocol::Counter{"a_kind", 2}, protocol::Counter{"b_kind", 0}));
    EXPECT_EQ(refusals.of("a_kind"), 2U);
    EXPECT_EQ(refusals.of("never"), 0U);
}

TEST(Refusals, AreToldOnceAMinuteForEachPeerAndKind) {
    const Log log;
    Refusals refusals;
    refusals.report("kind", "peer 1", "first");
    refusals.report("kind", "peer 1", "second");
    refusals.report("kind", "peer 2", "third");
    refusals.report("other", "peer 1", "fourth");
    EXPECT_THAT(log.text(), HasSubstr("peer 1: first"));
    EXPECT_THAT(log.text(), Not(HasSubstr("second")));
    EXPECT_THAT(log.text(), HasSubstr("peer 2: third"));
    EXPECT_THAT(log.text(), HasSubstr("peer 1: fourth"));
    EXPECT_EQ(refusals.of("kind"), 3U);
}

class RefusalsOfStrangers : public ::testing::Test {
protected:
    void come(int first, int last, std::chrono::seconds after) {
        for (int i = first; i <= last; ++i) {
            refusals.report("kind", "127.1.0." + std::to_string(i), "is nobody", start + after);
        }
    }
    [[nodiscard]] std::ptrdiff_t lines() const {
        const std::string text = log.text();
        return std::count(text.begin(), text.end(), '\n');
    }

    const Log log;
    Refusals refusals;
    const std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
};

TEST_F(RefusalsOfStrangers, FillNoDiskFromHoweverManyAddresses) {
    come(1, 5000, 0s);
    come(1, 5000, 59s);
    EXPECT_EQ(lines(), 9);
    EXPECT_THAT(log.text(), HasSubstr("127.1.0.8: is nobody"));
    EXPECT_THAT(log.text(), HasSubstr("kind: more than 8 peers or strangers in a minute, the others are counted only"));
    EXPECT_THAT(log.text(), Not(HasSubstr("127.1.0.9: is nobody")));
    EXPECT_EQ(refusals.of("kind"), 10'000U);
}

TEST_F(RefusalsOfStrangers, AreToldAgainAMinuteLaterWithHowManyWereNot) {
    come(1, 100, 0s);
    come(101, 101, 60s);
    EXPECT_THAT(log.text(), HasSubstr("127.1.0.101: is nobody (92 more of kind since the last such line)"));
    come(102, 102, 61s);
    EXPECT_THAT(log.text(), HasSubstr("127.1.0.102: is nobody\n"));
}

TEST_F(RefusalsOfStrangers, LeaveRoomForThoseOfAnotherKind) {
    come(1, 100, 0s);
    refusals.report("other", "peer 1", "is wrong", start);
    EXPECT_THAT(log.text(), HasSubstr("peer 1: is wrong"));
}

}  // namespace
}  // namespace bellwether::node
