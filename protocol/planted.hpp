// Bugs to be switched on by tests, each the absence of one rule of docs/protocol.md: a checker that does not find them
// would not find the next real one either. A build for use contains none; every question here is `false` there before
// the program runs.
#pragma once

#include <cstdint>

namespace bellwether::protocol {

enum class Bug : std::uint8_t {
    none,

    // 2, Liveness
    promise_dies_with_its_life,  // 2.1  A new incarnation ends what was promised to the last.
    promises_before_disk,        // 2.2  A longer D is promised before it is on disk.
    counts_from_receipt,         // 2.4  A lease counts from when an ack came, not from what it echoes.
    counts_the_whole_promise,    // 2.4  D' = D

    // 3, The whole voter
    claim_takes_bound_voter,   // 3.1
    candidacy_lets_go,         // 3.3  To stand for something lets go of what was stood for before.
    older_heartbeat_lets_go,   // 3.3  It need not be newer than the message that bound.
    next_life_lets_go,         // 3.3  The word of another incarnation counts.

    // 4, Durable
    forgets_votes,             // 4.1  A restart finds no vote.
    grants_before_disk,        // 4.2
    binds_after_disk,          // 4.3
    grant_outlives_binding,    // 4.3  A grant is sent though the voter is not bound so any more.
    shows_unwritten_support,   // 1.5
    shows_old_support,         // 1.5  While a vote is written, the support before it.

    // 5, 6, Quarantine and new state
    no_quarantine,             // 5.1
    quarantine_of_own_lease,   // 5.1  Not of the largest D on disk.
    quarantine_binds_lower,    // 5.3  Also to claims below its own term.
    new_state_binds,           // 5.3  A voter that has forgotten its votes binds to a claim in quarantine.
    new_state_ignored,         // 6.2
    copy_wins,                 // 6.2  A candidate whose state turns out to be a copy goes on.
    new_state_deaf,            // 6.3  It waits for its own D only.
    one_old_voter_suffices,    // 6.4
    old_echoes_suffice,        // 6.4  Also of what was sent before the end of the quarantine.
    no_floor_after_new_state,  // 6.5
    new_state_ends_undurably,  // 6.5
    new_state_shown_no_more,   // 6.6

    // 7, 8, Standing and granting
    stands_for_its_own_term,      // 7.1
    no_pre_vote,                  // 7.3
    pending_is_free,              // 7.3
    better_candidate_ignored,     // 7.7
    refusals_are_no_failures,     // 7.8
    timeout_never_longer,         // 7.9
    cool_down_outlives_heal,      // 7.10
    own_vote_before_disk,         // 7.5
    half_is_a_quorum,             // 7.6
    wins_without_lease,           // 7.6
    earlier_answers_count,        // 1.8
    grants_older_terms,           // 8.1
    votes_twice_in_a_term,        // 8.1
    bound_voter_grants,           // 8.1
    better_voter_vetoes,          // 8.2

    // 9, 10, The lease, leading
    acks_without_support,       // 9.2
    acks_of_earlier_standing,   // 9.3
    lease_not_looked_at,        // 10.1
    announces_beyond_lease,     // 10.2

    // 11, 12, 13, 16, 17
    lets_go_while_believed,     // 11.3
    preempts_equals,            // 12.1
    preempts_the_flapping,      // 12.2  Measured to now, not to the last two-way proof.
    floor_forgets,              // 13.2  The term of a forgotten election is lost.
    overtaken_claim_believed,   // 16.1
    lets_go_while_session_acts,  // 17.8
    grants_while_another_acts,   // 17.5  Its lost or silent predecessor, or one that did not answer.
    token_given_twice,           // 17.6
    extends_the_ended,           // 17.7
    kills_nothing,               // 17.9
};

#ifdef BELLWETHER_PLANTED_BUGS
// For all nodes of the process; written only while none of them runs.
inline Bug planted_bug = Bug::none;
[[nodiscard]] inline bool planted(Bug bug) { return planted_bug == bug; }
#else
[[nodiscard]] constexpr bool planted(Bug /*bug*/) { return false; }
#endif

}  // namespace bellwether::protocol
