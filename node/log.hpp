// What the daemon tells people, on stderr, from a thread of its own: a reader that does not read loses lines and
// stalls nobody. Anyone in node/ writes with spdlog::info and its siblings; decisions go through DecisionLog.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

#include "protocol/setup.hpp"
#include "protocol/time.hpp"
#include "protocol/trace.hpp"

namespace bellwether::node {

enum class LogLevel : std::uint8_t { error, warn, info, debug };
enum class LogFormat : std::uint8_t {
    text,  // 2026-03-01T12:00:00.123Z info 3 > 2 grants of 3, lease running for 294 ms -> lead term 4
    json,  // {"ts":"...","level":"info","msg":"...", and the numbers of a decision}
};

struct LogOptions {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::text;
    int fd = 2;  // Stays the caller's.
};

// From here on, for the whole process; signals must have been blocked before, the thread inherits the mask. What is
// logged without a Log goes to spdlog's own default.
class Log {
public:
    explicit Log(const LogOptions& options);
    ~Log();  // Writes what is queued, unless nobody reads.
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

private:
    std::shared_ptr<void> sink_;  // Goes after the thread that writes to it has gone.
};

// Words decisions and changes of role. Used from the loop's thread only.
class DecisionLog {
public:
    explicit DecisionLog(protocol::NodeId self) : self_(self) {}

    // Notable ones at info, the small print at debug.
    void write(protocol::Time now, const protocol::Decision& decision);
    void write(const protocol::RoleChange& change);

private:
    [[nodiscard]] bool is_repetition(protocol::Time now, const protocol::Decision& decision);
    [[nodiscard]] std::string line_of(const protocol::Decision& decision) const;

    // A voter judges a candidate that it refuses again and again: one line a second for each kind of judgement.
    using Judgement = std::tuple<protocol::NodeId, protocol::Verdict, protocol::ElectionName>;
    std::map<Judgement, protocol::Time> judged_;
    protocol::NodeId self_;
};

}  // namespace bellwether::node
