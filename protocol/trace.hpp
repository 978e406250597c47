// Why a node did what it did: data first, worded by one function for log, status and tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/messages.hpp"
#include "protocol/time.hpp"
#include "protocol/types.hpp"

namespace bellwether::protocol {

// One per place where a rule decides. The comment is the line, the condition before "->".
enum class Rule : std::uint8_t {
    quarantine_over,     // quarantine of 300 ms over -> vote
    new_state_over,      // 3 voters of old state heard, floor 7 -> state is whole
    state_is_copy,       // peer 2 knows a higher ceiling of mine, 9 > 4 -> new state
    campaign,            // 3 of 3 voters free, nobody better linked -> campaign for term 4
    campaign_as_heir,    // 1 let go and names me -> campaign for term 4
    own_vote_written,    // own vote for term 4 on disk -> counts
    vote_judged,         // vote request from 2, term 8: bound to 1 for 112 ms more -> refuse (bound)
    vote_dropped,        // vote for 2 in term 8 written, but no longer bound to it -> no reply
    reply_counted,       // reply of 3, term 4: granted, 2 of 3 -> count
    reply_contradicts,   // reply of 3, term 4: second and different -> keep the first
    win,                 // 3 grants of 3, lease running for 294 ms -> lead term 4
    campaign_refused,    // no majority left, 2 refused -> let go of term 4
    campaign_yields,     // 5 outranks me and stands for term 4 -> let go of term 4
    campaign_of_copy,    // this state turned out to be a copy -> let go of term 4
    campaign_late,       // no win within 50 ms -> let go of term 4
    cool_down,           // 3 failures in a row -> cool down for 300 ms
    cool_down_over,      // link to 2 is up -> end cool-down
    bind_to_claim,       // claim of 1, term 4, heard while free -> support it
    free_let_go,         // 1 let go -> free
    free_ran_out,        // promise to 1 ran out -> free
    lease_lost,          // lease ran out 2 ms ago -> lead no more
    deposed,             // claim of 2, term 5 above 4 -> lead no more
    clock_broken,        // claim of 2, term 5, while the own lease runs for 80 ms more -> a clock is out of bounds
    handover_prepare,    // preempted: 1 outranks me -> prepare 1
    handover_refused,    // heir 1 is unable -> lead on
    handover_late,       // heir 1 silent for 100 ms -> lead on
    handover_expire,     // heir 1 ready -> no new deadlines, the last passes in 120 ms
    handover_let_go,     // heir 1 ready, nobody here believes any more -> let go of term 4
    heir_probe,          // prepare from 1 -> probe the voters
    heir_ready,          // prepare from 1, 2 of 3 would grant -> ready
    heir_unable,         // prepare from 1, not eligible -> unable
    heir_wait,           // 1 let go and names 2 -> wait 50 ms for it
    forgotten,           // nothing for 1 h -> forget, floor 9
    limit,               // 1024 elections known -> refuse
    membership_differs,  // voter list of 4 differs -> believe none of its votes
    promise_longer,      // D of 4 is 500 ms, above 300 ms -> write before acking
    leaving,             // shutdown requested -> leave
    probe_judged,        // probe of 2: free -> grant
    session_joined,      // session 7 joined, 2 stand here -> wait
    session_refused,     // session 7 would join: node_stands -> refuse
    session_granted,     // session 7 stands first, nobody else here believes -> grant token 4001 for 290 ms
    session_revoked,     // stepdown: token 4001 of session 7 is to end -> revoke it, for an answer within 10 s
    session_stopped,     // session 7 acts no more with token 4001 -> release it
    session_late,        // session 7 did not stop within 10 s -> lead on
    session_silent,      // nothing of session 7 for 10 s -> refuse it, extend no more
    session_lost,        // process of session 7 is dead or out of sight -> extend no more, kill what it named
    session_killed,      // token 4001 of session 7 ends in 30 ms -> kill what it named
    session_ran_out,     // time of session 7 with token 4001 is over -> release it
    session_left,        // session 7 resigned -> it stands no more
    campaign_unmanned,   // no session stands here any more -> let go of term 4
};
inline constexpr std::size_t rule_count = 50;

struct Decision {
    NodeId self{};
    ElectionName election{};
    Rule rule{};
    NodeId peer{};
    Term term{};
    Term other_term{};  // What `term` is compared with; of campaign_yields the better one's.
    Duration span{};
    std::size_t have{};
    std::size_t need{};
    Verdict verdict{};
    Reason reason{};
    NodeId other{};         // A third node: whom the voter is bound to, whom a leader names as its heir.
    Duration other_span{};  // What `span` is compared with.
    SessionId session{};
    Token token{};
    std::string_view word{};  // Why it is refused, or what became of it: a word of ours, not of anybody's memory.
};

// "3 grants of 3, lease running for 294 ms -> lead term 4"
[[nodiscard]] std::string words(const Decision& decision);

// "win", for programs.
[[nodiscard]] std::string_view to_string(Rule rule);

// Whether the decision moves something; the others are the small print of a debug log.
[[nodiscard]] bool is_notable(Rule rule);

enum class RoleName : std::uint8_t { follower, candidate, leader };
[[nodiscard]] std::string_view to_string(RoleName role);

// A change of role or of the known leader: one fixed line that people grep.
struct RoleChange {
    ElectionName election{};
    Term term{};
    RoleName role{};
    NodeId leader{};
    Reason reason{};
};

// "election=default term=8 role=leader leader=2 reason=transfer"
[[nodiscard]] std::string words(const RoleChange& change);

}  // namespace bellwether::protocol
