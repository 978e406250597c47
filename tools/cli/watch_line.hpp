// A piece of news as a line: for people, or for programs.
#pragma once

#include <string>
#include <string_view>

#include "client/watch.hpp"

namespace bellwether::cli {

// "14:03:22.123  default  alpha leads, token 12000, preempted  <- this host"
[[nodiscard]] std::string line_for_people(const client::News& news, std::string_view time_of_day);

// The announcement as it came, as JSON, with `received_ns` added: CLOCK_BOOTTIME when it was here. Silence has no
// announcement: it is said as one of nobody, with `"silent":true`. Empty if the frame is no msgpack map.
[[nodiscard]] std::string line_for_programs(const client::News& news);

// Local time with milliseconds: "14:03:22.123".
[[nodiscard]] std::string time_of_day();

}  // namespace bellwether::cli
