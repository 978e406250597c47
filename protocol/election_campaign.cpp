// Standing. docs/protocol.md, "Who campaigns, and when", and the heir's part of "Hand-over".
#include <algorithm>
#include <utility>

#include "protocol/election.hpp"
#include "protocol/planted.hpp"

namespace bellwether::protocol {

// A session may ask for less than its node has; whoever has 0 never leads.
Rank Election::rank() const {
    const Session* first = takes_sessions() ? sessions_.front() : nullptr;
    const Priority own = host_.setup.own().priority;
    return {first == nullptr ? own : std::min(own, first->priority), host_.self.node};
}

Eligible Election::eligible() const {
    if (!host_.is_voter || rank().priority.value == 0 || (takes_sessions() && sessions_.front() == nullptr) ||
        host_.leaving || host_.draining() || host_.now < ineligible_until_) {
        return Eligible::no;
    }
    if (host_.recovery.in_quarantine() || host_.recovery.is_new()) {
        return Eligible::soon;
    }
    if (!host_.quorum_linked()) {
        return host_.quorum_linked_soon() ? Eligible::soon : Eligible::no;
    }
    if (host_.now < cool_until_) {
        return cool_until_ - host_.now <= host_.params().campaign_timeout ? Eligible::soon : Eligible::no;
    }
    return Eligible::yes;
}

// Rule 2: a pre-vote that costs no round trip.
bool Election::is_free_quorum() const {
    return planted(Bug::no_pre_vote) || host_.quorum.reached([&](NodeId voter) { return shows_free(voter); });
}

bool Election::shows_free(NodeId voter) const {
    if (voter == host_.self.node) {
        return is_free() && host_.is_stored(vote_write_);
    }
    const Peer* peer = host_.liveness.find(voter);
    const auto heard = heard_.find(voter);
    return peer != nullptr && heard != heard_.end() && peer->last.votes && host_.liveness.is_linked(*peer, host_.now) &&
           !heard->second.taken && heard->second.view.supports.node == nobody &&
           (!heard->second.view.pending || planted(Bug::pending_is_free));
}

std::size_t Election::free_voters() const {
    const std::vector<NodeId> voters = host_.setup.voters();
    return static_cast<std::size_t>(
        std::count_if(voters.begin(), voters.end(), [&](NodeId voter) { return shows_free(voter); }));
}

// Rule 3: the linked nodes that would be waited for.
std::size_t Election::better_ranked() const {
    return static_cast<std::size_t>(std::count_if(heard_.begin(), heard_.end(), [&](const auto& entry) {
        const ElectionView& view = entry.second.view;
        return view.eligible != Eligible::no && Rank{view.priority, entry.first} > rank() &&
               host_.is_linked(entry.first);
    }));
}

void Election::consider_campaign() {
    const bool may = std::holds_alternative<Follower>(role_) && is_free() && eligible() == Eligible::yes;
    if (called_) {
        // The heir needs rule 1 but neither 2 nor 3, once.
        const Call call = *std::exchange(called_, std::nullopt);
        if (may) {
            decide({.rule = Rule::campaign_as_heir, .peer = call.leader, .term = next_term()});
            campaign(true, call.reason, call.hold);
            return;
        }
    }
    if (!may || !is_free_quorum()) {
        may_since_.reset();
        return;
    }
    may_since_ = may_since_.value_or(host_.now);
    const auto wait = static_cast<std::int64_t>(better_ranked()) * host_.params().campaign_timeout;
    if (host_.now >= heir_wait_until_ && host_.now >= *may_since_ + wait) {
        decide({.rule = Rule::campaign, .term = next_term(), .have = free_voters(), .need = host_.quorum.voters()});
        campaign(false, last_leader_ == host_.self.node ? Reason::renewed : Reason::elected, {});
    }
}

Term Election::next_term() const {
    if (planted(Bug::stands_for_its_own_term)) return std::max(term_, Term{1});
    return {std::max({highest_term_, term_, host_.floor}).value + 1};
}

void Election::campaign(bool as_heir, Reason reason, Duration hold) {
    const Term term = next_term();
    if (term > max_term) {
        return;  // Nothing above it is spoken on the wire.
    }
    ++campaigns_;
    may_since_.reset();
    const Sent since = host_.next_sent();
    term_ = term;
    highest_term_ = term;
    vote_ = host_.self;
    vote_write_ = host_.write();
    binding_ = Binding{.to = host_.self, .message = since, .write = vote_write_};
    Candidate candidate{.term = term,
                        .lease = Lease{since, host_.params().counted_lease()},
                        .request = host_.next_request(),
                        .write = vote_write_,
                        .deadline = host_.now + host_.params().lease,
                        .is_heir = as_heir,
                        .reason = reason,
                        .hold = hold};
    host_.send_to_voters(VoteRequest{.sender = host_.self.node,
                                     .incarnation = host_.self.incarnation,
                                     .sent = since,
                                     .request = candidate.request,
                                     .election = name_,
                                     .term = term,
                                     .priority = rank().priority});
    role_ = std::move(candidate);
    last_event_ = host_.now;
}

void Election::on_reply(const VoteReply& reply) {
    highest_term_ = std::max(highest_term_, reply.voter_term);
    if (probe_ && reply.request == probe_->request) {
        probe_->tally.count(reply.sender, reply.verdict);
        return;
    }
    auto* candidate = std::get_if<Candidate>(&role_);
    const bool is_answer = candidate != nullptr && reply.request == candidate->request && reply.term == candidate->term;
    if (candidate == nullptr || (!is_answer && !planted(Bug::earlier_answers_count))) {
        return;  // Of an earlier standing.
    }
    heard_[reply.sender].taken = true;
    if (candidate->is_heir && reply.verdict == Verdict::bound) {
        candidate->asked_at.emplace(reply.sender, host_.now);  // It has not heard the letting go yet: no refusal.
        return;
    }
    candidate->asked_at.erase(reply.sender);
    const Tally::Counted counted = candidate->tally.count(reply.sender, reply.verdict);
    if (counted == Tally::Counted::contradiction) {
        decide({.rule = Rule::reply_contradicts, .peer = reply.sender, .term = reply.term, .verdict = reply.verdict});
        return;
    }
    decide({.rule = Rule::reply_counted,
            .peer = reply.sender,
            .term = reply.term,
            .have = candidate->tally.grants(),
            .need = host_.quorum.needed(),
            .verdict = reply.verdict});
    if (reply.verdict == Verdict::granted && reply.ack <= host_.last_sent()) {
        candidate->lease.count(reply.sender, reply.ack);
    }
}

void Election::drive_campaign(Candidate& candidate) {
    if (!host_.votes() && !planted(Bug::copy_wins)) {
        // What it votes for may contradict a vote that it has forgotten, its own included.
        decide({.rule = Rule::campaign_of_copy, .term = candidate.term});
        let_go(candidate.reason);
        return;
    }
    if (takes_sessions() && sessions_.front() == nullptr) {
        decide({.rule = Rule::campaign_unmanned, .term = candidate.term});
        let_go(candidate.reason);
        return;
    }
    const bool is_written = host_.is_stored(candidate.write) || planted(Bug::own_vote_before_disk);
    if (!candidate.own_vote_counted && is_written) {
        decide({.rule = Rule::own_vote_written, .term = candidate.term});
        candidate.own_vote_counted = true;
        candidate.deadline = host_.now + timeout_;
        candidate.tally.count(host_.self.node, Verdict::granted);
    }
    const bool granted = candidate.own_vote_counted &&
                         host_.quorum.reached([&](NodeId voter) { return candidate.tally.granted_by(voter); });
    const bool is_leased = host_.now < candidate.lease.until(host_.quorum, host_.self.node, host_.now);
    if (granted && (is_leased || planted(Bug::wins_without_lease))) {
        win(candidate);
        return;
    }
    if (!host_.quorum.reached([&](NodeId voter) { return !candidate.tally.refused_by(voter); })) {
        decide({.rule = Rule::campaign_refused,
                .term = candidate.term,
                .have = candidate.tally.answers() - candidate.tally.grants()});
        let_go(candidate.reason);
        if (!planted(Bug::refusals_are_no_failures)) fail();
        return;
    }
    if (host_.now >= candidate.deadline) {
        decide({.rule = Rule::campaign_late, .term = candidate.term, .span = timeout_});
        lengthen_timeout(candidate);
        let_go(candidate.reason);
        fail();
        return;
    }
    ask_bound_voters_again(candidate);
}

void Election::ask_bound_voters_again(Candidate& candidate) {
    for (auto& [voter, asked] : candidate.asked_at) {
        const auto heard = heard_.find(voter);
        const bool shows_free =
            heard != heard_.end() && !heard->second.taken && heard->second.view.supports.node == nobody;
        if (host_.now < asked + heir_asks_again && !shows_free) {
            continue;
        }
        asked = shows_free ? never : host_.now;  // Once it is free its answer is final.
        host_.send(voter, VoteRequest{.sender = host_.self.node,
                                      .incarnation = host_.self.incarnation,
                                      .sent = host_.next_sent(),
                                      .request = candidate.request,
                                      .election = name_,
                                      .term = candidate.term,
                                      .priority = rank().priority});
    }
    std::erase_if(candidate.asked_at, [](const auto& entry) { return entry.second == never; });
}

void Election::win(Candidate& candidate) {
    const Time until = candidate.lease.until(host_.quorum, host_.self.node, host_.now);
    decide({.rule = Rule::win,
            .term = candidate.term,
            .span = until - host_.now,
            .have = candidate.tally.grants(),
            .need = host_.quorum.needed()});
    ++wins_;
    timeout_ = host_.params().campaign_timeout;
    heir_wait_until_ = long_ago;
    hold_until_ = candidate.hold > Duration{} ? host_.now + candidate.hold : long_ago;
    highest_claim_ = std::max(highest_claim_, token_of(candidate.term, 1));
    Leader leader{.term = candidate.term, .lease = candidate.lease, .won_at = host_.now, .reason = candidate.reason};
    if (departed_) {
        end_departure(host_.self.node);
    }
    role_ = std::move(leader);
}

// A better-ranked candidate for its own term or a higher one, or anybody's claim to such a term: no failure.
void Election::yield_to(NodeId node, Stands stands, Term term, Priority priority) {
    if (auto* leader = std::get_if<Leader>(&role_)) {
        if (stands == Stands::leading && term > leader->term) {
            depose(node, term);
        }
        return;
    }
    const auto* candidate = std::get_if<Candidate>(&role_);
    if (candidate == nullptr || term < candidate->term) {
        return;
    }
    if (stands == Stands::leading || (Rank{priority, node} > rank() && !planted(Bug::better_candidate_ignored))) {
        decide({.rule = Rule::campaign_yields, .peer = node, .term = candidate->term, .other_term = term});
        let_go(candidate->reason);
    }
}

void Election::fail() {
    ++failures_;
    if (failures_ >= failures_before_cooldown) {
        const unsigned most = planted(Bug::cool_down_outlives_heal) ? 6 : 2;
        const unsigned doublings = std::min(failures_ - failures_before_cooldown, most);
        const Duration wait = host_.params().lease * (1U << doublings);
        decide({.rule = Rule::cool_down, .span = wait, .have = failures_});
        cool_until_ = host_.now + wait;
    }
}

// A link that comes up or a claim ends the cool-down and the count of failures.
void Election::forgive() {
    if (planted(Bug::cool_down_outlives_heal)) return;
    if (host_.now < cool_until_) {
        decide({.rule = Rule::cool_down_over});
    }
    cool_until_ = long_ago;
    if (!is_leading()) {
        failures_ = 0;
    }
}

// Missing answers, its own write included, ask for patience; negative ones do not.
void Election::lengthen_timeout(const Candidate& candidate) {
    if (candidate.tally.answers() < host_.quorum.voters() && !planted(Bug::timeout_never_longer)) {
        timeout_ = std::min(2 * timeout_, host_.params().lease);
    }
}

}  // namespace bellwether::protocol
