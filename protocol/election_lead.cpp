// Leading: the lease, deposition, preemption. docs/protocol.md, "The lease", "Leading" and "Preemption".
#include <algorithm>

#include "protocol/election.hpp"
#include "protocol/planted.hpp"

namespace bellwether::protocol {

Time Election::lease_until() const {
    const auto* leader = std::get_if<Leader>(&role_);
    return leader == nullptr ? long_ago : leader->lease.until(host_.quorum, host_.self.node, host_.now);
}

void Election::check_lease() {
    auto* leader = std::get_if<Leader>(&role_);
    if (leader == nullptr) {
        return;
    }
    const Time until = lease_until();
    if (host_.now < until) {
        return;
    }
    decide({.rule = Rule::lease_lost, .term = leader->term, .span = host_.now - until});
    const bool soon_after_winning = host_.now < leader->won_at + 10 * host_.params().lease;
    let_go(Reason::lease_lost);
    if (soon_after_winning) {
        fail();
    }
}

Held Election::held() const {
    const auto& leader = std::get<Leader>(role_);
    return {name_, leader.term, token_of(leader.term, leader.holder), lease_until()};
}

// A higher term does not depose a leader; a higher claim does, at once: it proves that the lease is gone. If the own
// clock disagrees, a clock is out of its bound.
void Election::depose(NodeId claimant, Term term) {
    const Duration left = lease_until() - host_.now;
    const Term own = std::get<Leader>(role_).term;
    if (left > Duration{}) {
        ++host_.clock_alarms;
        decide({.rule = Rule::clock_broken, .peer = claimant, .term = term, .other_term = own, .span = left});
    } else {
        decide({.rule = Rule::deposed, .peer = claimant, .term = term, .other_term = own});
    }
    let_go(Reason::lease_lost);
}

bool Election::leads_without_handover() const {
    const auto* leader = std::get_if<Leader>(&role_);
    return leader != nullptr && !leader->handover;
}

void Election::drive_leading(Leader& leader) {
    if (failures_ > 0 && host_.now >= leader.won_at + 10 * host_.params().lease) {
        failures_ = 0;
    }
    const bool was_handing_over = leader.handover.has_value();
    if (was_handing_over) {
        drive_handover(leader);
    }
    if (takes_sessions() && leads_without_handover() && !host_.leaving) {
        drive_holding(leader);
    }
    if (was_handing_over || !leads_without_handover()) {
        return;
    }
    if (host_.leaving) {
        hand_over_to_leave(leader);
    } else if (host_.draining() || host_.recovery.is_new()) {
        if (const NodeId heir = best_heir({}); heir != nobody && host_.now >= heard_[heir].next_handover) {
            begin_handover(heir, host_.draining() ? Reason::drain : Reason::health, {}, true, {});
        }
    } else {
        consider_preemption();
    }
}

// To whom the leadership is due, if this node has it: the best-ranked eligible linked node, if its priority is strictly
// higher, and no other.
NodeId Election::challenger() const {
    const NodeId best = best_heir({});
    if (!settings_.preempt || best == nobody) {
        return nobody;
    }
    const Priority priority = heard_.at(best).view.priority;
    const bool is_equal = priority == rank().priority && planted(Bug::preempts_equals);
    return priority > rank().priority || is_equal ? best : nobody;
}

// Once that node has acked a heartbeat sent preempt_delay or more after the link came up and it became eligible:
// measured to the last two-way proof, not to now, so that a node which flaps just under the delay gets nothing.
void Election::consider_preemption() {
    const NodeId best = challenger();
    if (best == nobody || host_.now < hold_until_) {
        return;
    }
    const Heard& heard = heard_[best];
    const Peer& peer = *host_.liveness.find(best);
    if (host_.now < heard.next_handover || peer.link_up_since == never || heard.eligible_since == never) {
        return;
    }
    const Time steady_since = std::max(peer.link_up_since, heard.eligible_since);
    const Time steady_until = planted(Bug::preempts_the_flapping) ? host_.now : at_ns(peer.echoed.value);
    if (steady_until < steady_since + settings_.preempt_delay) {
        return;
    }
    begin_handover(best, Reason::preempted, {}, false, {});
}

}  // namespace bellwether::protocol
