// What comes in from peers and people. Outside is refused, and counted; nothing of it is asserted.
#include <algorithm>
#include <utility>

#include "protocol/codec.hpp"
#include "protocol/node.hpp"
#include "protocol/planted.hpp"

namespace bellwether::protocol {

bool Node::is_newest(NodeId sender, Incarnation incarnation) const {
    const Peer* peer = host_.liveness.find(sender);
    return peer != nullptr && peer->last.incarnation == incarnation;
}

void Node::on(const Received& received) {
    const NodeId sender = sender_of(received.message);
    if (sender != received.from || sender == host_.self.node || host_.setup.find(sender) == nullptr) {
        ++refused_;
        return;
    }
    if (const auto* heartbeat = std::get_if<Heartbeat>(&received.message)) {
        hear(*heartbeat);
    } else if (const auto* request = std::get_if<VoteRequest>(&received.message)) {
        on_vote_request(*request, received.route);
    } else if (const auto* reply = std::get_if<VoteReply>(&received.message)) {
        Election* election = find(reply->election);
        if (election != nullptr && reply->incarnation == host_.self.incarnation && host_.membership.has(sender)) {
            election->on_reply(*reply);
        }
    } else if (const auto* transfer = std::get_if<Transfer>(&received.message)) {
        Election* election = find(transfer->election);
        if (election != nullptr && is_newest(sender, transfer->incarnation)) {
            election->on_transfer(*transfer);
        }
    } else if (const auto* question = std::get_if<Request>(&received.message)) {
        on_request(*question, received.route);
    } else if (const auto* response = std::get_if<Response>(&received.message)) {
        if (response->incarnation != host_.self.incarnation) {
            return;
        }
        if (Election* election = find(response->election)) {
            election->on_response(*response);
        }
    }
}

void Node::hear(const Heartbeat& heartbeat) {
    const Peer* before = host_.liveness.find(heartbeat.sender);
    if (before == nullptr || !host_.liveness.is_news(heartbeat)) {
        return;
    }
    if (const Ack* ack = ack_for(host_.self, heartbeat); ack != nullptr && ack->heard > host_.last_sent()) {
        ++refused_;  // An echo of what was never said.
        return;
    }
    const bool same_voters = host_.is_same_membership(heartbeat.membership);
    if (!same_voters && before->last.membership != heartbeat.membership) {
        host_.decide({.rule = Rule::membership_differs, .peer = heartbeat.sender});
    }
    host_.recovery.hear_longest(heartbeat.largest_promise);
    // A D above the durable largest is acked only once that is on disk.
    const Duration allowed = std::min(largest_on_disk_, host_.largest_promise);
    const bool may_promise = !host_.is_voter || heartbeat.lease <= allowed || planted(Bug::promises_before_disk);
    if (host_.is_voter && heartbeat.lease > host_.largest_promise) {
        host_.decide({.rule = Rule::promise_longer,
                      .peer = heartbeat.sender,
                      .span = heartbeat.lease,
                      .other_span = host_.largest_promise});
        host_.largest_promise = heartbeat.lease;
        largest_write_ = host_.write();
    }
    host_.liveness.hear(host_.now, heartbeat, same_voters && may_promise);
    if (same_voters) {
        notice_copy(heartbeat);
        tell_elections(heartbeat);
    }
}

// A complete heartbeat: an election not listed is one in which the sender neither stands nor supports.
void Node::tell_elections(const Heartbeat& heartbeat) {
    for (const ElectionView& view : heartbeat.elections) {
        if (view.stands != Stands::none) {
            (void)find_or_create(view.name);
        }
    }
    for (auto& [name, election] : elections_) {
        const auto listed =
            std::lower_bound(heartbeat.elections.begin(), heartbeat.elections.end(), name,
                             [](const ElectionView& view, const ElectionName& n) { return view.name < n; });
        const bool is_listed = listed != heartbeat.elections.end() && listed->name == name;
        election.hear(heartbeat, is_listed ? *listed : ElectionView{});
    }
}

// Peers echo the newest incarnation and the highest ceiling they ever heard of this node. More than its own: the state
// is a clone of another life, or a restored backup.
void Node::notice_copy(const Heartbeat& heartbeat) {
    if (!host_.is_voter) {
        return;
    }
    for (const Ack& ack : heartbeat.acks) {
        if (ack.peer != host_.self.node) {
            continue;
        }
        host_.recovery.hear_own_ceiling(ack.ceiling);
        const bool is_copy = ack.incarnation > host_.self.incarnation || ack.ceiling > ceiling();
        if (is_copy && !host_.recovery.is_new()) {
            host_.decide(
                {.rule = Rule::state_is_copy, .peer = heartbeat.sender, .term = ack.ceiling, .other_term = ceiling()});
            host_.recovery.begin_new(host_.now);
            host_.write();
        }
    }
}

void Node::on_vote_request(const VoteRequest& request, Route route) {
    if (!host_.is_voter) {
        return;
    }
    // Only a voter that is heard makes an election known: a stranger's word must not fill the table.
    const bool is_heard = is_newest(request.sender, request.incarnation) &&
                          host_.liveness.hears({request.sender, request.incarnation}, host_.now);
    Election* election = is_heard ? find_or_create(request.election) : find(request.election);
    if (election != nullptr) {
        election->on_request(request, route);
        return;
    }
    host_.send(request.sender,
               VoteReply{.sender = host_.self.node,
                         .request = request.request,
                         .incarnation = request.incarnation,
                         .election = request.election,
                         .term = request.term,
                         .verdict = is_heard ? Verdict::limit : Verdict::not_standing},
               route);
}

void Node::on_request(const Request& request, Route route) {
    Response response{.sender = host_.self.node,
                      .request = request.request,
                      .incarnation = request.incarnation,
                      .election = request.election,
                      .done = false,
                      .reason = "unknown",
                      .text = {},
                      .metadata = {}};
    Election* election = find(request.election);
    if (request.kind == RequestKind::metadata) {
        const std::vector<std::uint8_t>* metadata =
            election == nullptr ? host_.configured_metadata(host_.self.node, request.metadata_version)
                                : election->own_metadata(request.metadata_version);
        response.done = metadata != nullptr;
        if (response.done) {
            response.reason.clear();
            response.metadata = *metadata;
        }
        host_.send(request.sender, response, route);
        return;
    }
    if (election == nullptr) {
        response.text = "the leader's node does not know this election";
        host_.send(request.sender, response, route);
        return;
    }
    election->transfer(request.target, request.hold_ms * 1ms,
                       {.command = 0,
                        .peer = request.sender,
                        .incarnation = request.incarnation,
                        .request = request.request,
                        .route = route});
}

void Node::on(const Command& command) {
    const auto refuse = [&](const char* reason, const char* text) {
        host_.actions.emplace_back(Answer{command.id, false, reason, text});
    };
    switch (command.kind) {
        case CommandKind::shutdown:
            host_.leaving = true;
            host_.publish_within({});
            host_.decide({.rule = Rule::leaving});
            return;
        case CommandKind::undrain:
            host_.drained_until = long_ago;
            for (const std::uint64_t drain : std::exchange(drain_commands_, {})) {
                host_.actions.emplace_back(Answer{drain, false, "undrained", "the drain was ended before it was done"});
            }
            host_.actions.emplace_back(Answer{command.id, true, "", "not drained"});
            return;
        case CommandKind::drain:
            host_.drained_until = host_.now + command.hold;
            drain_commands_.push_back(command.id);
            return;
        case CommandKind::stepdown:
        case CommandKind::transfer: break;
    }
    Election* election = find(command.election);
    if (election == nullptr) {
        refuse("unknown_election", "this node knows no such election");
    } else if (command.kind == CommandKind::stepdown) {
        election->step_down(command.target, command.hold, {.command = command.id});
    } else if (election->is_leading()) {
        election->transfer(command.target, command.hold, {.command = command.id});
    } else {
        election->pass_on_transfer(command.target, command.hold, command.id);
    }
}

// Answered when nothing is led any more; a leader without an able heir keeps leading, and says so.
void Node::finish_drain() {
    if (drain_commands_.empty()) {
        return;
    }
    const bool leads_on = std::any_of(elections_.begin(), elections_.end(),
                                      [](const auto& e) { return e.second.leads_without_handover(); });
    const bool settled =
        std::all_of(elections_.begin(), elections_.end(), [](const auto& e) { return e.second.is_settled(); });
    if (!settled && !leads_on) {
        return;
    }
    for (const std::uint64_t drain : std::exchange(drain_commands_, {})) {
        host_.actions.emplace_back(
            settled ? Answer{drain, true, "", "drained: this node leads nothing"}
                    : Answer{drain, false, "no_heir", "no node was able to follow: this one leads on until one is"});
    }
}

void Node::leave() {
    const auto is_settled = [](const auto& e) { return e.second.is_settled(); };
    if (host_.leaving && !left_ && std::all_of(elections_.begin(), elections_.end(), is_settled)) {
        left_ = true;
        host_.actions.emplace_back(Left{});
    }
}

Status Node::status(Time now) const {
    const auto left = [&](Time until) { return until > now ? until - now : Duration{}; };
    Status status{
        .cluster = host_.setup.cluster,
        .self = host_.self.node,
        .name = host_.setup.own().name,
        .voter = host_.is_voter,
        .priority = host_.setup.own().priority,
        .incarnation = host_.self.incarnation,
        .now = now,
        .heartbeat = host_.params().heartbeat,
        .lease = host_.params().lease,
        .votes = host_.votes(),
        .quarantine_left = host_.recovery.in_quarantine() ? left(host_.recovery.quarantine_until()) : Duration{},
        .new_state = host_.recovery.is_new(),
        .draining = host_.draining(),
        .leaving = host_.leaving,
        .voters = host_.quorum.voters(),
        .quorum = host_.quorum.needed(),
        .quorum_linked = host_.quorum_linked(),
        .config_hash = host_.setup.config_hash,
        .membership = host_.mark,
        .floor = host_.floor,
        .clock_alarms = host_.clock_alarms,
        .refused_messages = refused_};
    status.linked = host_.votes() ? 1 : 0;
    for (const auto& [name, election] : elections_) {
        status.elections.push_back(election.status(now));
    }
    for (const auto& [id, peer] : host_.liveness.peers()) {
        const Member& member = host_.setup.member(id);
        PeerStatus seen{.id = id,
                        .name = member.name,
                        .voter = member.voter,
                        .priority = member.priority,
                        .incarnation = peer.last.incarnation,
                        .link_up = now < host_.liveness.link_until(peer),
                        .round_trip = peer.round_trip,
                        .votes = peer.last.votes,
                        .quarantine = peer.last.quarantine,
                        .new_state = peer.last.new_state,
                        .leaving = peer.last.leaving,
                        .same_membership = host_.is_same_membership(peer.last.membership),
                        .same_config = peer.last.config_hash == host_.setup.config_hash};
        if (peer.heard_until != long_ago) {
            seen.heard_ago = now - (peer.heard_until - peer.last.lease);
        }
        for (const Ack& ack : peer.last.acks) {
            seen.hears.push_back(ack.peer);
        }
        status.linked += seen.link_up && seen.votes ? 1U : 0U;
        status.peers.push_back(std::move(seen));
    }
    return status;
}

}  // namespace bellwether::protocol
