#include "node/log_line.hpp"

#include <chrono>

#include <gtest/gtest.h>
#include <spdlog/details/log_msg.h>

namespace bellwether::node {
namespace {

using namespace std::chrono_literals;

// What `payload` of the logger `name` looks like, said in the 1,700,000,000th second.
std::string line(LogFormat format, const char* name, const std::string& payload) {
    const spdlog::log_clock::time_point time{std::chrono::seconds{1'700'000'000} + 7ms};
    const spdlog::details::log_msg message{time, {}, name, spdlog::level::warn, payload};
    spdlog::memory_buf_t buffer;
    line_formatter(format)->format(message, buffer);
    return {buffer.data(), buffer.size()};
}

TEST(ALine, OfTextBeginsWithTimeAndLevel) {
    EXPECT_EQ(line(LogFormat::text, "", "hello"), "2023-11-14T22:13:20.007Z warn hello\n");
}

TEST(ALine, OfJsonHasTheSameAsFields) {
    EXPECT_EQ(line(LogFormat::json, "", "say \"hi\""),
              "{\"ts\":\"2023-11-14T22:13:20.007Z\",\"level\":\"warn\",\"msg\":\"say \\\"hi\\\"\"}\n");
}

TEST(ALine, OfADecisionHasItsFieldsInJsonOnly) {
    const std::string payload = with_fields("3 > lead", R"("term":4)");
    EXPECT_EQ(line(LogFormat::text, decision_logger, payload), "2023-11-14T22:13:20.007Z warn 3 > lead\n");
    EXPECT_EQ(line(LogFormat::json, decision_logger, payload),
              "{\"ts\":\"2023-11-14T22:13:20.007Z\",\"level\":\"warn\",\"msg\":\"3 > lead\",\"term\":4}\n");
}

TEST(ALine, OfAnybodyElseCannotSmuggleFieldsIn) {
    const std::string payload = with_fields("named", R"("level":"none")");
    EXPECT_EQ(line(LogFormat::json, "", payload).find(R"("level":"none")"), std::string::npos);
}

}  // namespace
}  // namespace bellwether::node
