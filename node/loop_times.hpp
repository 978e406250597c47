// How punctual the loop is. A daemon that was paused (stopped, swapped out, its host suspended) says so itself.
#pragma once

#include <cstdint>
#include <vector>

#include "protocol/local_codec.hpp"
#include "protocol/time.hpp"

namespace bellwether::node {

class LoopTimes {
public:
    // A turn begins at `now`, and should have at `due` at the latest. `worked` is what the thread has had of a
    // processor: on a busy host a turn takes longer than its work, as it waits for one.
    void begin_turn(protocol::Time due, protocol::Time now, protocol::Duration worked);
    void end_turn(protocol::Time now, protocol::Duration worked);

    [[nodiscard]] std::vector<protocol::Counter> counters() const;

private:
    protocol::Time begin_{};
    protocol::Duration worked_before_{};
    std::uint64_t turns_ = 0;
    std::uint64_t pauses_ = 0;
    protocol::Duration longest_pause_{};
    protocol::Duration longest_lateness_{};  // Of turns that were not pauses.
    protocol::Duration longest_turn_{};
    protocol::Duration longest_work_{};  // Of a turn.
};

}  // namespace bellwether::node
