#include "protocol/trace.hpp"

#include <gtest/gtest.h>

#include <set>

namespace bellwether::protocol {
namespace {

using namespace std::chrono_literals;

struct Line {
    std::string text;
    Decision decision;
};

// The lines of trace.hpp, in its order, then what varies.
const std::vector<Line> lines{
    {"quarantine of 300 ms over -> vote", {.rule = Rule::quarantine_over, .span = 300ms}},
    {"3 voters of old state heard, floor 7 -> state is whole", {.rule = Rule::new_state_over, .term{7}, .have = 3}},
    {"peer 2 knows a higher ceiling of mine, 9 > 4 -> new state",
     {.rule = Rule::state_is_copy, .peer{2}, .term{9}, .other_term{4}}},
    {"3 of 3 voters free, nobody better linked -> campaign for term 4",
     {.rule = Rule::campaign, .term{4}, .have = 3, .need = 3}},
    {"1 let go and names me -> campaign for term 4", {.rule = Rule::campaign_as_heir, .peer{1}, .term{4}}},
    {"own vote for term 4 on disk -> counts", {.rule = Rule::own_vote_written, .term{4}}},
    {"vote request from 2, term 8: bound to 1 for 112 ms more -> refuse (bound)",
     {.rule = Rule::vote_judged, .peer{2}, .term{8}, .span = 112ms, .verdict = Verdict::bound, .other{1}}},
    {"vote for 2 in term 8 written, but no longer bound to it -> no reply",
     {.rule = Rule::vote_dropped, .peer{2}, .term{8}}},
    {"reply of 3, term 4: granted, 2 of 3 -> count",
     {.rule = Rule::reply_counted, .peer{3}, .term{4}, .have = 2, .need = 3}},
    {"reply of 3, term 4: second and different -> keep the first",
     {.rule = Rule::reply_contradicts, .peer{3}, .term{4}}},
    {"3 grants of 3, lease running for 294 ms -> lead term 4",
     {.rule = Rule::win, .term{4}, .span = 294ms, .have = 3, .need = 3}},
    {"no majority left, 2 refused -> let go of term 4", {.rule = Rule::campaign_refused, .term{4}, .have = 2}},
    {"5 outranks me and stands for term 4 -> let go of term 4",
     {.rule = Rule::campaign_yields, .peer{5}, .term{4}, .other_term{4}}},
    {"this state turned out to be a copy -> let go of term 4", {.rule = Rule::campaign_of_copy, .term{4}}},
    {"no win within 50 ms -> let go of term 4", {.rule = Rule::campaign_late, .term{4}, .span = 50ms}},
    {"3 failures in a row -> cool down for 300 ms", {.rule = Rule::cool_down, .span = 300ms, .have = 3}},
    {"link to 2 is up -> end cool-down", {.rule = Rule::cool_down_over, .peer{2}}},
    {"claim of 1, term 4, heard while free -> support it", {.rule = Rule::bind_to_claim, .peer{1}, .term{4}}},
    {"1 let go -> free", {.rule = Rule::free_let_go, .peer{1}}},
    {"promise to 1 ran out -> free", {.rule = Rule::free_ran_out, .peer{1}}},
    {"lease ran out 2 ms ago -> lead no more", {.rule = Rule::lease_lost, .span = 2ms}},
    {"claim of 2, term 5 above 4 -> lead no more", {.rule = Rule::deposed, .peer{2}, .term{5}, .other_term{4}}},
    {"claim of 2, term 5, while the own lease runs for 80 ms more -> a clock is out of bounds",
     {.rule = Rule::clock_broken, .peer{2}, .term{5}, .other_term{4}, .span = 80ms}},
    {"preempted: 1 outranks me -> prepare 1", {.rule = Rule::handover_prepare, .peer{1}, .reason = Reason::preempted}},
    {"heir 1 is unable -> lead on", {.rule = Rule::handover_refused, .peer{1}}},
    {"heir 1 silent for 100 ms -> lead on", {.rule = Rule::handover_late, .peer{1}, .span = 100ms}},
    {"heir 1 ready -> no new deadlines, the last passes in 120 ms",
     {.rule = Rule::handover_expire, .peer{1}, .span = 120ms}},
    {"heir 1 ready, nobody here believes any more -> let go of term 4",
     {.rule = Rule::handover_let_go, .peer{1}, .term{4}}},
    {"prepare from 1 -> probe the voters", {.rule = Rule::heir_probe, .peer{1}}},
    {"prepare from 1, 2 of 3 would grant -> ready", {.rule = Rule::heir_ready, .peer{1}, .have = 2, .need = 3}},
    {"prepare from 1, not eligible -> unable", {.rule = Rule::heir_unable, .peer{1}}},
    {"1 let go and names 2 -> wait 50 ms for it", {.rule = Rule::heir_wait, .peer{1}, .span = 50ms, .other{2}}},
    {"nothing for 1 h -> forget, floor 9", {.rule = Rule::forgotten, .term{9}, .span = 1h}},
    {"1024 elections known -> refuse", {.rule = Rule::limit, .have = 1024}},
    {"voter list of 4 differs -> believe none of its votes", {.rule = Rule::membership_differs, .peer{4}}},
    {"D of 4 is 500 ms, above 300 ms -> write before acking",
     {.rule = Rule::promise_longer, .peer{4}, .span = 500ms, .other_span = 300ms}},
    {"shutdown requested -> leave", {.rule = Rule::leaving}},
    {"probe of 2: free -> grant", {.rule = Rule::probe_judged, .peer{2}}},
    {"session 7 joined, 2 stand here -> wait", {.rule = Rule::session_joined, .have = 2, .session{7}}},
    {"session 7 would join: node_stands -> refuse",
     {.rule = Rule::session_refused, .session{7}, .word = "node_stands"}},
    {"session 7 stands first, nobody else here believes -> grant token 4001 for 290 ms",
     {.rule = Rule::session_granted, .span = 290ms, .session{7}, .token{4001}}},
    {"stepdown: token 4001 of session 7 is to end -> revoke it, for an answer within 10 s",
     {.rule = Rule::session_revoked, .span = 10s, .reason = Reason::stepdown, .session{7}, .token{4001}}},
    {"session 7 acts no more with token 4001 -> release it",
     {.rule = Rule::session_stopped, .session{7}, .token{4001}}},
    {"session 7 did not stop within 10 s -> lead on", {.rule = Rule::session_late, .span = 10s, .session{7}}},
    {"nothing of session 7 for 10 s -> refuse it, extend no more",
     {.rule = Rule::session_silent, .span = 10s, .session{7}}},
    {"process of session 7 is dead or out of sight -> extend no more, kill what it named",
     {.rule = Rule::session_lost, .session{7}}},
    {"token 4001 of session 7 ends in 30 ms -> kill what it named",
     {.rule = Rule::session_killed, .span = 30ms, .session{7}, .token{4001}}},
    {"time of session 7 with token 4001 is over -> release it",
     {.rule = Rule::session_ran_out, .session{7}, .token{4001}}},
    {"session 7 resigned -> it stands no more", {.rule = Rule::session_left, .session{7}, .word = "resigned"}},
    {"no session stands here any more -> let go of term 4", {.rule = Rule::campaign_unmanned, .term{4}}},

    {"peer 2 knows a later incarnation of mine -> new state",
     {.rule = Rule::state_is_copy, .peer{2}, .term{4}, .other_term{4}}},
    {"claim of 2, term 5 -> end cool-down", {.rule = Rule::cool_down_over, .peer{2}, .term{5}}},
    {"a link came up or a claim was heard -> end cool-down", {.rule = Rule::cool_down_over}},
    {"prepare from 1, 1 of 3 would grant -> unable", {.rule = Rule::heir_unable, .peer{1}, .have = 1, .need = 3}},
    {"no heir -> no new deadlines, the last passes in 120 ms", {.rule = Rule::handover_expire, .span = 120ms}},
    {"step down requested -> prepare 2", {.rule = Rule::handover_prepare, .peer{2}, .reason = Reason::stepdown}},
    {"drain requested -> prepare 2", {.rule = Rule::handover_prepare, .peer{2}, .reason = Reason::drain}},
    {"no session stands here any more, nobody here believes any more -> let go of term 4",
     {.rule = Rule::handover_let_go, .peer{2}, .term{4}, .reason = Reason::session_ended}},
    {"no token is left for the next session, nobody here believes any more -> let go of term 4",
     {.rule = Rule::handover_let_go, .term{4}, .have = 1, .reason = Reason::session_ended}},
    {"health -> prepare 2", {.rule = Rule::handover_prepare, .peer{2}, .reason = Reason::health}},
    {"D of 4 is 500 ms, longer than any before -> write before acking",
     {.rule = Rule::promise_longer, .peer{4}, .span = 500ms}},
};

TEST(Trace, EveryRuleSaysTheLineThatIsWrittenBesideIt) {
    for (const auto& [text, decision] : lines) EXPECT_EQ(words(decision), text);
}

TEST(Trace, NoRuleIsWithoutWords) {
    std::set<Rule> shown;
    for (const auto& line : lines) shown.insert(line.decision.rule);
    EXPECT_EQ(shown.size(), rule_count);
    for (std::uint8_t code = 0; code < rule_count; ++code) {
        EXPECT_NE(words(Decision{.rule = static_cast<Rule>(code)}), "") << to_string(static_cast<Rule>(code));
    }
}

TEST(Trace, AVoteIsGrantedOrRefusedForAReason) {
    const auto judged = [](Decision decision) {
        decision.rule = Rule::vote_judged;
        decision.peer = NodeId{2};
        decision.term = Term{8};
        return words(decision);
    };
    const std::string request = "vote request from 2, term 8: ";
    EXPECT_EQ(judged({.verdict = Verdict::granted}), request + "free -> grant");
    EXPECT_EQ(judged({.verdict = Verdict::bound, .other{1}}), request + "bound to 1 -> refuse (bound)");
    EXPECT_EQ(judged({.other_term{9}, .verdict = Verdict::stale_term}),
              request + "term 9 is known -> refuse (stale_term)");
    EXPECT_EQ(judged({.verdict = Verdict::voted}), request + "vote of that term is spent -> refuse (voted)");
    EXPECT_EQ(judged({.verdict = Verdict::not_standing}), request + "not heard standing -> refuse (not_standing)");
    EXPECT_EQ(judged({.span = 90ms, .verdict = Verdict::quarantine}),
              request + "quarantine for 90 ms more -> refuse (quarantine)");
    EXPECT_EQ(judged({.verdict = Verdict::new_state}), request + "state is new -> refuse (new_state)");
    EXPECT_EQ(judged({.verdict = Verdict::membership}), request + "voter list differs -> refuse (membership)");
    EXPECT_EQ(judged({.have = 1024, .verdict = Verdict::limit}), request + "1024 elections known -> refuse (limit)");
}

TEST(Trace, EachRuleHasANameOfItsOwn) {
    std::set<std::string_view> names;
    for (std::uint8_t code = 0; code < rule_count; ++code) names.insert(to_string(static_cast<Rule>(code)));
    EXPECT_EQ(names.size(), rule_count);
    EXPECT_EQ(to_string(Rule::win), "win");
    EXPECT_EQ(to_string(Rule::quarantine_over), "quarantine_over");
    EXPECT_EQ(to_string(Rule::leaving), "leaving");
}

TEST(Trace, WhatMovesSomethingIsNotable) {
    for (const Rule rule : {Rule::win, Rule::vote_judged, Rule::reply_counted, Rule::lease_lost, Rule::bind_to_claim,
                            Rule::promise_longer, Rule::clock_broken}) {
        EXPECT_TRUE(is_notable(rule)) << to_string(rule);
    }
    for (const Rule rule : {Rule::probe_judged, Rule::heir_probe, Rule::limit}) {
        EXPECT_FALSE(is_notable(rule)) << to_string(rule);
    }
}

TEST(Trace, AChangeOfRoleIsOneFixedLine) {
    EXPECT_EQ(words(RoleChange{.term{8}, .role = RoleName::leader, .leader{2}, .reason = Reason::transfer}),
              "election=default term=8 role=leader leader=2 reason=transfer");
    EXPECT_EQ(words(RoleChange{.term{9}, .role = RoleName::candidate}),
              "election=default term=9 role=candidate leader=0 reason=unknown");
}

}  // namespace
}  // namespace bellwether::protocol
