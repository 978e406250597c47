// The clock in which announcements count: CLOCK_BOOTTIME, the same for every process of a host and going on while the
// host sleeps.
#pragma once

#include <ctime>

#include "protocol/time.hpp"

namespace bellwether::client {

[[nodiscard]] inline protocol::Time now() {
    timespec value{};
    clock_gettime(CLOCK_BOOTTIME, &value);
    return protocol::Time{std::chrono::seconds{value.tv_sec} + std::chrono::nanoseconds{value.tv_nsec}};
}

}  // namespace bellwether::client
