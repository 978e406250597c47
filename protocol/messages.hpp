// What travels between nodes: a struct a message. docs/protocol.md, "What travels", says what each is for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/time.hpp"
#include "protocol/types.hpp"

namespace bellwether::protocol {

inline constexpr std::uint8_t wire_version = 1;

// Which voter list a node goes by. Nodes that differ in it believe nothing of each other's votes.
struct MembershipMark {
    std::uint64_t generation{};
    std::uint8_t phase{};
    std::uint64_t voters_hash{};
    friend bool operator==(const MembershipMark&, const MembershipMark&) = default;
};

enum class Stands : std::uint8_t { none, campaigning, leading };
enum class Eligible : std::uint8_t { no, soon, yes };  // soon: nothing but a wait with a known end is in the way.
[[nodiscard]] std::string_view to_string(Stands stands);
[[nodiscard]] std::string_view to_string(Eligible eligible);

// "I heard you": the last `sent` of a peer's incarnation that reached the sender.
struct Ack {
    NodeId peer{};
    Incarnation incarnation{};
    Sent heard{};
    Term ceiling{};  // The highest ceiling ever heard of that peer: shows it a restored backup.
    friend bool operator==(const Ack&, const Ack&) = default;
};

// One election as the sender of a heartbeat stands in it.
struct ElectionView {
    ElectionName name{};
    Stands stands{};
    Term term{};        // That it stands for; 0 if it stands for nothing.
    NodeId heir{};      // It has let go in favour of this node.
    Instance supports{};  // Bound to, and if by a vote then on disk.
    bool pending{};     // A vote is being written.
    Term voted{};       // Highest term voted, on disk.
    Priority priority{};
    Eligible eligible{};
    std::uint16_t holder{};  // Of the leadership it claims, 1...999.
    Reason reason{};
    std::uint32_t hold_ms{};  // For which nobody preempts.
    std::uint32_t metadata_version{};
    friend bool operator==(const ElectionView&, const ElectionView&) = default;
};

// PUB -> one conflating SUB a peer, one frame. It is complete: an election not listed is one in which the sender
// neither stands nor supports.
struct Heartbeat {
    NodeId sender{};
    Incarnation incarnation{};
    Sent sent{};
    Duration lease{};  // D of the sender: what it counts on being promised.
    MembershipMark membership{};
    std::uint64_t config_hash{};
    bool votes{};
    bool quarantine{};
    bool new_state{};
    bool leaving{};
    Term floor{};
    Term ceiling{};              // The highest term voted in any election.
    Duration largest_promise{};  // The largest D of a promise that may still run.
    std::vector<Ack> acks{};
    std::vector<ElectionView> elections{};  // Sorted by name; one out of order may be overlooked.
    friend bool operator==(const Heartbeat&, const Heartbeat&) = default;
};

// DEALER -> ROUTER: the classic "election".
struct VoteRequest {
    NodeId sender{};
    Incarnation incarnation{};
    Sent sent{};
    std::uint64_t request{};
    ElectionName election{};
    Term term{};
    Priority priority{};
    bool probe{};  // Answered as if the voter were free; changes nothing.
    friend bool operator==(const VoteRequest&, const VoteRequest&) = default;
};

enum class Verdict : std::uint8_t {
    granted,
    bound,
    stale_term,
    voted,
    not_standing,
    quarantine,
    new_state,
    membership,
    limit,  // The voter knows as many elections as it may.
};
inline constexpr std::uint8_t verdict_count = 9;
[[nodiscard]] std::string_view to_string(Verdict verdict);

// The classic "answer", on the connection pinned to the voter.
struct VoteReply {
    NodeId sender{};
    std::uint64_t request{};
    Incarnation incarnation{};  // Of the candidate that is answered.
    ElectionName election{};
    Term term{};
    Verdict verdict{};
    Sent ack{};         // The last `sent` of the candidate heard, the request's included.
    Term voter_term{};
    std::uint32_t retry_after_ms{};
    friend bool operator==(const VoteReply&, const VoteReply&) = default;
};

enum class TransferStep : std::uint8_t { prepare, ready, unable };
[[nodiscard]] std::string_view to_string(TransferStep step);

// DEALER -> ROUTER, between a leader and its heir.
struct Transfer {
    NodeId sender{};
    Incarnation incarnation{};
    std::uint64_t request{};
    ElectionName election{};
    TransferStep step{};
    friend bool operator==(const Transfer&, const Transfer&) = default;
};

enum class RequestKind : std::uint8_t { transfer, metadata };

// DEALER -> ROUTER: a command passed on to the leader, or a question for the metadata of a version.
struct Request {
    NodeId sender{};
    Incarnation incarnation{};
    std::uint64_t request{};
    ElectionName election{};
    RequestKind kind{};
    NodeId target{};                   // transfer: who shall lead.
    std::uint32_t hold_ms{};           // transfer: for how long nobody preempts it.
    std::uint32_t metadata_version{};  // metadata: the version asked for.
    friend bool operator==(const Request&, const Request&) = default;
};

// The answer to a Request, on the pinned connection.
struct Response {
    NodeId sender{};
    std::uint64_t request{};
    Incarnation incarnation{};  // Of the node that is answered.
    ElectionName election{};
    bool done{};
    std::string reason{};  // One word of the local API if refused.
    std::string text{};    // A sentence for people.
    std::vector<std::uint8_t> metadata{};  // msgpack map; at most max_metadata bytes.
    friend bool operator==(const Response&, const Response&) = default;
};

using Message = std::variant<Heartbeat, VoteRequest, VoteReply, Transfer, Request, Response>;

}  // namespace bellwether::protocol
