// Judging requests. docs/protocol.md, "Granting".
#include <algorithm>

#include "protocol/election.hpp"
#include "protocol/planted.hpp"

namespace bellwether::protocol {

// The first rule that stands in the way names the reply. There is no veto of the better-ranked: a node that hears
// but cannot win must not be able to block.
Verdict Election::judge(const VoteRequest& request, Instance candidate) const {
    const Peer* peer = host_.liveness.find(candidate.node);
    if (peer == nullptr || !host_.membership.has(candidate.node)) {
        return Verdict::membership;
    }
    const bool is_newest = peer->instance() == candidate;
    if (is_newest && peer->last.membership != host_.mark) {
        return Verdict::membership;
    }
    if (host_.recovery.in_quarantine()) {
        return Verdict::quarantine;  // It may have forgotten a promise.
    }
    if (host_.recovery.is_new()) {
        return Verdict::new_state;  // It may have forgotten a vote.
    }
    if (!is_newest || !host_.liveness.hears(candidate, host_.now)) {
        return Verdict::not_standing;  // Of an earlier life nothing is heard any more, though its promise may run.
    }
    if (request.probe) {
        return Verdict::granted;  // As if it were free; nothing is learnt from a probe's term.
    }
    // Whichever was sent later, the newest heartbeat or this request, shows whether it still stands.
    const auto heard = heard_.find(candidate.node);
    const bool heartbeat_is_newer = heard != heard_.end() && heard->second.sent > request.sent;
    if (heartbeat_is_newer && (heard->second.view.stands == Stands::none || heard->second.view.term != request.term)) {
        return Verdict::not_standing;
    }
    if (request.term < term_ && !planted(Bug::grants_older_terms)) {
        return Verdict::stale_term;
    }
    if (request.term == term_ && vote_ != candidate && !planted(Bug::votes_twice_in_a_term)) {
        return Verdict::voted;
    }
    if (planted(Bug::better_voter_vetoes) && rank() > Rank{request.priority, candidate.node}) return Verdict::voted;
    const bool may_bind = is_free() || binding_->to == candidate ||
                          (planted(Bug::bound_voter_grants) && std::holds_alternative<Follower>(role_));
    return may_bind ? Verdict::granted : Verdict::bound;
}

void Election::on_request(const VoteRequest& request, Route route) {
    const Instance candidate{request.sender, request.incarnation};
    const auto heard = heard_.find(candidate.node);
    const bool is_news = heard != heard_.end() && heard->second.incarnation == candidate.incarnation &&
                         request.sent > heard->second.sent;
    if (is_news && !request.probe) {
        heard->second.taken = true;  // It is bound to itself, and its heartbeat that says so is still on its way.
        yield_to(candidate.node, Stands::campaigning, request.term, request.priority);
    }
    const Verdict verdict = judge(request, candidate);
    if (!request.probe) {
        highest_term_ = std::max(highest_term_, request.term);
        last_event_ = host_.now;
    }
    Duration left{};
    if (verdict == Verdict::bound && binding_->to != host_.self) {
        left = host_.liveness.promised_until(binding_->to) - host_.now;
    } else if (verdict == Verdict::quarantine) {
        left = host_.recovery.quarantine_until() - host_.now;
    }
    decide({.rule = request.probe ? Rule::probe_judged : Rule::vote_judged,
            .peer = request.sender,
            .term = request.term,
            .other_term = term_,
            .span = left,
            .verdict = verdict,
            .other = binding_ ? binding_->to.node : nobody});
    if (verdict != Verdict::granted || request.probe) {
        asked_in_vain_ = asked_in_vain_ || (verdict == Verdict::bound && !request.probe);
        reply(request, verdict, route);
        return;
    }
    // Bound in memory at the judgement; the reply waits for the disk and is sent only if the voter is still bound so.
    host_.liveness.hear_request(host_.now, candidate, request.sent);
    if (term_ != request.term || vote_ != candidate) {
        term_ = request.term;
        vote_ = candidate;
        vote_write_ = host_.write();
    }
    const Sent message = binding_ ? std::max(binding_->message, request.sent) : request.sent;
    if (host_.is_stored(vote_write_) || !planted(Bug::binds_after_disk)) {
        binding_ = Binding{.to = candidate, .message = message, .write = vote_write_};
    }
    if (host_.is_stored(vote_write_) || planted(Bug::grants_before_disk)) {
        reply(request, Verdict::granted, route);
    } else {
        waiting_.push_back({vote_write_, route, request});
    }
}

void Election::reply(const VoteRequest& request, Verdict verdict, Route route) {
    VoteReply reply{.sender = host_.self.node,
                    .request = request.request,
                    .incarnation = request.incarnation,
                    .election = name_,
                    .term = request.term,
                    .verdict = verdict,
                    .voter_term = term_};
    const Peer* peer = host_.liveness.find(request.sender);
    if (verdict == Verdict::granted && peer != nullptr && peer->last.incarnation == request.incarnation) {
        reply.ack = peer->heard;
    }
    if (verdict == Verdict::bound && binding_->to != host_.self) {
        const Duration left = host_.liveness.promised_until(binding_->to) - host_.now;
        reply.retry_after_ms = static_cast<std::uint32_t>(std::max<std::int64_t>(0, left / 1ms));
    }
    host_.send(request.sender, reply, route);
}

}  // namespace bellwether::protocol
