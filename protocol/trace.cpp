#include "protocol/trace.hpp"

#include <array>

#include "protocol/wording.hpp"

namespace bellwether::protocol {

namespace {

std::string judged(const Decision& d) {
    switch (d.verdict) {
        case Verdict::granted: return "free";
        case Verdict::bound: return "bound to " + text(d.other) + (d.span == Duration::zero() ? "" : for_more(d.span));
        case Verdict::stale_term: return "term " + text(d.other_term) + " is known";
        case Verdict::voted: return "vote of that term is spent";
        case Verdict::not_standing: return "not heard standing";
        case Verdict::quarantine: return "quarantine" + for_more(d.span);
        case Verdict::new_state: return "state is new";
        case Verdict::membership: return "voter list differs";
        case Verdict::limit: return text(d.have) + " elections known";
    }
    return {};
}

std::string answer(Verdict verdict) { return verdict == Verdict::granted ? "grant" : "refuse (" + text(verdict) + ")"; }

std::string cause_of_handover(const Decision& d) {
    switch (d.reason) {
        case Reason::preempted: return "preempted: " + text(d.peer) + " outranks me";
        case Reason::stepdown: return "step down requested";
        case Reason::transfer:
        case Reason::drain:
        case Reason::shutdown: return text(d.reason) + " requested";
        case Reason::session_ended: return "no session stands here any more";
        default: return text(d.reason);
    }
}

std::string heir(const Decision& d) { return d.peer == nobody ? "no heir" : "heir " + text(d.peer) + " ready"; }

std::string cause_of_letting_go(const Decision& d) {
    if (d.reason != Reason::session_ended) return heir(d);
    return d.have == 0 ? cause_of_handover(d) : "no token is left for the next session";
}

std::string end_of_cool_down(const Decision& d) {
    if (d.peer == nobody) return "a link came up or a claim was heard";
    if (d.term == Term{}) return "link to " + text(d.peer) + " is up";
    return "claim of " + text(d.peer) + ", term " + text(d.term);
}

std::string known_copy(const Decision& d) {
    if (d.term <= d.other_term) return "peer " + text(d.peer) + " knows a later incarnation of mine";
    return "peer " + text(d.peer) + " knows a higher ceiling of mine, " + text(d.term) + " > " + text(d.other_term);
}

std::string longer_promise(const Decision& d) {
    const std::string than =
        d.other_span == Duration::zero() ? "longer than any before" : "above " + text(d.other_span);
    return "D of " + text(d.peer) + " is " + text(d.span) + ", " + than;
}

std::string inability(const Decision& d) {
    return d.need == 0 ? "not eligible" : text(d.have) + " of " + text(d.need) + " would grant";
}

std::string let_go(const Decision& d) { return " -> let go of term " + text(d.term); }

// Layer 1 and the state of the whole node; nothing if the rule is of another group, like those below.
std::string words_of_node(const Decision& d) {
    switch (d.rule) {
        case Rule::quarantine_over: return "quarantine of " + text(d.span) + " over -> vote";
        case Rule::new_state_over:
            return text(d.have) + " voters of old state heard, floor " + text(d.term) + " -> state is whole";
        case Rule::state_is_copy: return known_copy(d) + " -> new state";
        case Rule::forgotten: return "nothing for " + text(d.span) + " -> forget, floor " + text(d.term);
        case Rule::limit: return text(d.have) + " elections known -> refuse";
        case Rule::membership_differs: return "voter list of " + text(d.peer) + " differs -> believe none of its votes";
        case Rule::promise_longer: return longer_promise(d) + " -> write before acking";
        case Rule::leaving: return "shutdown requested -> leave";
        default: return {};
    }
}

std::string words_of_candidate(const Decision& d) {
    switch (d.rule) {
        case Rule::campaign:
            return text(d.have) + " of " + text(d.need) + " voters free, nobody better linked -> campaign for term " +
                   text(d.term);
        case Rule::campaign_as_heir: return text(d.peer) + " let go and names me -> campaign for term " + text(d.term);
        case Rule::own_vote_written: return "own vote for term " + text(d.term) + " on disk -> counts";
        case Rule::reply_counted:
            return "reply of " + text(d.peer) + ", term " + text(d.term) + ": " + text(d.verdict) + ", " +
                   text(d.have) + " of " + text(d.need) + " -> count";
        case Rule::reply_contradicts:
            return "reply of " + text(d.peer) + ", term " + text(d.term) + ": second and different -> keep the first";
        case Rule::win:
            return text(d.have) + " grants of " + text(d.need) + ", lease running for " + text(d.span) +
                   " -> lead term " + text(d.term);
        case Rule::campaign_refused: return "no majority left, " + text(d.have) + " refused" + let_go(d);
        case Rule::campaign_yields:
            return text(d.peer) + " outranks me and stands for term " + text(d.other_term) + let_go(d);
        case Rule::campaign_of_copy: return "this state turned out to be a copy" + let_go(d);
        case Rule::campaign_late: return "no win within " + text(d.span) + let_go(d);
        case Rule::cool_down: return text(d.have) + " failures in a row -> cool down for " + text(d.span);
        case Rule::cool_down_over: return end_of_cool_down(d) + " -> end cool-down";
        default: return {};
    }
}

std::string words_of_voter(const Decision& d) {
    switch (d.rule) {
        case Rule::vote_judged:
            return "vote request from " + text(d.peer) + ", term " + text(d.term) + ": " + judged(d) + " -> " +
                   answer(d.verdict);
        case Rule::probe_judged: return "probe of " + text(d.peer) + ": " + judged(d) + " -> " + answer(d.verdict);
        case Rule::vote_dropped:
            return "vote for " + text(d.peer) + " in term " + text(d.term) +
                   " written, but no longer bound to it -> no reply";
        case Rule::bind_to_claim:
            return "claim of " + text(d.peer) + ", term " + text(d.term) + ", heard while free -> support it";
        case Rule::free_let_go: return text(d.peer) + " let go -> free";
        case Rule::free_ran_out: return "promise to " + text(d.peer) + " ran out -> free";
        default: return {};
    }
}

std::string words_of_leader(const Decision& d) {
    switch (d.rule) {
        case Rule::lease_lost: return "lease ran out " + text(d.span) + " ago -> lead no more";
        case Rule::deposed:
            return "claim of " + text(d.peer) + ", term " + text(d.term) + " above " + text(d.other_term) +
                   " -> lead no more";
        case Rule::clock_broken:
            return "claim of " + text(d.peer) + ", term " + text(d.term) + ", while the own lease runs" +
                   for_more(d.span) + " -> a clock is out of bounds";
        case Rule::handover_prepare: return cause_of_handover(d) + " -> prepare " + text(d.peer);
        case Rule::handover_refused: return "heir " + text(d.peer) + " is unable -> lead on";
        case Rule::handover_late: return "heir " + text(d.peer) + " silent for " + text(d.span) + " -> lead on";
        case Rule::handover_expire: return heir(d) + " -> no new deadlines, the last passes in " + text(d.span);
        case Rule::handover_let_go: return cause_of_letting_go(d) + ", nobody here believes any more" + let_go(d);
        default: return {};
    }
}

std::string words_of_heir(const Decision& d) {
    switch (d.rule) {
        case Rule::heir_probe: return "prepare from " + text(d.peer) + " -> probe the voters";
        case Rule::heir_ready:
            return "prepare from " + text(d.peer) + ", " + text(d.have) + " of " + text(d.need) +
                   " would grant -> ready";
        case Rule::heir_unable: return "prepare from " + text(d.peer) + ", " + inability(d) + " -> unable";
        case Rule::heir_wait:
            return text(d.peer) + " let go and names " + text(d.other) + " -> wait " + text(d.span) + " for it";
        default: return {};
    }
}

std::string session(const Decision& d) { return "session " + text(d.session); }
std::string with_token(const Decision& d) { return session(d) + " with token " + text(d.token); }

std::string words_of_session(const Decision& d) {
    switch (d.rule) {
        case Rule::session_joined: return session(d) + " joined, " + text(d.have) + " stand here -> wait";
        case Rule::session_refused: return session(d) + " would join: " + std::string{d.word} + " -> refuse";
        case Rule::session_granted:
            return session(d) + " stands first, nobody else here believes -> grant token " + text(d.token) + " for " +
                   text(d.span);
        case Rule::session_revoked:
            return text(d.reason) + ": token " + text(d.token) + " of " + session(d) +
                   " is to end -> revoke it, for an answer within " + text(d.span);
        case Rule::session_stopped: return session(d) + " acts no more with token " + text(d.token) + " -> release it";
        case Rule::session_late: return session(d) + " did not stop within " + text(d.span) + " -> lead on";
        case Rule::session_silent:
            return "nothing of " + session(d) + " for " + text(d.span) + " -> refuse it, extend no more";
        case Rule::session_lost:
            return "process of " + session(d) + " is dead or out of sight -> extend no more, kill what it named";
        case Rule::session_killed:
            return "token " + text(d.token) + " of " + session(d) + " ends in " + text(d.span) +
                   " -> kill what it named";
        case Rule::session_ran_out: return "time of " + with_token(d) + " is over -> release it";
        case Rule::session_left: return session(d) + " " + std::string{d.word} + " -> it stands no more";
        case Rule::campaign_unmanned: return "no session stands here any more" + let_go(d);
        default: return {};
    }
}

}  // namespace

std::string words(const Decision& decision) {
    constexpr std::array groups{words_of_node,   words_of_candidate, words_of_voter,
                                words_of_leader, words_of_heir,      words_of_session};
    for (const auto group : groups) {
        std::string line = group(decision);
        if (!line.empty()) return line;
    }
    return {};
}

std::string_view to_string(Rule rule) {
    constexpr std::array<std::string_view, rule_count> names{"quarantine_over",
                                                             "new_state_over",
                                                             "state_is_copy",
                                                             "campaign",
                                                             "campaign_as_heir",
                                                             "own_vote_written",
                                                             "vote_judged",
                                                             "vote_dropped",
                                                             "reply_counted",
                                                             "reply_contradicts",
                                                             "win",
                                                             "campaign_refused",
                                                             "campaign_yields",
                                                             "campaign_of_copy",
                                                             "campaign_late",
                                                             "cool_down",
                                                             "cool_down_over",
                                                             "bind_to_claim",
                                                             "free_let_go",
                                                             "free_ran_out",
                                                             "lease_lost",
                                                             "deposed",
                                                             "clock_broken",
                                                             "handover_prepare",
                                                             "handover_refused",
                                                             "handover_late",
                                                             "handover_expire",
                                                             "handover_let_go",
                                                             "heir_probe",
                                                             "heir_ready",
                                                             "heir_unable",
                                                             "heir_wait",
                                                             "forgotten",
                                                             "limit",
                                                             "membership_differs",
                                                             "promise_longer",
                                                             "leaving",
                                                             "probe_judged",
                                                             "session_joined",
                                                             "session_refused",
                                                             "session_granted",
                                                             "session_revoked",
                                                             "session_stopped",
                                                             "session_late",
                                                             "session_silent",
                                                             "session_lost",
                                                             "session_killed",
                                                             "session_ran_out",
                                                             "session_left",
                                                             "campaign_unmanned"};
    return names.at(static_cast<std::size_t>(rule));
}

bool is_notable(Rule rule) {
    switch (rule) {
        case Rule::heir_probe:
        case Rule::probe_judged:
        case Rule::limit: return false;
        default: return true;
    }
}

std::string_view to_string(RoleName role) {
    constexpr std::array<std::string_view, 3> names{"follower", "candidate", "leader"};
    return names.at(static_cast<std::size_t>(role));
}

std::string words(const RoleChange& change) {
    return "election=" + change.election.str() + " term=" + text(change.term) + " role=" + text(change.role) +
           " leader=" + text(change.leader) + " reason=" + text(change.reason);
}

}  // namespace bellwether::protocol
