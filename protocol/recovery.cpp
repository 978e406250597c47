#include "protocol/recovery.hpp"

#include <algorithm>

#include "protocol/planted.hpp"

namespace bellwether::protocol {

Recovery::Recovery(Time start, Duration longest, bool new_state)
    : start_(start), longest_(longest), is_new_(new_state && !planted(Bug::new_state_ignored)) {}

void Recovery::hear_longest(Duration longest) {
    if (is_new_ && in_quarantine_ && !planted(Bug::new_state_deaf)) {
        longest_ = std::max(longest_, longest);
    }
}

bool Recovery::end_quarantine(Time now, Sent last_sent) {
    if (!in_quarantine_ || now < quarantine_until()) {
        return false;
    }
    in_quarantine_ = false;
    fresh_after_ = last_sent;
    return true;
}

void Recovery::begin_new(Time now) {
    is_new_ = true;
    in_quarantine_ = true;
    start_ = now;
}

bool Recovery::may_end_new(const Liveness& liveness, const Membership& membership, NodeId self, Time now) const {
    if (!is_new_ || in_quarantine_) {
        return false;
    }
    const auto fresh = [&](const Peer& peer) {
        return now < peer.heard_until && (peer.echoed > fresh_after_ || planted(Bug::old_echoes_suffice));
    };
    const auto is_old = [&](NodeId voter) {
        const Peer* peer = liveness.find(voter);
        return peer != nullptr && fresh(*peer) && !peer->last.new_state;
    };
    const auto is_new_as_well = [&](NodeId voter) {
        const Peer* peer = liveness.find(voter);
        return voter == self || (peer != nullptr && fresh(*peer) && peer->last.new_state && !peer->last.quarantine);
    };
    const bool meets_every_quorum = std::all_of(membership.lists.begin(), membership.lists.end(), [&](const auto& l) {
        const auto old = static_cast<std::size_t>(std::count_if(l.begin(), l.end(), is_old));
        return old >= (planted(Bug::one_old_voter_suffices) ? 1 : l.size() - majority_of(l.size()) + 1);
    });
    return meets_every_quorum || Quorum{membership}.reached(is_new_as_well);
}

Term Recovery::floor_for_end(const Liveness& liveness) const {
    if (planted(Bug::no_floor_after_new_state)) return {};
    Term highest = own_ceiling_;
    for (const auto& [id, peer] : liveness.peers()) {
        highest = std::max(highest, peer.ceiling);
    }
    return highest;
}

void Recovery::end_new(Time now, Duration lease) {
    is_new_ = false;
    show_until_ = planted(Bug::new_state_shown_no_more) ? now : now + lease;
}

Time Recovery::next_deadline(Time now) const {
    Time next = in_quarantine_ ? quarantine_until() : never;
    if (show_until_ > now) {
        next = std::min(next, show_until_);
    }
    return next;
}

}  // namespace bellwether::protocol
