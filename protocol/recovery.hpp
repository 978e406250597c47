// After a start a voter may have forgotten something: a promise (quarantine), or votes (new state). Until that can
// do no harm any more it does not vote. docs/protocol.md, "Quarantine" and "New state".
#pragma once

#include "protocol/liveness.hpp"
#include "protocol/planted.hpp"
#include "protocol/quorum.hpp"
#include "protocol/time.hpp"
#include "protocol/types.hpp"

namespace bellwether::protocol {

class Recovery {
public:
    // `longest` is the largest D of a promise that may still run; the quarantine lasts that long from `start`.
    Recovery(Time start, Duration longest, bool new_state);

    [[nodiscard]] bool in_quarantine() const { return in_quarantine_; }
    [[nodiscard]] Time quarantine_until() const { return planted(Bug::no_quarantine) ? start_ : start_ + longest_; }
    [[nodiscard]] bool is_new() const { return is_new_; }
    // Goes on for D after the new state has ended, so that others at their first boot can count this voter.
    [[nodiscard]] bool shows_new(Time now) const { return is_new_ || now < show_until_; }

    // A voter of new state has forgotten which D it promised: it waits for the largest it hears of.
    void hear_longest(Duration longest);

    // Ends the quarantine when its time has come; echoes count from `last_sent` on. True in the step that ends it.
    [[nodiscard]] bool end_quarantine(Time now, Sent last_sent);

    // This state turns out to be a copy or a restored backup.
    void begin_new(Time now);

    // A peer knows a ceiling of this node's earlier lives.
    void hear_own_ceiling(Term ceiling) { own_ceiling_ = std::max(own_ceiling_, ceiling); }

    // Enough voters have been heard to end the new state: of old state so many that they meet every quorum, or a
    // quorum at the first boot of the mesh.
    [[nodiscard]] bool may_end_new(const Liveness& liveness, const Membership& membership, NodeId self, Time now) const;

    // What the floor must be raised to with it: the highest ceiling of anyone heard, earlier selves included.
    [[nodiscard]] Term floor_for_end(const Liveness& liveness) const;

    // The commit that ends it is on disk.
    void end_new(Time now, Duration lease);

    [[nodiscard]] Time next_deadline(Time now) const;

private:
    Time start_;
    Duration longest_;
    bool in_quarantine_ = true;
    Sent fresh_after_{};  // Echoes must be of something sent after the quarantine.
    bool is_new_;
    Time show_until_ = long_ago;
    Term own_ceiling_{};

    friend struct Inspector;
};

}  // namespace bellwether::protocol
