#include "node/log.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "node/log_line.hpp"

namespace bellwether::node {

using protocol::Decision;
using protocol::RoleChange;
using protocol::Rule;
using protocol::Time;

namespace {

constexpr std::size_t queued_lines = 1024;
constexpr int patience_ms = 1000;
constexpr std::size_t remembered_judgements = 4096;

// Waits a second for a reader that does not read, then drops lines until it reads again: the end of the daemon must
// not hang on a full pipe either.
class PatientSink : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit PatientSink(int fd) : fd_(fd) {}

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        if (!is_writable()) {
            ++lost_;
            return;
        }
        if (lost_ > 0) write_all(fmt::format("({} lines lost: nobody read the log)\n", std::exchange(lost_, 0)));
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        write_all({line.data(), line.size()});
    }
    void flush_() override {}

private:
    [[nodiscard]] bool is_writable() const {
        pollfd item{.fd = fd_, .events = POLLOUT, .revents = 0};
        return ::poll(&item, 1, lost_ == 0 ? patience_ms : 0) > 0;
    }

    void write_all(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t written = ::write(fd_, text.data(), text.size());
            if (written < 0 && errno != EINTR) return;
            if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
        }
    }

    int fd_;
    std::size_t lost_ = 0;
};

spdlog::level::level_enum spdlog_level(LogLevel level) {
    switch (level) {
        case LogLevel::error: return spdlog::level::err;
        case LogLevel::warn: return spdlog::level::warn;
        case LogLevel::info: return spdlog::level::info;
        case LogLevel::debug: break;
    }
    return spdlog::level::debug;
}

std::shared_ptr<spdlog::logger> make_logger(const char* name, const spdlog::sink_ptr& sink, LogLevel level) {
    auto logger = std::make_shared<spdlog::async_logger>(name, sink, spdlog::thread_pool(),
                                                         spdlog::async_overflow_policy::overrun_oldest);
    logger->set_level(spdlog_level(level));
    return logger;
}

spdlog::logger& logger_for_decisions() {
    const auto logger = spdlog::get(decision_logger);
    return logger ? *logger : *spdlog::default_logger_raw();
}

// Numbers that say nothing are left out: 0 is nobody, no term, no time.
class Fields {
public:
    void text(std::string_view key, std::string_view value) {
        if (!value.empty()) append(key, fmt::format("\"{}\"", value));
    }
    void number(std::string_view key, std::uint64_t value) {
        if (value != 0) append(key, fmt::format("{}", value));
    }
    [[nodiscard]] const std::string& str() const { return json_; }

private:
    void append(std::string_view key, std::string_view value) {
        json_ += fmt::format("{}\"{}\":{}", json_.empty() ? "" : ",", key, value);
    }
    std::string json_;
};

std::string fields_of(const Decision& decision) {
    using std::chrono::microseconds;
    Fields fields;
    fields.text("election", decision.election.view());
    fields.text("rule", to_string(decision.rule));
    fields.number("peer", decision.peer.value);
    fields.number("term", decision.term.value);
    fields.number("other_term", decision.other_term.value);
    fields.number("have", decision.have);
    fields.number("need", decision.need);
    fields.number("span_us", static_cast<std::uint64_t>(
                                 std::max<std::int64_t>(0, duration_cast<microseconds>(decision.span).count())));
    if (decision.rule == Rule::vote_judged || decision.rule == Rule::reply_counted) {
        fields.text("verdict", to_string(decision.verdict));
    }
    if (decision.reason != protocol::Reason::unknown) fields.text("reason", to_string(decision.reason));
    return fields.str();
}

std::string fields_of(const RoleChange& change) {
    Fields fields;
    fields.text("election", change.election.view());
    fields.text("role", to_string(change.role));
    fields.number("leader", change.leader.value);
    fields.number("term", change.term.value);
    fields.text("reason", to_string(change.reason));
    return fields.str();
}

}  // namespace

Log::Log(const LogOptions& options) {
    spdlog::init_thread_pool(queued_lines, 1);
    const auto sink = std::make_shared<PatientSink>(options.fd);
    sink->set_formatter(line_formatter(options.format));
    spdlog::set_default_logger(make_logger("", sink, options.level));
    spdlog::register_logger(make_logger(decision_logger, sink, options.level));
    sink_ = sink;
}

Log::~Log() {
    spdlog::shutdown();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::stderr_sink_mt>()));
}

void DecisionLog::write(Time now, const Decision& decision) {
    spdlog::logger& logger = logger_for_decisions();
    const auto level = is_notable(decision.rule) ? spdlog::level::info : spdlog::level::debug;
    if (!logger.should_log(level) || is_repetition(now, decision)) return;
    logger.log(level, "{}", with_fields(line_of(decision), fields_of(decision)));
}

void DecisionLog::write(const RoleChange& change) {
    logger_for_decisions().info("{}", with_fields(words(change), fields_of(change)));
}

bool DecisionLog::is_repetition(Time now, const Decision& decision) {
    using namespace std::chrono_literals;
    if (decision.rule != Rule::vote_judged) return false;
    if (judged_.size() >= remembered_judgements) judged_.clear();
    const auto [place, is_new] = judged_.try_emplace({decision.peer, decision.verdict, decision.election}, now);
    if (is_new || now >= place->second + 1s) {
        place->second = now;
        return false;
    }
    return true;
}

std::string DecisionLog::line_of(const Decision& decision) const {
    static const protocol::ElectionName usual;
    const std::string election = decision.election == usual ? "" : decision.election.str() + ": ";
    return fmt::format("{} > {}{}", self_.value, election, words(decision));
}

}  // namespace bellwether::node
