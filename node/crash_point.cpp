#include "node/crash_point.hpp"

#ifdef BELLWETHER_CRASH_POINTS

#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string_view>

namespace bellwether::node {

namespace {

std::string_view name_of(CrashPoint point) {
    switch (point) {
        case CrashPoint::before_write: return "before_write";
        case CrashPoint::before_commit: return "before_commit";
        case CrashPoint::after_commit: return "after_commit";
        case CrashPoint::after_set_aside: break;
    }
    return "after_set_aside";
}

// The passage named by ":n"; the first where none is.
unsigned passage_in(std::string_view wanted) {
    unsigned passage = 1;
    const std::size_t colon = wanted.find(':');
    if (colon != std::string_view::npos) {
        std::from_chars(wanted.data() + colon + 1, wanted.data() + wanted.size(), passage);
    }
    return passage;
}

}  // namespace

// One thread at a time holds the state file, so the count needs no lock.
void crash_point(CrashPoint point) {
    static std::array<unsigned, 4> passages{};
    const char* wanted = std::getenv("BELLWETHER_CRASH_AT");
    if (wanted == nullptr) return;
    const std::string_view text{wanted};
    if (text.substr(0, text.find(':')) != name_of(point)) return;
    if (++passages[static_cast<std::size_t>(point)] == passage_in(text)) std::raise(SIGKILL);
}

}  // namespace bellwether::node

#endif
