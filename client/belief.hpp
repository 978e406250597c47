// What may be believed of one election's leader: the newest announcement of one node, for as long as it is fresh.
// Pure: the time is handed in.
#pragma once

#include <cstdint>
#include <optional>

#include "protocol/local_messages.hpp"
#include "protocol/time.hpp"

namespace bellwether::client {

// Who has heard nothing for this long knows of no leader: a daemon repeats itself at least once a second.
inline constexpr protocol::Duration silence_limit = std::chrono::seconds{3};

class Belief {
public:
    enum class Effect : std::uint8_t {
        changed,   // Who leads, its token, why, or whether that is known is not what it was.
        repeated,  // The same again, and fresh.
        outdated,  // Older than what is known already: dropped.
    };
    Effect hear(const protocol::Announcement& announcement, protocol::Time now);

    // True once, when what was believed has to be believed no more.
    bool expire(protocol::Time now);

    // When expire() will have something to say; `never` if nothing is believed.
    [[nodiscard]] protocol::Time until() const;

    // Somebody leads, and it was said lately enough. Call expire() first.
    [[nodiscard]] bool is_known() const { return fresh_ && !last_->leader.empty(); }

    // This host leads and a process of it may act as the leader at `now`. False as well where `now` lies before the
    // announcement: then the two clocks are not one, and a deadline of the one means nothing to the other.
    [[nodiscard]] bool may_act(protocol::Time now) const;

    // The newest announcement, believed or not; null before the first.
    [[nodiscard]] const protocol::Announcement* last() const { return last_ ? &*last_ : nullptr; }

private:
    std::optional<protocol::Announcement> last_;
    protocol::Time heard_{};
    bool fresh_{};
};

}  // namespace bellwether::client
