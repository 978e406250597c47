#include "protocol/messages.hpp"

#include <array>

namespace bellwether::protocol {

std::string_view to_string(Stands stands) {
    constexpr std::array<std::string_view, 3> words{"none", "campaigning", "leading"};
    return words.at(static_cast<std::size_t>(stands));
}

std::string_view to_string(Eligible eligible) {
    constexpr std::array<std::string_view, 3> words{"no", "soon", "yes"};
    return words.at(static_cast<std::size_t>(eligible));
}

std::string_view to_string(Verdict verdict) {
    constexpr std::array<std::string_view, verdict_count> words{
        "granted", "bound", "stale_term", "voted", "not_standing", "quarantine", "new_state", "membership", "limit"};
    return words.at(static_cast<std::size_t>(verdict));
}

std::string_view to_string(TransferStep step) {
    constexpr std::array<std::string_view, 3> words{"prepare", "ready", "unable"};
    return words.at(static_cast<std::size_t>(step));
}

}  // namespace bellwether::protocol
