#include "tools/cli/prospect.hpp"

#include <chrono>
#include <cstdint>

namespace bellwether::cli {

namespace {

std::string who_leads(const Json& election) {
    const std::string leader = text_of(election, "leader");
    return leader.empty() ? "nobody is known to lead" : leader + " leads";
}

std::string why_not_now(const Json& election) {
    if (text_of(election, "role") != "leader") return who_leads(election);
    if (number_of(election, "lease_left_ms") == 0) return "its lease has run out";
    // Where processes stand, the host leads for one of them, or for none while it hands over from one to the next.
    if (number_of(election, "sessions") > 0 && number_of(election, "session") == 0)
        return "no session leads at present";
    return "";
}

std::string in_words(const std::string& name) { return name + " outranks it and may take over"; }

// Where processes stand a node that could do better does so only with one of them, and then it is the challenger. Where
// the node itself stands, one of a better rank that is here may be eligible again at any time.
std::string who_may_preempt(const Json& status, const Json& election, std::uint64_t span_ms) {
    if (!flag_of(election, "preempt") || number_of(election, "hold_left_ms") >= span_ms) return "";
    if (number_of(election, "sessions") > 0) {
        const std::string challenger = text_of(election, "challenger");
        return challenger.empty() ? "" : in_words(challenger);
    }
    for (const Json& peer : list_of(status, "peers")) {
        const bool outranks = number_of(peer, "priority") > number_of(status, "priority");
        if (outranks && flag_of(peer, "voter") && flag_of(peer, "link_up") && !flag_of(peer, "leaving")) {
            return in_words(text_of(peer, "name"));
        }
    }
    return "";
}

std::string why_not_for(const Json& status, const Json& election, std::uint64_t span_ms) {
    if (flag_of(status, "leaving")) return "it is shutting down";
    if (flag_of(status, "draining")) return "it is being drained";
    if (number_of(election, "heir_id") != 0) return "it hands over to " + text_of(election, "heir");
    if (flag_of(election, "revoking")) return "its session is asked to stop";
    if (!flag_of(status, "quorum_linked")) return "it has lost its quorum";
    // One that is renewed each heartbeat never gets so low.
    if (number_of(election, "lease_left_ms") < number_of(status, "lease_ms") / 2) return "its lease is not renewed";
    return who_may_preempt(status, election, span_ms);
}

}  // namespace

Prospect prospect(const Json& status, const protocol::ElectionName& election, protocol::Duration span) {
    const Json* found = election_of(status, election);
    if (found == nullptr) return {.why = why_unknown({&status}, election)};
    std::string why = why_not_now(*found);
    const auto span_ms = static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::milliseconds>(span).count());
    if (why.empty() && span_ms > 0) why = why_not_for(status, *found, span_ms);
    return {.leads = why.empty(), .why = why};
}

}  // namespace bellwether::cli
