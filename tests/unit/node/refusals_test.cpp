#include "node/refusals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>

namespace bellwether::node {
namespace {

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

}  // namespace
}  // namespace bellwether::node
