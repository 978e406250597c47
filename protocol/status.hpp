// A plain snapshot of a node, for people and programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/messages.hpp"
#include "protocol/time.hpp"
#include "protocol/trace.hpp"
#include "protocol/types.hpp"

namespace bellwether::protocol {

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order in which people read it.
struct ElectionStatus {
    ElectionName name{};
    RoleName role{};
    Term term{};         // Durable term of this voter.
    NodeId leader{};     // As far as this node knows.
    Token token{};
    Reason reason{};
    Duration lease_left{};  // While it leads; else 0.
    NodeId bound_to{};
    Duration bound_left{};
    Eligible eligible{};
    std::string hindrance{};  // What keeps this node from leading, as a sentence; "" if nothing does.
    Duration hold_left{};   // Nobody preempts.
    bool preempts{};        // By its settings, a better-ranked node takes over.
    Duration handover_timeout{};
    NodeId heir{};          // A hand-over to this node is under way.
    NodeId challenger{};    // It takes over from this one, once it has been well for long enough.
    std::size_t sessions{};  // That stand here, or may still act.
    SessionId session{};    // The one that holds the token; 0: none.
    bool revoking{};        // It was told to stop, or is waited for.
    unsigned failures{};    // Campaigns failed in a row.
    Duration cooldown_left{};
    std::uint64_t campaigns{};  // Begun since the start.
    std::uint64_t wins{};
    std::uint64_t leader_changes{};  // Seen since the start.
};

// A leadership of this node, as cheap to ask for as can be: what a checker looks at after every step.
struct Held {
    ElectionName election{};
    Term term{};
    Token token{};
    Time lease_until{};
};

struct PeerStatus {
    NodeId id{};
    std::string name{};
    bool voter{};
    Priority priority{};
    Incarnation incarnation{};          // 0: never heard.
    std::optional<Duration> heard_ago{};  // Of its last heartbeat.
    bool link_up{};                     // It hears us, too.
    Duration round_trip{};              // Age of the newest echo when it came: heartbeat interval included.
    bool votes{};
    bool quarantine{};
    bool new_state{};
    bool leaving{};
    bool same_membership{};
    bool same_config{};
    std::vector<NodeId> hears{};  // Whom it acks.
    std::string security{};   // "curve", "plain", "none": how it is spoken to. "" if it never is.
    std::string hindrance{};  // What keeps the connection to it from coming about, as a sentence; "" if nothing does.
};

struct Status {
    std::string cluster{};
    NodeId self{};
    std::string name{};
    bool voter{};
    Priority priority{};
    Incarnation incarnation{};
    Time now{};
    Duration heartbeat{};
    Duration lease{};
    bool votes{};
    Duration quarantine_left{};
    bool new_state{};
    bool draining{};
    bool leaving{};
    std::size_t voters{};
    std::size_t quorum{};
    std::size_t linked{};  // Voters that vote and are linked both ways, itself included.
    bool quorum_linked{};
    std::uint64_t config_hash{};
    MembershipMark membership{};
    Term floor{};
    std::vector<ElectionStatus> elections{};
    std::vector<PeerStatus> peers{};
    std::uint64_t clock_alarms{};  // A claim proved a lease lost that the own clock still believed in.
    std::uint64_t refused_messages{};  // Unknown senders, forged ones, impossible echoes.
};

}  // namespace bellwether::protocol
