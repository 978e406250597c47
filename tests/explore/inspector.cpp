#include "tests/explore/inspector.hpp"

#include <algorithm>
#include <variant>

namespace bellwether::protocol {

using explore::Canon;

std::uint64_t Inspector::fingerprint(const StateMachine& machine, const explore::Setting& setting, std::uint32_t at) {
    Canon out{setting, at, machine.node_->host_.now};
    describe(out, *machine.node_);
    return out.value();
}

void Inspector::wake_all(StateMachine& machine) {
    for (auto& [name, election] : machine.node_->elections_) {
        election.wake();
    }
}

// A write that is done is like none; the others differ by their order alone.
void Inspector::describe_write(Canon& out, std::uint64_t write, const Host& host) {
    out.add(host.is_stored(write) ? 0 : 1 + host.last_write_ - write);
}

void Inspector::describe(Canon& out, const Node& node) {
    const Host& host = node.host_;
    // `refused` is told to people only.
    const auto& [largest_write, largest_on_disk, floor_write, floor_on_disk, new_state_write, published_at, shown_votes,
                 shown_new, drain_commands, left, refused] = static_cast<const NodeState&>(node);
    describe(out, host);
    describe_write(out, largest_write, host);
    out.add(largest_on_disk);
    describe_write(out, floor_write, host);
    out.add(floor_on_disk);
    describe_write(out, new_state_write, host);
    out.since(published_at, host.params().heartbeat);
    out.add(shown_votes);
    out.add(shown_new);
    out.add(drain_commands.size());
    for (const std::uint64_t command : drain_commands) {
        out.add(command);
    }
    out.add(left);
    for (const auto& [name, election] : node.elections_) {
        describe(out, static_cast<const ElectionState&>(election), host);
    }
}

void Inspector::describe(Canon& out, const Host& host) {
    // `now` is what the rest is relative to; `actions` are done; `seq` orders what is said and decides nothing. What a
    // node is told at its start never changes. The elections have the sessions.
    const auto& [setup, self, is_voter, membership, mark, quorum, now, liveness, recovery, floor, largest_promise,
                 drained_until, leaving, clock_alarms, last_forgotten_seq, sessions, awake_since, actions, publish_by,
                 last_sent, last_request, last_write, stored_write, write_wanted, metadata_versions] = host;
    out.add(self);
    describe(out, liveness, recovery.is_new());
    describe(out, recovery, self.node);
    out.add(floor);
    out.add(largest_promise);
    out.until(drained_until);
    out.add(leaving);
    if (!sessions.empty()) out.since(awake_since, setup.session_timeout);
    out.until(publish_by);
    out.sent(self.node, last_sent);
    out.add(last_request);
    out.add(last_write - stored_write);
    out.add(write_wanted);
}

void Inspector::describe(Canon& out, const Liveness& liveness, bool is_new) {
    const auto& [self, lease, peers] = liveness;
    for (const auto& [id, peer] : peers) {
        describe(out, peer, self.node, is_new);
    }
}

void Inspector::describe(Canon& out, const Peer& peer, NodeId self, bool is_new) {
    // `round_trip` is told to people only.
    const auto& [last, heard_until, heard, earlier_promises, ceiling, echoed, round_trip, broken_at, link_was_up,
                 link_up_since] = peer;
    // Of the last heartbeat nothing else is looked at again: its views are kept by the elections, its acks in `echoed`.
    out.add(last.sender);
    out.add(last.incarnation);
    out.sent(last.sender, last.sent);
    out.add(last.lease);
    out.add(last.votes);
    out.add(last.quarantine);
    out.add(last.new_state);
    out.until(heard_until);
    out.sent(last.sender, heard);
    for (const Peer::Promise& promise : earlier_promises) {
        if (out.is_past(promise.until)) continue;
        out.add(promise.to);
        out.add(promise.lease);
        out.until(promise.until);
    }
    out.add(ceiling);
    // Only the end of a new state tells old echoes apart.
    is_new ? out.exact(self, echoed) : out.sent(self, echoed);
    out.sent(self, broken_at);
    out.add(link_was_up);
    out.since(link_up_since, out.setting().old);
}

void Inspector::describe(Canon& out, const Recovery& recovery, NodeId self) {
    const auto& [start, longest, in_quarantine, fresh_after, is_new, show_until, own_ceiling] = recovery;
    out.add(in_quarantine);
    out.until(in_quarantine ? start + longest : long_ago);
    out.add(longest);
    out.add(is_new);
    out.exact(self, is_new ? fresh_after : Sent{});
    out.until(show_until);
    out.add(own_ceiling);
}

void Inspector::describe(Canon& out, const ElectionState& election, const Host& host) {
    const Params& params = host.params();
    // Name and settings never change; `last_event` matters only where an election can be forgotten; four are counts for
    // people, of which the last rises with what the checker has seen; `looks` and `due` only save work.
    const auto& [name, settings, declared, asked_in_vain, term, vote, vote_write, disk_term, binding, role, waiting,
                 heard, highest_term, timeout, may_since, failures, cool_until, ineligible_until, heir_wait_until,
                 called, probe, departed, hold_until, passed_on, sessions, fetched, shown, announced_at, announced,
                 highest_claim, claims, parted, parting, absence, told_role, told_leader, told_token, last_leader,
                 last_event, campaigns, wins, leader_changes, announcements, looks, due] = election;
    out.add(asked_in_vain);
    out.add(term);
    out.add(vote);
    describe_write(out, vote_write, host);
    out.add(disk_term);
    out.maybe(binding, [&](const Binding& b) {
        out.add(b.to);
        out.sent(b.to.node, b.message);
        describe_write(out, b.write, host);
    });
    out.add(role.index());
    if (const auto* candidate = std::get_if<Candidate>(&role)) describe(out, *candidate, host);
    if (const auto* leader = std::get_if<Leader>(&role)) describe(out, *leader, host);
    for (const WaitingReply& reply : waiting) {
        describe_write(out, reply.write, host);
        out.add(reply.request);
    }
    out.add(heard.size());
    for (const auto& [id, one] : heard) {
        describe(out, one, id, out.setting().old + settings.preempt_delay);
    }
    out.add(highest_term);
    out.add(timeout);
    out.maybe(may_since, [&](Time since) {
        out.since(since, static_cast<std::int64_t>(host.setup.members.size()) * params.campaign_timeout);
    });
    out.add(std::min(failures, failures_before_cooldown + 2));
    out.until(cool_until);
    out.until(ineligible_until);
    out.until(heir_wait_until);
    out.maybe(called, [&](const Call& call) {
        out.add(call.leader);
        out.add(call.reason);
        out.add(call.hold);
    });
    out.maybe(probe, [&](const Probe& p) {
        out.add(p.leader);
        out.add(p.transfer);
        out.add(p.request);
        out.until(p.deadline);
        describe(out, p.tally);
    });
    out.maybe(departed, [&](const Departed& d) {
        out.add(d.heir);
        out.add(d.reason);
        out.until(d.until);
        out.until(d.hold_until);
        describe(out, d.requester);
    });
    out.until(hold_until);
    out.add(passed_on.size());
    describe(out, sessions, host.setup);
    out.add(shown);
    out.since(announced_at, std::max<Duration>(params.heartbeat, idle_announcement));
    // A new announcement is compared with these of the last.
    out.maybe(announced, [&](const Announcement& said) {
        out.add(said.leader_id);
        out.add(said.is_leader);
        out.add(said.token);
        out.add(said.reason);
    });
    out.add(highest_claim);
    for (const auto& [id, claim] : claims) {
        out.add(id);
        out.add(claim.first);
        out.add(claim.second);
    }
    out.add(parted);
    out.maybe(parting, [&](Reason reason) { out.add(reason); });
    out.add(absence);
    out.add(told_role);
    out.add(told_leader);
    out.add(told_token);
    out.add(last_leader);
    out.since(declared ? long_ago : last_event, forget_after);
}

void Inspector::describe(Canon& out, const Heard& heard, NodeId sender, Duration longest) {
    const auto& [incarnation, sent, view, taken, eligible_since, next_handover, handover_wait] = heard;
    out.add(sender);
    out.add(incarnation);
    out.sent(sender, sent);
    out.add(view);
    out.add(taken);
    out.since(eligible_since, longest);
    out.until(next_handover);
    out.add(handover_wait);
}

void Inspector::describe(Canon& out, const Candidate& candidate, const Host& host) {
    const auto& [term, lease, request, write, own_vote_counted, deadline, tally, is_heir, reason, hold, asked_at] =
        candidate;
    out.add(term);
    describe(out, lease, host.self.node);
    out.add(request);
    describe_write(out, write, host);
    out.add(own_vote_counted);
    out.until(deadline);
    describe(out, tally);
    out.add(is_heir);
    out.add(reason);
    out.add(hold);
    for (const auto& [voter, asked] : asked_at) {
        out.add(voter);
        out.since(asked, heir_asks_again);
    }
}

void Inspector::describe(Canon& out, const Leader& leader, const Host& host) {
    const auto& [term, lease, holder, has_held, won_at, reason, valid_until, believed_until, handover] = leader;
    out.add(term);
    describe(out, lease, host.self.node);
    out.add(holder);
    out.add(has_held);
    out.since(won_at, 10 * host.params().lease);
    out.add(reason);
    out.until(valid_until);
    out.until(believed_until);
    out.maybe(handover, [&](const HandOver& h) { describe(out, h); });
}

// What they say of themselves is for people.
void Inspector::describe(Canon& out, const Sessions& sessions, const Setup& setup) {
    const Duration timeout = setup.session_timeout;
    const auto& [queue, holder, heard_since] = sessions;
    const auto describe_one = [&](const Session& session) {
        out.add(session.id);
        out.add(session.priority);
        out.add(session.forks);
        out.since(session.heard_at, timeout);
    };
    out.add(queue.size());
    for (const Session& session : queue) {
        describe_one(session);
    }
    out.since(heard_since, timeout);
    out.maybe(holder, [&](const Holder& one) {
        describe_one(one.session);
        out.add(one.token);
        out.until(one.valid_until);
        out.since(one.told_at, setup.params.heartbeat);
        out.until(one.stop_by);
        out.add(one.end);
        out.add(one.killed);
    });
}

void Inspector::describe(Canon& out, const HandOver& handover) {
    const auto& [heir, reason, phase, deadline, request, hold, tried, any_heir, requester] = handover;
    out.add(heir);
    out.add(reason);
    out.add(phase);
    out.until(deadline);
    out.add(request);
    out.add(hold);
    out.add(tried.size());
    for (const NodeId node : tried) {
        out.add(node);
    }
    out.add(any_heir);
    describe(out, requester);
}

void Inspector::describe(Canon& out, const Requester& requester) {
    const auto& [command, peer, incarnation, request, route] = requester;
    out.add(command);
    out.add(peer);
    out.add(incarnation);
    out.add(request);
    out.add(route);
}

void Inspector::describe(Canon& out, const Lease& lease, NodeId self) {
    const auto& [since, counted, echoes] = lease;
    out.sent(self, since);
    out.add(echoes.size());
    for (const auto& [voter, echo] : echoes) {
        out.add(voter);
        out.sent(self, echo);
    }
}

void Inspector::describe(Canon& out, const Tally& tally) {
    const auto& [verdicts] = tally;
    out.add(verdicts.size());
    for (const auto& [voter, verdict] : verdicts) {
        out.add(voter);
        out.add(verdict);
    }
}

// All that later steps are compared with. What was a probe is seen by its answer, too.
std::uint64_t Inspector::fingerprint(const Invariants& invariants, const explore::Setting& setting, std::uint32_t at) {
    Canon out{setting, at, {}};
    const auto& [clocks_are_in_bounds, restarts_hear_no_past, voters, report, leaderships, present, elections, voted,
                 on_disk, disks, probes] = invariants;
    for (const auto& [name, watched] : elections) {
        describe(out, watched, leaderships, at);
    }
    for (const Invariants::Present& one : present) {
        out.add(one.leader);
        out.add(leaderships[one.index].term);
    }
    for (const auto& [voter, votes] : voted) {
        out.add(voter);
        for (const auto& [term, vote] : votes) {
            out.add(term.second);
            out.add(vote.to);
            out.add(vote.disk);
        }
    }
    for (const auto& [node, record] : on_disk) {
        out.add(node);
        out.add(record);
    }
    for (const auto& [node, replaced] : disks) {
        out.add(node);
        out.add(replaced);
    }
    return out.value();
}

// Numbers of announcements rise with the machine that makes them, and nobody writes to a resource here.
void Inspector::describe(Canon& out, const Invariants::Watched& watched, const std::vector<Leadership>& leaderships,
                         std::uint32_t at) {
    const auto& [beliefs, by_token, granted, last_seq, last_said, highest_written, highest_writer] = watched;
    for (const Invariants::Belief& belief : beliefs) {
        const Time now = out.setting().local(belief.node.node, at);
        if (Invariants::latest(belief) <= now) continue;
        out.add(belief.node);
        out.add(std::max<Duration>(belief.lease - now, {}));
        out.add(std::max<Duration>(belief.announced - now, {}));
        for (const auto& [session, until] : belief.sessions) {
            out.add(session);
            out.add(std::max<Duration>(until - now, {}));
        }
    }
    out.add(granted.size());
    for (const auto& [token, index] : by_token) {
        out.add(token);
        out.add(leaderships[index].leader);
    }
    for (const auto& [speaker, said] : last_said) {
        out.add(speaker);
        out.add(said.token);
    }
}

}  // namespace bellwether::protocol
