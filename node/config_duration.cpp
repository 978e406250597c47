#include "node/config_duration.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

namespace bellwether::node {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t ns;
};
constexpr std::array<Unit, 6> units{{{"h", 3'600'000'000'000},
                                     {"m", 60'000'000'000},
                                     {"s", 1'000'000'000},
                                     {"ms", 1'000'000},
                                     {"us", 1'000},
                                     {"ns", 1}}};

const Unit& largest_whole(protocol::Duration duration) {
    // Nothing has no unit of its own; "0s" reads best.
    const std::int64_t ns = duration.count() == 0 ? units[2].ns : duration.count();
    return *std::find_if(units.begin(), units.end(), [&](const Unit& unit) { return ns % unit.ns == 0; });
}

}  // namespace

std::variant<protocol::Duration, Refusal> parse_duration(std::string_view text) {
    std::int64_t number{};
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range) {
        return Refusal{"is too long"};
    }
    if (error != std::errc{} || number < 0) {
        return Refusal{"is not a whole number and a unit, as in \"50ms\" (ns, us, ms, s, m, h)"};
    }
    const std::string_view name = text.substr(static_cast<std::size_t>(rest - text.data()));
    if (name.empty()) {
        return Refusal{"has no unit: write \"" + std::string{text} + "ms\" or \"" + std::string{text} + "s\""};
    }
    const auto unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == name; });
    if (unit == units.end()) {
        return Refusal{"is not a whole number and one unit of ns, us, ms, s, m, h, as in \"50ms\""};
    }
    if (number > std::numeric_limits<std::int64_t>::max() / unit->ns) {
        return Refusal{"is too long"};
    }
    return protocol::Duration{number * unit->ns};
}

std::string to_text(protocol::Duration duration) {
    const Unit& unit = largest_whole(duration);
    return std::to_string(duration.count() / unit.ns).append(unit.name);
}

std::string_view unit_of(protocol::Duration duration) { return largest_whole(duration).name; }

}  // namespace bellwether::node
