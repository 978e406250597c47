#include <algorithm>

#include "tests/mutants/mutants.hpp"
#include "tests/sim/scenarios.hpp"

namespace bellwether::mutants {

using protocol::Bug;

const std::vector<Mutant>& all_mutants() {
    static const std::vector<Mutant> mutants{
        {Bug::promise_dies_with_its_life, "promise_dies_with_its_life", "2.1", "leases", 1},
        {Bug::promises_before_disk, "promises_before_disk", "2.2", "protocol_page_liveness_test", 0,
         "Support.ADAboveTheDurableLargestIsAckedOnlyOnceThatIsOnDisk"},
        {Bug::counts_from_receipt, "counts_from_receipt", "2.4", "drift", 1},
        {Bug::counts_the_whole_promise, "counts_the_whole_promise", "2.4", "drift", 14},
        {Bug::claim_takes_bound_voter, "claim_takes_bound_voter", "3.1", "slow", 47},
        {Bug::candidacy_lets_go, "candidacy_lets_go", "3.3", "minority", 1},
        {Bug::older_heartbeat_lets_go, "older_heartbeat_lets_go", "3.3", "slow", 280},
        {Bug::next_life_lets_go, "next_life_lets_go", "3.3", "handover", 2},
        {Bug::forgets_votes, "forgets_votes", "4.1", "general", 1},
        {Bug::grants_before_disk, "grants_before_disk", "4.2", "general", 1},
        {Bug::binds_after_disk, "binds_after_disk", "4.3", "slow", 7},
        {Bug::grant_outlives_binding, "grant_outlives_binding", "4.3", "links", 9},
        {Bug::shows_unwritten_support, "shows_unwritten_support", "1.5", "general", 1},
        {Bug::shows_old_support, "shows_old_support", "1.5", "links", 264},
        {Bug::no_quarantine, "no_quarantine", "5.1", "wiped", 1},
        {Bug::quarantine_of_own_lease, "quarantine_of_own_lease", "5.1", "leases", 236},
        {Bug::quarantine_binds_lower, "quarantine_binds_lower", "5.3", "attacks_recovery_test", 0, "Attack28.*"},
        {Bug::new_state_binds, "new_state_binds", "5.3", "protocol_page_quarantine_test", 0,
         "Quarantine.AVoterOfNewStateBindsToNoClaim"},
        {Bug::new_state_ignored, "new_state_ignored", "6.2", "wiped", 1},
        {Bug::copy_wins, "copy_wins", "6.2", "protocol_page_new_state_test", 0,
         "NewState.ACandidateWhoseStateTurnsOutToBeACopyWinsNothing"},
        {Bug::new_state_deaf, "new_state_deaf", "6.3", "attacks_recovery_test", 0, "Attack20.*"},
        {Bug::one_old_voter_suffices, "one_old_voter_suffices", "6.4", "wiped", 39},
        {Bug::old_echoes_suffice, "old_echoes_suffice", "6.4", "wiped", 39},
        {Bug::no_floor_after_new_state, "no_floor_after_new_state", "6.5", "wiped", 48},
        {Bug::new_state_ends_undurably, "new_state_ends_undurably", "6.5", "wiped", 1},
        {Bug::new_state_shown_no_more, "new_state_shown_no_more", "6.6", "protocol_page_new_state_test", 0,
         "NewState.ItGoesOnShowingItForD"},
        {Bug::stands_for_its_own_term, "stands_for_its_own_term", "7.1", "general", 1},
        {Bug::no_pre_vote, "no_pre_vote", "7.3", "minority", 1},
        {Bug::pending_is_free, "pending_is_free", "7.3", "protocol_page_campaign_test", 0,
         "RuleTwo.AVoterThatIsWritingAVoteDoesNotCount"},
        {Bug::better_candidate_ignored, "better_candidate_ignored", "7.7", "protocol_page_candidate_test", 0,
         "ACandidate.LetsGoWhenItHearsABetterRankedOneStandForItsTermOrAHigherOne"},
        {Bug::refusals_are_no_failures, "refusals_are_no_failures", "7.8", "attacks_recovery_test", 0, "Attack29c.*"},
        {Bug::timeout_never_longer, "timeout_never_longer", "7.9", "links", 11},
        {Bug::cool_down_outlives_heal, "cool_down_outlives_heal", "7.10", "slow", 58},
        {Bug::own_vote_before_disk, "own_vote_before_disk", "7.5", "general", 3},
        {Bug::half_is_a_quorum, "half_is_a_quorum", "7.6", "two", 2},
        {Bug::wins_without_lease, "wins_without_lease", "7.6", "links", 48},
        {Bug::earlier_answers_count, "earlier_answers_count", "1.8", "slow", 103},
        {Bug::grants_older_terms, "grants_older_terms", "8.1", "slow", 38},
        {Bug::votes_twice_in_a_term, "votes_twice_in_a_term", "8.1", "slow", 1},
        {Bug::bound_voter_grants, "bound_voter_grants", "8.1", "general", 10},
        {Bug::better_voter_vetoes, "better_voter_vetoes", "8.2", "constrained", 1},
        {Bug::acks_without_support, "acks_without_support", "9.2", "protocol_page_leading_test", 0,
         "TheLease.CountsOnlyAcksOfHeartbeatsThatShowTheSupport"},
        {Bug::acks_of_earlier_standing, "acks_of_earlier_standing", "9.3", "protocol_page_leading_test", 0,
         "TheLease.CountsOnlyEchoesOfWhatWasSentSinceItBeganToStand"},
        {Bug::lease_not_looked_at, "lease_not_looked_at", "10.1", "general", 1},
        {Bug::announces_beyond_lease, "announces_beyond_lease", "10.2", "general", 1},
        {Bug::lets_go_while_believed, "lets_go_while_believed", "11.3", "handover", 1},
        {Bug::preempts_equals, "preempts_equals", "12.1", "general", 2},
        {Bug::preempts_the_flapping, "preempts_the_flapping", "12.2", "protocol_page_preemption_test", 0,
         "Preemption.TheDelayIsMeasuredToTheLastTwoWayProof"},
        {Bug::floor_forgets, "floor_forgets", "13.2", "protocol_page_mesh_test", 0,
         "Forgetting.AnElectionInWhichNothingHappenedForAnHourIsForgottenAndTheFloorKeepsItsTerm"},
        {Bug::overtaken_claim_believed, "overtaken_claim_believed", "16.1", "general", 40},
        {Bug::lets_go_while_session_acts, "lets_go_while_session_acts", "17.8", "sessions", 7},
        {Bug::grants_while_another_acts, "grants_while_another_acts", "17.5", "sessions", 1},
        {Bug::token_given_twice, "token_given_twice", "17.6", "sessions", 1},
        {Bug::extends_the_ended, "extends_the_ended", "17.7", "sessions", 1},
        {Bug::kills_nothing, "kills_nothing", "17.9", "sessions", 1},
    };
    return mutants;
}

const Mutant* mutant_named(std::string_view name) {
    const auto& mutants = all_mutants();
    const auto place =
        std::find_if(mutants.begin(), mutants.end(), [&](const Mutant& one) { return one.name == name; });
    return place == mutants.end() ? nullptr : &*place;
}

std::optional<sim::Options> hunting_ground(std::string_view name) {
    if (const auto mix = sim::mix_named(name)) return sim::Options{.mix = *mix};
    if (sim::scenario_named(name) != nullptr) return sim::Options{.scenario = std::string{name}};
    return std::nullopt;
}

std::vector<std::string_view> all_hunting_grounds() {
    std::vector<std::string_view> names;
    for (const sim::NamedScenario& scenario : sim::all_scenarios()) {
        names.push_back(scenario.name);
    }
    for (const sim::NamedMix& mix : sim::all_mixes()) {
        names.push_back(mix.name);
    }
    return names;
}

}  // namespace bellwether::mutants
