#include "protocol/types.hpp"

#include <algorithm>

namespace bellwether::protocol {

namespace {

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

}  // namespace

std::optional<ElectionName> ElectionName::parse(std::string_view text) {
    if (text.empty() || text.size() > max_size || !std::all_of(text.begin(), text.end(), is_name_character)) {
        return std::nullopt;
    }
    ElectionName name;
    name.text_.fill('\0');
    std::copy(text.begin(), text.end(), name.text_.begin());
    name.size_ = static_cast<std::uint8_t>(text.size());
    return name;
}

ElectionName::ElectionName() {
    constexpr std::string_view always_there = "default";
    std::copy(always_there.begin(), always_there.end(), text_.begin());
    size_ = always_there.size();
}

std::string_view to_string(Reason reason) {
    constexpr std::array<std::string_view, reason_count> words{"unknown",   "elected",       "renewed",    "stepdown",
                                                               "transfer",  "drain",         "shutdown",   "health",
                                                               "preempted", "session_ended", "lease_lost", "no_quorum"};
    return words.at(static_cast<std::size_t>(reason));
}

std::uint64_t fingerprint(std::string_view text) {
    std::uint64_t hash = 14695981039346656037U;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    }
    return hash;
}

}  // namespace bellwether::protocol
