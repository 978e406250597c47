#include "node/log_line.hpp"

#include <array>
#include <chrono>
#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/details/log_msg.h>

namespace bellwether::node {

namespace {

using Buffer = spdlog::memory_buf_t;
using Message = spdlog::details::log_msg;

constexpr char separator = '\x1f';

void append(Buffer& line, std::string_view text) { line.append(text.data(), text.data() + text.size()); }

std::string timestamp(spdlog::log_clock::time_point time) {
    const auto since_epoch = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
    const std::time_t seconds = since_epoch / 1000;
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                       utc.tm_hour, utc.tm_min, utc.tm_sec, since_epoch % 1000);
}

std::string_view name_of(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::trace:
        case spdlog::level::debug: return "debug";
        case spdlog::level::info: return "info";
        case spdlog::level::warn: return "warn";
        default: return "error";
    }
}

struct Payload {
    std::string_view text;
    std::string_view fields;
};

Payload payload_of(const Message& message) {
    const std::string_view all{message.payload.data(), message.payload.size()};
    const std::string_view logger{message.logger_name.data(), message.logger_name.size()};
    const std::size_t end = logger == decision_logger ? all.find(separator) : std::string_view::npos;
    if (end == std::string_view::npos) return {all, {}};
    return {all.substr(0, end), all.substr(end + 1)};
}

// A line is one line, and no name that came from outside commands the reader's terminal.
void append_printable(Buffer& line, std::string_view text) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            append(line, fmt::format("\\x{:02x}", byte));
        } else {
            line.push_back(c);
        }
    }
}

class TextFormatter : public spdlog::formatter {
public:
    void format(const Message& message, Buffer& line) override {
        append(line, timestamp(message.time));
        line.push_back(' ');
        append(line, name_of(message.level));
        line.push_back(' ');
        append_printable(line, payload_of(message).text);
        line.push_back('\n');
    }
    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<TextFormatter>();
    }
};

std::string quoted_json(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

class JsonFormatter : public spdlog::formatter {
public:
    void format(const Message& message, Buffer& line) override {
        const Payload payload = payload_of(message);
        append(line, fmt::format(R"({{"ts":"{}","level":"{}","msg":{})", timestamp(message.time),
                                 name_of(message.level), quoted_json(payload.text)));
        if (!payload.fields.empty()) {
            line.push_back(',');
            append(line, payload.fields);
        }
        append(line, "}\n");
    }
    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<JsonFormatter>();
    }
};

}  // namespace

std::string with_fields(std::string_view text, std::string_view json_fields) {
    return fmt::format("{}{}{}", text, separator, json_fields);
}

std::unique_ptr<spdlog::formatter> line_formatter(LogFormat format) {
    if (format == LogFormat::json) return std::make_unique<JsonFormatter>();
    return std::make_unique<TextFormatter>();
}

}  // namespace bellwether::node
