// Numbers and words of the protocol as people read them in a line.
#pragma once

#include <string>
#include <type_traits>

#include "protocol/time.hpp"
#include "protocol/types.hpp"

namespace bellwether::protocol {

// "350 us", "112 ms", "1.5 s", "29 s", "1 h": cut to the unit, with one decimal where one digit stands before it.
[[nodiscard]] std::string text(Duration duration);

// " for 112 ms more"
[[nodiscard]] inline std::string for_more(Duration left) { return " for " + text(left) + " more"; }

template <class Tag, class Rep>
[[nodiscard]] std::string text(Strong<Tag, Rep> strong) {
    return std::to_string(strong.value);
}

[[nodiscard]] inline std::string text(std::size_t count) { return std::to_string(count); }

template <class Enum>
    requires std::is_enum_v<Enum>
[[nodiscard]] std::string text(Enum value) {
    return std::string{to_string(value)};
}

}  // namespace bellwether::protocol
