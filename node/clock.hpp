// Time as the protocol knows it: CLOCK_BOOTTIME, which goes on through a suspend and is never set.
#pragma once

#include "node/descriptor.hpp"
#include "protocol/time.hpp"

namespace bellwether::node {

[[nodiscard]] protocol::Time clock_now();

// For how long the calling thread has had a processor.
[[nodiscard]] protocol::Duration time_worked();

// Becomes readable at a moment of that clock, to be polled.
class Alarm {
public:
    Alarm();  // Throws std::runtime_error.

    [[nodiscard]] int fd() const { return timer_.get(); }

    // Replaces what was set before; protocol::never switches it off. A moment that has passed rings at once.
    void set(protocol::Time time);

    // Takes note of a ring, so that it is not readable any more.
    void silence();

private:
    Descriptor timer_;
    protocol::Time set_to_ = protocol::never;
};

}  // namespace bellwether::node
