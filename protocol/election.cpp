#include "protocol/election.hpp"

#include <algorithm>
#include <cassert>

#include "protocol/planted.hpp"

namespace bellwether::protocol {

Election::Election(Host& host, const ElectionName& name, const ElectionSettings& settings, bool declared)
    : ElectionState{.name_ = name,
                    .settings_ = settings,
                    .declared_ = declared,
                    .term_ = host.floor,  // Of an election it has no record of the vote of this term is spent.
                    .disk_term_ = host.floor,
                    .highest_term_ = host.floor,
                    .timeout_ = host.params().campaign_timeout,
                    .last_event_ = host.now,
                    .announcements_ = host.last_forgotten_seq},
      host_(host) {}

void Election::restore(const ElectionRecord& record) {
    if (planted(Bug::forgets_votes)) return;
    term_ = record.term;
    vote_ = record.vote;
    disk_term_ = record.term;
    highest_term_ = std::max(highest_term_, record.term);
}

void Election::decide(Decision decision) const {
    decision.election = name_;
    host_.decide(decision);
}

RoleName Election::role_name() const { return static_cast<RoleName>(role_.index()); }

// What a heartbeat shows of votes is on disk: while one is being written it shows no support, and says `pending`.
ElectionView Election::view() const {
    ElectionView view;
    view.name = name_;
    if (const auto* candidate = std::get_if<Candidate>(&role_)) {
        view.stands = Stands::campaigning;
        view.term = candidate->term;
    }
    view.reason = parted_;
    Time hold_until = hold_until_;
    if (const auto* leader = std::get_if<Leader>(&role_)) {
        view.stands = Stands::leading;
        view.term = leader->term;
        view.holder = leader->holder;
        view.reason = leader->reason;
    } else if (departed_) {
        view.heir = departed_->heir;
        hold_until = departed_->hold_until;
    }
    if (hold_until > host_.now) {
        view.hold_ms = static_cast<std::uint32_t>((hold_until - host_.now) / 1ms);
    }
    view.pending = !host_.is_stored(vote_write_);
    if (binding_ && (host_.is_stored(binding_->write) || planted(Bug::shows_unwritten_support))) {
        view.supports = binding_->to;
    } else if (view.pending && planted(Bug::shows_old_support)) {
        view.supports = shown_.supports;
    }
    view.voted = disk_term_;
    view.priority = rank().priority;
    view.eligible = eligible();
    view.metadata_version = own_metadata_version();
    return view;
}

void Election::hear(const Heartbeat& news, const ElectionView& view) {
    Heard& heard = heard_[news.sender];
    if (heard.incarnation != news.incarnation) {
        heard = Heard{.incarnation = news.incarnation};
    }
    const ElectionView before = heard.view;
    heard.sent = news.sent;
    heard.taken = false;
    heard.view = view;
    if (view.eligible != Eligible::yes) {
        heard.eligible_since = never;
    } else if (heard.eligible_since == never) {
        heard.eligible_since = host_.now;
    }
    highest_term_ = std::max({highest_term_, view.term, view.voted, news.floor});
    if (view.stands != Stands::none) {
        last_event_ = host_.now;
    }

    const Instance sender{news.sender, news.incarnation};
    if (view.stands == Stands::none && before.stands == Stands::leading) {
        parting_ = view.reason;
    }
    // Letting go is a level: a heartbeat, newer than the message that bound, in which it stands for nothing.
    const bool is_it =
        binding_ && (binding_->to == sender || (planted(Bug::next_life_lets_go) && binding_->to.node == news.sender));
    const bool is_newer = is_it && (news.sent > binding_->message || planted(Bug::older_heartbeat_lets_go));
    if (is_newer &&
        (view.stands == Stands::none || (planted(Bug::candidacy_lets_go) && view.stands == Stands::campaigning))) {
        decide({.rule = Rule::free_let_go, .peer = news.sender});
        binding_.reset();
    }
    if (view.stands == Stands::none && view.heir != nobody && view.heir != before.heir) {
        if (view.heir == host_.self.node) {
            called_ = Call{news.sender, view.reason, view.hold_ms * 1ms};
        } else {
            decide({.rule = Rule::heir_wait,
                    .peer = news.sender,
                    .span = host_.params().campaign_timeout,
                    .other = view.heir});
            heir_wait_until_ = host_.now + host_.params().campaign_timeout;
        }
    }
    if (view.stands != Stands::none) {
        yield_to(news.sender, view.stands, view.term, view.priority);
    }
    if (view.stands == Stands::leading) {
        bind_to_claim(news, view);
    }
    // From a voter count only acks of heartbeats that themselves show the support.
    const Ack* ack = ack_for(host_.self, news);
    if (ack != nullptr && (view.supports == host_.self || planted(Bug::acks_without_support))) {
        const Sent echo = planted(Bug::counts_from_receipt) ? Sent{ns_of(host_.now)} : ack->heard;
        if (auto* candidate = std::get_if<Candidate>(&role_)) {
            candidate->lease.count(news.sender, echo);
        } else if (auto* leader = std::get_if<Leader>(&role_)) {
            leader->lease.count(news.sender, echo);
        }
    }
}

void Election::bind_to_claim(const Heartbeat& news, const ElectionView& view) {
    const Token token = token_of(view.term, view.holder);
    if (const std::pair claim{news.incarnation, token}; claims_[news.sender] != claim) {
        claims_[news.sender] = claim;
        // A new leader need not wait for h until its lease is extended.
        host_.publish_within(host_.params().publish_patience());
    }
    highest_claim_ = std::max(highest_claim_, token);
    forgive();
    timeout_ = host_.params().campaign_timeout;
    heir_wait_until_ = long_ago;
    if (departed_) {
        end_departure(news.sender);
    }
    const bool takes = planted(Bug::claim_takes_bound_voter) && std::holds_alternative<Follower>(role_);
    if ((!is_free() && !takes) || !host_.is_voter) {
        return;
    }
    // After a start it may have forgotten whom it promised: then only a claim that a vote it has forgotten cannot
    // contradict binds, and where the votes are forgotten, too, none does.
    const bool is_lower = view.term < term_ && !planted(Bug::quarantine_binds_lower);
    const bool has_forgotten = host_.recovery.is_new() && !planted(Bug::new_state_binds);
    if (host_.recovery.in_quarantine() && (has_forgotten || is_lower)) {
        return;
    }
    decide({.rule = Rule::bind_to_claim, .peer = news.sender, .term = view.term});
    binding_ = Binding{.to = {news.sender, news.incarnation}, .message = news.sent, .write = 0};
}

void Election::check_clock() {
    if (!planted(Bug::lease_not_looked_at)) check_lease();
    check_binding();
}

void Election::check_binding() {
    if (binding_ && binding_->to != host_.self && host_.now >= host_.liveness.promised_until(binding_->to)) {
        decide({.rule = Rule::free_ran_out, .peer = binding_->to.node});
        binding_.reset();
    }
}

void Election::hear_link_up() { forgive(); }

// Back to following, bound to nobody. Why it is so is the caller's line in the log.
void Election::let_go(Reason reason) {
    if (auto* leader = std::get_if<Leader>(&role_)) {
        parted_ = reason;
        parting_ = reason;
        if (leader->handover) {
            tell(leader->handover->requester, false, "lease_lost", "the leadership was lost before it was handed over");
        }
        if (Holder* holder = sessions_.holder(); holder != nullptr && holds(*holder)) {
            revoke(*holder, Reason::lease_lost, holder->valid_until);
        }
    }
    role_ = Follower{};
    binding_.reset();
    last_event_ = host_.now;
}

void Election::on_stored() {
    if (host_.is_stored(vote_write_)) {
        disk_term_ = term_;
    }
    std::erase_if(waiting_, [&](const WaitingReply& waiting) {
        if (!host_.is_stored(waiting.write)) {
            return false;
        }
        const VoteRequest& request = waiting.request;
        const Instance candidate{request.sender, request.incarnation};
        if (planted(Bug::binds_after_disk)) {
            binding_ = Binding{.to = candidate, .message = request.sent, .write = waiting.write};
        }
        const bool is_so_bound = binding_ && binding_->to == candidate && term_ == request.term;
        if (host_.votes() && (is_so_bound || planted(Bug::grant_outlives_binding) || planted(Bug::binds_after_disk))) {
            reply(request, Verdict::granted, waiting.route);
        } else {
            decide({.rule = Rule::vote_dropped, .peer = request.sender, .term = request.term});
        }
        return true;
    });
}

void Election::on_believed(Time valid_until) {
    if (auto* leader = std::get_if<Leader>(&role_)) {
        leader->believed_until = std::max(leader->believed_until, valid_until);
    }
}

void Election::raise_floor() {
    if (term_ < host_.floor) {
        term_ = host_.floor;
        vote_ = {};
        vote_write_ = host_.write();
    }
    highest_term_ = std::max(highest_term_, host_.floor);
}

bool Election::may_be_forgotten() const {
    const auto stands_linked = [&](const auto& entry) {
        return entry.second.view.stands != Stands::none && host_.is_linked(entry.first);
    };
    return !declared_ && std::holds_alternative<Follower>(role_) && is_free() && waiting_.empty() && !departed_ &&
           !probe_ && sessions_.empty() && host_.is_stored(vote_write_) && host_.now >= last_event_ + forget_after &&
           std::none_of(heard_.begin(), heard_.end(), stands_linked);
}

bool Election::is_settled() const { return !is_leading() && !departed_; }

void Election::settle() {
    if (departed_ && host_.now >= departed_->until) {
        end_departure(nobody);
    }
    std::erase_if(passed_on_, [&](const PassedOn& passed) {
        if (host_.now < passed.deadline) {
            return false;
        }
        tell({.command = passed.command}, false, "timeout", "the leader did not answer");
        return true;
    });
    drive_probe();
    if (auto* candidate = std::get_if<Candidate>(&role_)) {
        drive_campaign(*candidate);
    }
    drive_sessions();
    if (auto* leader = std::get_if<Leader>(&role_)) {
        drive_leading(*leader);
    }
    consider_campaign();

    ElectionView shows = view();
    shows.hold_ms = 0;  // It counts down by itself.
    if (shows != shown_) {
        host_.publish_within(is_waited_for(shows) ? Duration{} : host_.params().publish_patience());
        shown_ = shows;
        asked_in_vain_ = asked_in_vain_ && binding_.has_value();
    }
}

// Whether somebody may act on what is new in this. Of a vote the answer tells whom it concerns; and that a voter is
// free nobody needs to know while all wait for an heir, but the heir if it has asked too early.
bool Election::is_waited_for(const ElectionView& shows) const {
    const bool is_free = shows.supports == Instance{} && !shows.pending;
    if (is_free && (host_.now >= heir_wait_until_ || asked_in_vain_)) {
        return true;
    }
    ElectionView but_for_votes = shown_;
    but_for_votes.supports = shows.supports;
    but_for_votes.pending = shows.pending;
    but_for_votes.voted = shows.voted;
    return shows != but_for_votes;
}

void Election::rest() {
    if (is_awake()) {
        --looks_;
        due_ = deadline();
    }
}

Time Election::deadline() const {
    Time next = never;
    const auto consider = [&](Time time) { next = time > host_.now ? std::min(next, time) : next; };
    if (const auto* candidate = std::get_if<Candidate>(&role_)) {
        consider(candidate->deadline);
        for (const auto& [voter, asked] : candidate->asked_at) {
            consider(asked + heir_asks_again);
        }
    }
    if (const auto* leader = std::get_if<Leader>(&role_)) {
        consider(lease_until());
        consider(leader->won_at + 10 * host_.params().lease);
        if (leader->handover) {
            consider(leader->handover->phase == HandOver::Phase::probing ? leader->handover->deadline
                                                                         : leader->believed_until);
        }
        for (const auto& [id, heard] : heard_) {
            consider(heard.next_handover);
        }
    }
    if (may_since_) {
        consider(*may_since_ + static_cast<std::int64_t>(better_ranked()) * host_.params().campaign_timeout);
    }
    consider(cool_until_);
    consider(cool_until_ - host_.params().campaign_timeout);
    consider(ineligible_until_);
    consider(heir_wait_until_);
    consider(hold_until_);
    if (departed_) {
        consider(departed_->until);
    }
    if (probe_) {
        consider(probe_->deadline);
    }
    for (const PassedOn& passed : passed_on_) {
        consider(passed.deadline);
    }
    consider(next_session_deadline());
    consider(announced_at_ + (is_leading() ? host_.params().heartbeat : idle_announcement));
    if (!declared_) {
        consider(last_event_ + forget_after);
    }
    return next;
}

}  // namespace bellwether::protocol
