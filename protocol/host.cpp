#include "protocol/host.hpp"

#include <algorithm>

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
      largest_promise(stored.largest_promise) {
    for (const Member& member : setup.members) {
        metadata_[member.id].version = metadata_version(member.metadata);
        metadata_[member.id].bytes = member.metadata;
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

const std::vector<std::uint8_t>* Host::metadata_of(NodeId node, std::uint32_t version, const ElectionName& election) {
    static const std::vector<std::uint8_t> empty;
    if (version == 0) {
        return &empty;
    }
    KnownMetadata& known = metadata_[node];
    if (known.version == version) {
        return &known.bytes;
    }
    if (node != self.node && (known.asked_at == long_ago || now >= known.asked_at + idle_announcement)) {
        known.asked = next_request();
        known.asked_version = version;
        known.asked_at = now;
        send(node, Request{.sender = self.node,
                           .incarnation = self.incarnation,
                           .request = known.asked,
                           .election = election,
                           .kind = RequestKind::metadata,
                           .metadata_version = version});
    }
    return nullptr;
}

void Host::keep_metadata(NodeId node, std::uint64_t request, std::vector<std::uint8_t> metadata) {
    KnownMetadata& known = metadata_[node];
    if (request == known.asked && metadata.size() <= max_metadata) {
        known.asked = 0;
        known.version = known.asked_version;
        known.bytes = std::move(metadata);
    }
}

}  // namespace bellwether::protocol
