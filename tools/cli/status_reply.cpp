#include "tools/cli/status_reply.hpp"

#include <set>
#include <utility>

#include "protocol/local_codec.hpp"

namespace bellwether::cli {

std::variant<Json, client::NoReply> ask_status(const std::filesystem::path& run_dir,
                                               std::chrono::milliseconds timeout) {
    auto answer = client::ask(run_dir, {.id = 1, .type = "status", .election = {}, .target = {}, .hold = {}}, timeout);
    if (auto* none = std::get_if<client::NoReply>(&answer)) return std::move(*none);
    const auto text = protocol::to_json(std::get<protocol::Frame>(answer));
    const Json reply = Json::parse(text.value_or(""), nullptr, /*allow_exceptions=*/false);
    if (!reply.is_object() || !reply.contains("status") || !reply["status"].is_object()) {
        return client::NoReply{client::NoReply::Why::lost,
                               "what the daemon at " + run_dir.string() + " answers is no status: " +
                                   (reply.is_object() ? text_of(reply, "text") : text.value_or("no msgpack"))};
    }
    return reply["status"];
}

std::string text_of(const Json& map, std::string_view key) {
    const auto found = map.find(key);
    return found != map.end() && found->is_string() ? found->get<std::string>() : "";
}

std::uint64_t number_of(const Json& map, std::string_view key) {
    const auto found = map.find(key);
    return found != map.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

bool flag_of(const Json& map, std::string_view key) {
    const auto found = map.find(key);
    return found != map.end() && found->is_boolean() && found->get<bool>();
}

const Json& list_of(const Json& map, std::string_view key) {
    static const Json empty = Json::array();
    const auto found = map.find(key);
    return found != map.end() && found->is_array() ? *found : empty;
}

const Json* election_of(const Json& status, const protocol::ElectionName& election) {
    for (const Json& one : list_of(status, "elections")) {
        if (text_of(one, "name") == election.view()) return &one;
    }
    return nullptr;
}

std::string why_unknown(const std::vector<const Json*>& statuses, const protocol::ElectionName& election) {
    std::set<std::string> known;
    for (const Json* status : statuses) {
        for (const Json& one : list_of(*status, "elections")) known.insert(text_of(one, "name"));
    }
    if (statuses.empty() || known.contains(election.str())) return "";
    std::string names;
    for (const std::string& name : known) names += (names.empty() ? "" : ", ") + name;
    return "no election \"" + election.str() + "\" is known; there " + (known.size() == 1 ? "is " : "are ") +
           (names.empty() ? "none" : names);
}

}  // namespace bellwether::cli
