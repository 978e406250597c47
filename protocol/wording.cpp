#include "protocol/wording.hpp"

#include <array>

namespace bellwether::protocol {

namespace {

struct Unit {
    Duration size;
    const char* name;
};

std::string in(const Unit& unit, Duration duration) {
    const auto whole = duration / unit.size;
    const auto tenths = duration % unit.size / (unit.size / 10);
    const bool is_exact_enough = whole >= 10 || tenths == 0;
    return std::to_string(whole) + (is_exact_enough ? "" : "." + std::to_string(tenths)) + " " + unit.name;
}

}  // namespace

std::string text(Duration duration) {
    using namespace std::chrono_literals;
    static constexpr std::array units{Unit{1h, "h"}, Unit{1min, "min"}, Unit{1s, "s"}, Unit{1ms, "ms"}};
    if (duration < Duration::zero()) return "-" + text(duration == Duration::min() ? Duration::max() : -duration);
    for (const Unit& unit : units) {
        if (duration >= unit.size) return in(unit, duration);
    }
    return std::to_string(duration / 1us) + " us";
}

}  // namespace bellwether::protocol
