#include "tools/cli/watch_line.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>

#include <nlohmann/json.hpp>

#include "protocol/local_codec.hpp"

namespace bellwether::cli {

using client::News;
using protocol::Announcement;

namespace {

std::string what_is_known(const Announcement& said) {
    const std::string reason{protocol::to_string(said.reason)};
    if (said.leader.empty()) return "nobody leads, " + reason;
    return said.leader + " leads, token " + std::to_string(said.token.value) + ", " + reason +
           (said.is_leader ? "  <- this host" : "");
}

std::string what_is_no_longer_known(const News& news) {
    const Announcement& last = news.announcement;
    const bool ran_out = last.valid_until && *last.valid_until <= news.received;
    return std::string{"unknown who leads: "} + (ran_out ? "the last deadline passed" : "the daemon is silent") +
           (last.leader.empty() ? "" : ", " + last.leader + " led until then");
}

std::string silence_as_json(const News& news) {
    const Announcement& last = news.announcement;
    nlohmann::ordered_json map;
    map["v"] = protocol::local_version;
    map["cluster"] = last.cluster;
    map["election"] = last.election.str();
    map["node"] = last.node;
    map["leader"] = nullptr;
    map["leader_id"] = 0;
    map["is_leader"] = false;
    map["token"] = 0;
    map["reason"] = "unknown";
    map["silent"] = true;
    map["received_ns"] = protocol::ns_of(news.received);
    return map.dump();
}

}  // namespace

std::string line_for_people(const News& news, std::string_view time_of_day) {
    const bool known = news.kind != News::Kind::unknown;
    return std::string{time_of_day} + "  " + news.announcement.election.str() + "  " +
           (known ? what_is_known(news.announcement) : what_is_no_longer_known(news));
}

std::string line_for_programs(const News& news) {
    if (news.kind == News::Kind::unknown) return silence_as_json(news);
    auto json = protocol::to_json(news.frame);
    if (!json || json->size() < 3 || json->back() != '}') return {};
    json->pop_back();
    return *json + ",\"received_ns\":" + std::to_string(protocol::ns_of(news.received)) + '}';
}

std::string time_of_day() {
    const auto now = std::chrono::system_clock::now();
    const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
    std::tm local{};
    localtime_r(&seconds, &local);
    char text[32];
    std::snprintf(text, sizeof text, "%02d:%02d:%02d.%03d", local.tm_hour, local.tm_min, local.tm_sec,
                  static_cast<int>(milliseconds));
    return text;
}

}  // namespace bellwether::cli
