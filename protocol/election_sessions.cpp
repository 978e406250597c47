// The processes that stand through this host, and which of them acts with which token until when. docs/protocol.md,
// "Sessions".
#include <algorithm>
#include <utility>

#include "protocol/election.hpp"
#include "protocol/planted.hpp"

namespace bellwether::protocol {

void Election::tell(SessionId session, session::FromNode message) {
    host_.actions.emplace_back(TellSession{session, std::move(message)});
}

void Election::session_ends(SessionId session, const char* word) {
    decide({.rule = Rule::session_left, .session = session, .word = word});
    host_.end_session(session);
}

// --- What becomes of a session ---

void Election::join(SessionId id, const SessionJoin& wish) {
    sessions_.join({.id = id,
                    .priority = wish.priority.value_or(Priority{max_priority}),
                    .forks = wish.forks,
                    .metadata = wish.metadata,
                    .metadata_version = metadata_version(wish.metadata),
                    .heard_at = host_.now});
    last_event_ = host_.now;
    tell(id, session::Joined{id.value});
    decide({.rule = Rule::session_joined, .have = sessions_.size(), .session = id});
}

void Election::on_session(const SessionEvent& event) {
    Holder* holder = sessions_.holder();
    const bool is_holder = holder != nullptr && holder->session.id == event.session;
    const auto* revoked = std::get_if<SessionRevoked>(&event.news);
    const bool resigns = std::holds_alternative<SessionResign>(event.news);
    last_event_ = host_.now;
    if (std::holds_alternative<SessionAlive>(event.news) || revoked != nullptr) {
        sessions_.hear(event.session, host_.now);
        if (is_holder && revoked != nullptr && revoked->token == holder->token) {
            decide({.rule = Rule::session_stopped, .session = event.session, .token = holder->token});
            release_holder("acts no more");
        }
    } else if (is_holder && !resigns) {
        end_holder(*holder, event);
    } else if (is_holder) {
        holder->end = SessionEnd::gone;  // By its own word.
        release_holder("resigned");
    } else if (sessions_.leave(event.session)) {
        session_ends(event.session, resigns ? "resigned" : "is dead or out of sight");
    }
}

// Its process is dead; those that it named may live.
void Election::end_holder(Holder& holder, const SessionEvent& event) {
    const bool is_gone = std::holds_alternative<SessionGone>(event.news);
    if (is_gone && !holder.session.forks) {
        holder.end = SessionEnd::gone;
        release_holder("is dead");
        return;
    }
    if (holder.end < SessionEnd::lost) {
        decide({.rule = Rule::session_lost, .session = holder.session.id});
    }
    if (!is_gone && !planted(Bug::kills_nothing)) {
        host_.actions.emplace_back(KillHeld{holder.session.id});
        holder.killed = true;
    }
    holder.end = is_gone ? SessionEnd::gone : SessionEnd::lost;
}

// Nobody here acts with its token any more.
void Election::release_holder(const char* end) {
    const Holder holder = *sessions_.holder();
    sessions_.release();
    if (holder.end != SessionEnd::none) {
        session_ends(holder.session.id, end);
    }
}

// --- What time makes true ---

void Election::drive_sessions() {
    if (sessions_.empty()) {
        return;
    }
    end_silent_sessions();
    if (Holder* holder = sessions_.holder()) {
        drive_holder(*holder);
    }
}

// While this node itself stood still nobody was silent.
void Election::end_silent_sessions() {
    const Duration timeout = host_.setup.session_timeout;
    const auto is_silent = [&](Time heard) { return host_.now >= std::max(heard, host_.awake_since) + timeout; };
    const auto refuse = [&](SessionId session) {
        decide({.rule = Rule::session_silent, .span = timeout, .session = session});
        tell(session, session::Refused{.reason = "silent", .text = "nothing was heard of it for too long"});
    };
    Holder* holder = sessions_.holder();
    if (holder != nullptr && holder->end == SessionEnd::none && is_silent(holder->session.heard_at)) {
        holder->end = SessionEnd::silent;
        refuse(holder->session.id);
    }
    if (!is_silent(sessions_.heard_since())) {
        return;
    }
    for (const SessionId session : sessions_.leave_silent(host_.now - timeout)) {
        refuse(session);
        session_ends(session, "was silent");
    }
}

// It is the holder of the present leadership.
bool Election::holds(const Holder& holder) const {
    const auto* leader = std::get_if<Leader>(&role_);
    return leader != nullptr && holder.token == token_of(leader->term, leader->holder);
}

bool Election::may_be_extended(const Holder& holder) const {
    return holds(holder) &&
           ((holder.end == SessionEnd::none && host_.now < holder.stop_by) || planted(Bug::extends_the_ended));
}

void Election::drive_holder(Holder& holder) {
    const Duration margin = host_.params().kill_margin();
    const bool is_extended = may_be_extended(holder);
    if (is_extended) {
        const Time until = lease_until();
        const Time due = std::min(holder.told_at + host_.params().heartbeat, holder.valid_until - margin);
        if (host_.now >= due && until > holder.valid_until) {
            holder.valid_until = until;
            holder.told_at = host_.now;
            holder.killed = false;
            tell(holder.session.id, session::Extended{holder.token, until, host_.now});
        }
    }
    if (!holder.killed && host_.now >= holder.valid_until - margin && !planted(Bug::kills_nothing)) {
        kill_held(holder);
    }
    if (!is_extended && host_.now >= holder.valid_until) {
        decide({.rule = Rule::session_ran_out, .session = holder.session.id, .token = holder.token});
        release_holder("ran out of time");
    }
}

void Election::kill_held(Holder& holder) {
    decide({.rule = Rule::session_killed,
            .span = std::max(holder.valid_until - host_.now, Duration{}),
            .session = holder.session.id,
            .token = holder.token});
    host_.actions.emplace_back(KillHeld{holder.session.id});
    holder.killed = true;
}

// --- Leading through a session ---

// The first that stands has the token; without any, leadership goes where one does.
void Election::drive_holding(Leader& leader) {
    const Session* first = sessions_.front();
    if (first == nullptr) {
        // For nobody could it lead on if the heir were unable, so none is tried.
        leader.handover = HandOver{.reason = Reason::session_ended, .phase = HandOver::Phase::expiring};
        drive_handover(leader);
        return;
    }
    const Holder* holder = sessions_.holder();
    if (holder != nullptr) {
        const bool is_present = holds(*holder) && holder->end == SessionEnd::none;
        if (is_present && holder->stop_by == never) {
            return;
        }
        if (!is_present && planted(Bug::grants_while_another_acts)) {
            sessions_.release();
        } else if (!is_present) {
            return;  // It may act until its time is over.
        }
    }
    // Nothing is begun that would have to be killed at once.
    const bool has_time = host_.now < lease_until() - host_.params().kill_margin();
    if (has_time && host_.now >= leader.believed_until) {
        grant(leader);
    }
}

// A token names one holder and one time of holding: who is granted again, as a hand-over has failed, gets a new one.
// Its answer for the old one may be on its way, and must not take the new one back.
void Election::grant(Leader& leader) {
    if (leader.has_held && leader.holder == max_holder) {
        leader.handover = HandOver{.reason = Reason::session_ended, .phase = HandOver::Phase::expiring};
        drive_handover(leader);
        return;
    }
    if (leader.has_held && !planted(Bug::token_given_twice)) {
        ++leader.holder;
    }
    leader.has_held = true;
    leader.valid_until = long_ago;
    const Token token = token_of(leader.term, leader.holder);
    highest_claim_ = std::max(highest_claim_, token);
    const Holder& holder = sessions_.grant(token, lease_until(), host_.now);
    decide({.rule = Rule::session_granted,
            .span = holder.valid_until - host_.now,
            .session = holder.session.id,
            .token = token});
    tell(holder.session.id, session::Granted{token, holder.valid_until, host_.now});
}

// While it leads a session election and no session acts, nobody shall believe anything new.
bool Election::publishes_deadlines(const Leader& leader) const {
    if (leader.handover && leader.handover->phase == HandOver::Phase::expiring) {
        return false;
    }
    const Holder* holder = sessions_.holder();
    return !takes_sessions() ||
           (holder != nullptr && holds(*holder) && holder->end == SessionEnd::none && holder->stop_by == never);
}

void Election::revoke(Holder& holder, Reason reason, Time stop_by) {
    if (holder.end != SessionEnd::none) {
        return;  // Nobody is there to be told.
    }
    holder.stop_by = stop_by;
    decide({.rule = Rule::session_revoked,
            .span = std::max(Duration{}, stop_by - host_.now),
            .reason = reason,
            .session = holder.session.id,
            .token = holder.token});
    tell(holder.session.id, session::Revoke{holder.token, reason, stop_by});
}

// A hand-over is about to let go: no process of this host may still act. One that does not stop in time keeps
// leading, if it is people's wish alone that it should not; else it is extended no more, and its time waited for.
bool Election::holder_has_stopped(Leader& leader) {
    Holder* holder = sessions_.holder();
    if (holder == nullptr || planted(Bug::lets_go_while_session_acts)) {
        return true;
    }
    const HandOver& handover = *leader.handover;
    const bool must_go =
        host_.leaving || handover.reason == Reason::shutdown || handover.reason == Reason::session_ended;
    if (holder->end != SessionEnd::none) {
        return false;
    }
    if (holder->stop_by == never) {
        revoke(*holder, handover.reason, host_.now + settings_.handover_timeout);
    } else if (host_.now >= holder->stop_by && !must_go) {
        decide({.rule = Rule::session_late, .span = settings_.handover_timeout, .session = holder->session.id});
        wait_longer_for(handover.heir);
        lead_on(leader, "the process that leads did not stop in time; it leads on");
    }
    return false;
}

Time Election::next_session_deadline() const {
    Time next = never;
    const auto consider = [&](Time time) { next = time > host_.now ? std::min(next, time) : next; };
    const auto silent_at = [&](Time heard) { return std::max(heard, host_.awake_since) + host_.setup.session_timeout; };
    if (sessions_.empty()) {
        return next;
    }
    consider(silent_at(sessions_.heard_since()));
    const auto* leader = std::get_if<Leader>(&role_);
    const Holder* holder = sessions_.holder();
    if (leader != nullptr && !leader->handover) {
        consider(leader->believed_until);  // Then the next one may be granted.
    }
    if (holder == nullptr) {
        return next;
    }
    if (holder->end == SessionEnd::none) {
        consider(silent_at(holder->session.heard_at));
        consider(holder->stop_by);
    }
    if (may_be_extended(*holder)) {
        consider(holder->told_at + host_.params().heartbeat);
    }
    if (!holder->killed) {
        consider(holder->valid_until - host_.params().kill_margin());
    }
    consider(holder->valid_until);
    return next;
}

}  // namespace bellwether::protocol
