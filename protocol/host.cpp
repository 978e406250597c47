#include "protocol/host.hpp"

#include <algorithm>
#include <cassert>

#include "protocol/planted.hpp"

namespace bellwether::protocol {

Host::Host(Setup given, const Durable& stored, Time start)
    : setup(std::move(given)),
      self{setup.self, stored.incarnation},
      is_voter(setup.own().voter),
      membership(is_voter ? stored.membership : single_list(setup.voters())),
      mark(membership.mark()),
      quorum(membership),
      now(start),
      liveness(self, setup.voters(), setup.params.lease),
      recovery(start,
               planted(Bug::quarantine_of_own_lease) ? setup.params.lease
                                                     : std::max(stored.largest_promise, setup.params.lease),
               stored.new_state),
      floor(stored.floor),
      largest_promise(stored.largest_promise),
      awake_since(start) {
    for (const Member& member : setup.members) {
        metadata_versions_[member.id] = metadata_version(member.metadata);
    }
}

bool Host::votes() const { return is_voter && !recovery.in_quarantine() && !recovery.is_new(); }

bool Host::is_same_membership(const MembershipMark& other) const {
    return is_voter ? other == mark : other.voters_hash == mark.voters_hash;
}

bool Host::quorum_linked() const {
    return quorum.reached(
        [&](NodeId voter) { return voter == self.node || (is_linked(voter) && liveness.find(voter)->last.votes); });
}

bool Host::quorum_linked_soon() const {
    return quorum.reached([&](NodeId voter) {
        if (voter == self.node) {
            return true;
        }
        const Heartbeat& last = liveness.find(voter)->last;
        return is_linked(voter) && (last.votes || last.quarantine || last.new_state);
    });
}

Sent Host::next_sent() {
    last_sent_ = {std::max(ns_of(now), last_sent_.value + 1)};
    return last_sent_;
}

std::uint64_t Host::write() {
    assert(is_voter);  // What an observer stored when it was a voter stays as it is.
    write_wanted_ = true;
    return last_write_ + 1;
}

std::uint64_t Host::begin_write() {
    write_wanted_ = false;
    return ++last_write_;
}

void Host::decide(Decision decision) {
    decision.self = self.node;
    actions.emplace_back(decision);
}

void Host::send_to_voters(const Message& message) {
    for (const auto& [voter, peer] : liveness.peers()) {
        send(voter, message);
    }
}

void Host::end_session(SessionId session) {
    sessions.erase(session);
    actions.emplace_back(SessionOver{session});
}

const std::vector<std::uint8_t>* Host::configured_metadata(NodeId node, std::uint32_t version) const {
    const auto known = metadata_versions_.find(node);
    return known != metadata_versions_.end() && known->second == version ? &setup.member(node).metadata : nullptr;
}

}  // namespace bellwether::protocol
