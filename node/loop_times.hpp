// How punctual the loop is. A daemon that was paused (stopped, swapped out, its host suspended) says so itself.
#pragma once

#include <cstdint>
#include <vector>

#include "protocol/local_codec.hpp"
#include "protocol/time.hpp"

namespace bellwether::node {

class LoopTimes {
public:
    // A turn begins at `now`, and should have at `due` at the latest.
    void begin_turn(protocol::Time due, protocol::Time now);
    void end_turn(protocol::Time now);

    [[nodiscard]] std::vector<protocol::Counter> counters() const;

private:
    protocol::Time begin_{};
    std::uint64_t turns_ = 0;
    std::uint64_t pauses_ = 0;
    protocol::Duration longest_pause_{};
    protocol::Duration longest_lateness_{};  // Of turns that were not pauses.
    protocol::Duration longest_turn_{};
};

}  // namespace bellwether::node
