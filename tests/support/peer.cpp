#include "tests/support/peer.hpp"

#include <algorithm>

#include "tests/support/stage.hpp"

namespace bellwether::tests {

using namespace protocol;

Peer::Peer(Stage& stage, const Member& member) : stage_{stage} {
    heartbeat.sender = member.id;
    heartbeat.incarnation = {std::uint64_t{member.id.value} * 100 + 1};
    heartbeat.lease = stage.setup().params.lease;
    heartbeat.largest_promise = heartbeat.lease;
    heartbeat.membership = single_list(stage.setup().voters()).mark();
    heartbeat.votes = member.voter;
    view.priority = member.priority;
    view.eligible = member.voter && member.priority.value > 0 ? Eligible::yes : Eligible::no;
}

Sent Peer::next_sent() {
    // Its clock shows something else than that of the node on the stage.
    const std::uint64_t clock = ns_of(stage_.now() + id() * 17min);
    last_sent_ = {std::max(clock, last_sent_.value + 1)};
    return last_sent_;
}

void Peer::beat() {
    heartbeat.sent = next_sent();
    heartbeat.ceiling = std::max(heartbeat.ceiling, view.voted);
    heartbeat.acks.clear();
    const Sent heard = echo ? *echo : stage_.last_sent();
    if (acks && heard != Sent{}) {
        const Incarnation whose = echoed_incarnation.value_or(stage_.self().incarnation);
        heartbeat.acks.push_back({stage_.self().node, whose, heard, ceiling_of_subject});
    }
    heartbeat.elections.clear();
    if (lists_the_election) {
        heartbeat.elections.push_back(view);
    }
    stage_.hear(id(), heartbeat);
}

void Peer::stand(Stands stands, Term term) {
    view.stands = stands;
    view.term = term;
    view.heir = {};
    view.supports = instance();
    view.voted = std::max(view.voted, term);
    view.holder = stands == Stands::leading ? 1 : 0;
    view.reason = Reason::elected;
    beat();
}

void Peer::let_go(Id heir) {
    view.stands = Stands::none;
    view.term = {};
    view.heir = {heir};
    view.supports = {};
    view.holder = 0;
    beat();
}

void Peer::support(Instance whom) {
    view.supports = whom;
    beat();
}

VoteRequest Peer::vote_request(Term term, bool probe) {
    static std::uint64_t last_request = 0;
    return {.sender = heartbeat.sender,
            .incarnation = heartbeat.incarnation,
            .sent = next_sent(),
            .request = ++last_request,
            .election = {},
            .term = term,
            .priority = view.priority,
            .probe = probe};
}

void Peer::hears(const Message& message) {
    const auto* request = std::get_if<VoteRequest>(&message);
    if (request == nullptr || !answers || !is_beating) return;
    if (*answers == Verdict::granted && !request->probe) {
        view.supports = {request->sender, request->incarnation};
        view.voted = request->term;
    }
    VoteReply reply;
    reply.sender = heartbeat.sender;
    reply.request = request->request;
    reply.incarnation = request->incarnation;
    reply.election = request->election;
    reply.term = request->term;
    reply.verdict = *answers;
    reply.ack = request->sent;
    reply.voter_term = view.voted;
    stage_.hear(id(), reply);
}

}  // namespace bellwether::tests
