#include "tools/cli/format.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include <nlohmann/json.hpp>

#include "tools/cli/exit_status.hpp"

namespace bellwether::cli {

namespace {

constexpr std::array<std::string_view, 10> fields{"leader", "leader_id", "token",     "reason", "election",
                                                  "node",   "cluster",   "is_leader", "seq",    "incarnation"};
constexpr std::string_view metadata_prefix = "metadata.";

std::string known_fields() {
    std::string list;
    for (const auto field : fields) list += std::string{field} + ", ";
    return list + "metadata.KEY";
}

// `value_of` gives what a name in braces stands for.
std::string replaced(std::string_view format, const std::function<std::string(std::string_view)>& value_of) {
    std::string text;
    while (!format.empty()) {
        const std::size_t plain = std::min(format.find_first_of("{}"), format.size());
        text += format.substr(0, plain);
        format.remove_prefix(plain);
        if (format.starts_with("{{") || format.starts_with("}}")) {
            text += format.front();
            format.remove_prefix(2);
        } else if (format.starts_with('}')) {
            throw Failure{exit_bad_call, "--format: a } has no {; a plain } is }}"};
        } else if (!format.empty()) {
            const std::size_t end = format.find('}');
            if (end == std::string_view::npos) throw Failure{exit_bad_call, "--format: a { has no }; a plain { is {{"};
            text += value_of(format.substr(1, end - 1));
            format.remove_prefix(end + 1);
        }
    }
    return text;
}

std::string as_text(const nlohmann::json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

}  // namespace

void check_format(std::string_view format) {
    (void)replaced(format, [](std::string_view name) -> std::string {
        const bool known = std::find(fields.begin(), fields.end(), name) != fields.end();
        if (known || (name.starts_with(metadata_prefix) && name != metadata_prefix)) return {};
        throw Failure{exit_bad_call, "--format: there is no {" + std::string{name} + "}, these are: " + known_fields()};
    });
}

std::string filled(std::string_view format, const std::string& announcement) {
    const auto map = nlohmann::json::parse(announcement, nullptr, /*allow_exceptions=*/false);
    return replaced(format, [&](std::string_view name) {
        const bool is_metadata = name.starts_with(metadata_prefix);
        const std::string key{is_metadata ? name.substr(metadata_prefix.size()) : name};
        const auto in = is_metadata ? map.value("metadata", nlohmann::json::object()) : map;
        const auto found = in.find(key);
        if (found == in.end()) throw Failure{exit_unknown, "the leader's metadata has no " + key};
        return as_text(*found);
    });
}

}  // namespace bellwether::cli
