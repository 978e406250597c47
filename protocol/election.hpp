// Layer 2: one named election as one node stands in it. docs/protocol.md, "An election".
//
// A voter is bound to at most one (node, incarnation): by its vote, or by hearing a claim while bound to nobody. It is
// free again when that one lets go, or when its promise to it has run out. Everything below follows from that.
//
// The rules live in these files by what they are about: election.cpp (being bound, what is heard and shown),
// election_vote.cpp (judging requests), election_campaign.cpp (standing), election_lead.cpp (the lease, preemption),
// election_handover.cpp (letting go in favour of another), election_sessions.cpp (the processes that stand through this
// host) and election_announce.cpp (what is said locally).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/event.hpp"
#include "protocol/host.hpp"
#include "protocol/lease.hpp"
#include "protocol/session.hpp"
#include "protocol/status.hpp"

namespace bellwether::protocol {

// To whom a voter is bound.
struct Binding {
    Instance to{};
    Sent message{};  // The newest message that bound: only a newer heartbeat lets go.
    std::uint64_t write{};  // Of the vote that bound; 0: a claim did, which needs no disk.
};

struct Follower {};

struct Candidate {
    Term term{};
    Lease lease;
    std::uint64_t request{};
    std::uint64_t write{};  // Of its own vote.
    bool own_vote_counted{};
    Time deadline{};
    Tally tally{};
    bool is_heir{};
    Reason reason{};  // What it will say if it wins.
    Duration hold{};  // For which nobody shall preempt it.
    std::map<NodeId, Time> asked_at{};  // Heir: voters that answered `bound` are asked again.
};

// Who wants to be told how a hand-over ended.
struct Requester {
    std::uint64_t command{};  // A local Command; 0: none.
    NodeId peer{};  // Or a node that passed a command on.
    Incarnation incarnation{};
    std::uint64_t request{};
    Route route{};
};

struct HandOver {
    enum class Phase : std::uint8_t { probing, expiring };
    NodeId heir{};
    Reason reason{};
    Phase phase = Phase::probing;
    Time deadline{};  // Of the heir's answer.
    std::uint64_t request{};
    Duration hold{};
    std::vector<NodeId> tried{};  // Of this hand-over, the present heir included.
    bool any_heir{};  // Another may be tried if this one is unable.
    Requester requester{};
};

struct Leader {
    Term term{};
    Lease lease;
    std::uint16_t holder = 1;
    bool has_held = false;  // A session was granted the token of this holder.
    Time won_at{};
    Reason reason{};
    Time valid_until = long_ago;  // The last one announced.
    Time believed_until = long_ago;  // The last one that a subscriber was given.
    std::optional<HandOver> handover{};
};

// It has let go, and names its heir until a claim is heard or the heir has had its time.
struct Departed {
    NodeId heir{};
    Reason reason{};
    Time until{};
    Time hold_until{};
    Requester requester{};
};

// A probe this node makes because a leader asked whether it could follow.
struct Probe {
    NodeId leader{};
    std::uint64_t transfer{};  // The leader's request, answered by its number.
    std::uint64_t request{};
    Time deadline{};
    Tally tally{};
};

// The grant that waits for the disk.
struct WaitingReply {
    std::uint64_t write{};
    Route route{};
    VoteRequest request{};
};

// What is known of another node's stand in this election.
struct Heard {
    Incarnation incarnation{};
    Sent sent{};
    ElectionView view{};
    bool taken{};  // A message since that heartbeat shows that it is bound.
    Time eligible_since = never;
    Time next_handover = long_ago;  // Not tried as an heir before that.
    Duration handover_wait{};
};

// A leader has let go and names this node.
struct Call {
    NodeId leader{};
    Reason reason{};
    Duration hold{};
};

// A command that another node's leader is to carry out.
struct PassedOn {
    std::uint64_t command{};
    std::uint64_t request{};
    NodeId to{};
    Time deadline{};
};

// What the leader says of itself, fetched from its node.
struct FetchedMetadata {
    NodeId node{};
    std::uint32_t version{};
    std::vector<std::uint8_t> bytes{};
    std::uint64_t asked{};  // The request under way; 0: none.
    NodeId asked_node{};
    std::uint32_t asked_version{};
    Time asked_at = long_ago;
};

// All that an election remembers, so that it can be copied as a value; the node around it is not part of that.
struct ElectionState {
    ElectionName name_{};
    ElectionSettings settings_{};
    bool declared_{};
    bool asked_in_vain_ = false;  // A candidate was told that this voter is bound, and waits for it to be free.

    // Durable, and how much of it is.
    Term term_{};
    Instance vote_{};
    std::uint64_t vote_write_ = 0;
    Term disk_term_{};

    std::optional<Binding> binding_{};
    std::variant<Follower, Candidate, Leader> role_{};
    std::vector<WaitingReply> waiting_{};
    std::map<NodeId, Heard> heard_{};
    Term highest_term_{};  // Ever heard of; the next campaign is for one more.

    // Campaigning.
    Duration timeout_{};
    std::optional<Time> may_since_{};  // Rules 1 and 2 have been true together since.
    unsigned failures_ = 0;
    Time cool_until_ = long_ago;
    Time ineligible_until_ = long_ago;  // It stepped down.
    Time heir_wait_until_ = long_ago;  // Somebody let go in favour of another.
    std::optional<Call> called_{};
    std::optional<Probe> probe_{};
    std::optional<Departed> departed_{};
    Time hold_until_ = long_ago;

    std::vector<PassedOn> passed_on_{};
    Sessions sessions_{};
    FetchedMetadata fetched_{};

    // What was last said.
    ElectionView shown_{};
    Time announced_at_ = long_ago;
    std::optional<Announcement> announced_{};
    Token highest_claim_{};
    std::map<NodeId, std::pair<Incarnation, Token>> claims_{};  // The last one heard of each node.
    Reason parted_ = Reason::unknown;  // Why this node last let go of a leadership.
    std::optional<Reason> parting_{};  // Why the leader it knew let go, if it said so.
    Reason absence_ = Reason::unknown;  // Why nobody is known to lead.
    RoleName told_role_ = RoleName::follower;
    NodeId told_leader_{};
    Token told_token_{};
    NodeId last_leader_{};  // The one before the present or absent one.
    Time last_event_{};

    std::uint64_t campaigns_ = 0;
    std::uint64_t wins_ = 0;
    std::uint64_t leader_changes_ = 0;
    std::uint64_t announcements_ = 0;

    unsigned looks_ = 2;  // In so many steps it is still looked at.
    Time due_ = never;  // When time alone wakes it.
};

class Election : ElectionState {
public:
    Election(Host& host, const ElectionName& name, const ElectionSettings& settings, bool declared);
    // The same election in a copy of its node.
    Election(Host& host, const Election& other) : ElectionState{other}, host_(host) {}
    Election(const Election&) = delete;
    Election& operator=(const Election&) = delete;
    void restore(const ElectionRecord& record);

    [[nodiscard]] const ElectionName& name() const { return name_; }
    [[nodiscard]] ElectionRecord record() const { return {name_, term_, vote_}; }
    [[nodiscard]] Term voted_on_disk() const { return disk_term_; }
    [[nodiscard]] ElectionView view() const;
    [[nodiscard]] ElectionStatus status(Time now) const;
    [[nodiscard]] Held held() const;  // While it leads.
    [[nodiscard]] std::uint64_t last_seq() const { return announcements_; }
    [[nodiscard]] bool is_leading() const { return std::holds_alternative<Leader>(role_); }
    [[nodiscard]] bool takes_sessions() const { return settings_.candidate == Candidacy::session; }
    // What this node says of itself here, if that is this version of it; else nullptr.
    [[nodiscard]] const std::vector<std::uint8_t>* own_metadata(std::uint32_t version) const;
    // Free, nobody linked stands and nothing has happened for an hour; elections of the file are never idle.
    [[nodiscard]] bool may_be_forgotten() const;

    // Awake it is looked at: in this step, and in the next one, where it does what follows from this one.
    void wake() { looks_ = 2; }
    [[nodiscard]] bool is_awake() const { return looks_ > 0; }

    // Before anything else, at each event: a leader compares its lease with the clock, a voter its promise.
    void check_clock();

    // `news`: the newest heartbeat of a peer of the same membership; `view` is its word on this election.
    void hear(const Heartbeat& news, const ElectionView& view);
    void hear_link_up();
    void on_request(const VoteRequest& request, Route route);
    void on_reply(const VoteReply& reply);
    void on_transfer(const Transfer& transfer);
    void on_stored();
    void on_believed(Time valid_until);
    void join(SessionId id, const SessionJoin& wish);
    void on_session(const SessionEvent& event);  // Of one that joined and is not over.
    void raise_floor();

    // People's wishes. Each is answered through its requester, sooner or later.
    void step_down(NodeId target, Duration hold, Requester requester);
    void transfer(NodeId target, Duration hold, Requester requester);
    void pass_on_transfer(NodeId target, Duration hold, std::uint64_t command);
    void on_response(const Response& response);
    [[nodiscard]] bool is_settled() const;  // Nothing led, no heir waited for.
    [[nodiscard]] bool leads_without_handover() const;

    // After each event: whatever time or news now makes true.
    void settle();
    void announce();
    void rest();  // The step is over.
    [[nodiscard]] Time next_deadline() const { return due_; }

private:
    [[nodiscard]] Time deadline() const;
    [[nodiscard]] bool is_waited_for(const ElectionView& shows) const;

    // Being bound.
    [[nodiscard]] bool is_free() const { return !binding_; }
    void check_lease();
    void check_binding();
    void bind_to_claim(const Heartbeat& news, const ElectionView& view);
    void let_go(Reason reason);

    // Standing.
    [[nodiscard]] Eligible eligible() const;
    [[nodiscard]] std::string hindrance() const;
    [[nodiscard]] Rank rank() const;
    [[nodiscard]] bool is_free_quorum() const;
    [[nodiscard]] bool shows_free(NodeId voter) const;
    [[nodiscard]] std::size_t free_voters() const;
    [[nodiscard]] std::size_t better_ranked() const;
    void consider_campaign();
    [[nodiscard]] Term next_term() const;
    void campaign(bool as_heir, Reason reason, Duration hold);
    void drive_campaign(Candidate& candidate);
    void ask_bound_voters_again(Candidate& candidate);
    void win(Candidate& candidate);
    void yield_to(NodeId node, Stands stands, Term term, Priority priority);
    void fail();
    void forgive();
    void lengthen_timeout(const Candidate& candidate);
    void drive_probe();
    void end_probe(bool ready);

    // Judging.
    [[nodiscard]] Verdict judge(const VoteRequest& request, Instance candidate) const;
    void reply(const VoteRequest& request, Verdict verdict, Route route);

    // Leading.
    [[nodiscard]] Time lease_until() const;
    void drive_leading(Leader& leader);
    [[nodiscard]] NodeId challenger() const;
    void consider_preemption();
    void depose(NodeId claimant, Term term);
    [[nodiscard]] NodeId best_heir(const std::vector<NodeId>& except) const;
    [[nodiscard]] bool is_able(NodeId heir) const;
    // Of those that have not failed lately, or else of all.
    [[nodiscard]] NodeId best_untried_heir() const;
    void hand_over_to_leave(Leader& leader);
    void begin_handover(NodeId heir, Reason reason, Duration hold, bool any_heir, Requester requester);
    void prepare(HandOver& handover, NodeId heir);
    void drive_handover(Leader& leader);
    void handover_failed(Leader& leader, Rule why);
    void wait_longer_for(NodeId heir);
    void depart(Leader& leader, NodeId heir, Reason reason);
    void end_departure(NodeId claimant);
    void lead_on(Leader& leader, const char* why);
    void tell(const Requester& requester, bool done, std::string reason, std::string text);

    // Sessions.
    void drive_sessions();
    void end_silent_sessions();
    void drive_holder(Holder& holder);
    void drive_holding(Leader& leader);
    [[nodiscard]] bool holds(const Holder& holder) const;
    [[nodiscard]] bool may_be_extended(const Holder& holder) const;
    [[nodiscard]] bool publishes_deadlines(const Leader& leader) const;
    [[nodiscard]] bool holder_has_stopped(Leader& leader);
    void grant(Leader& leader);
    void revoke(Holder& holder, Reason reason, Time stop_by);
    void release_holder(const char* end);
    void end_holder(Holder& holder, const SessionEvent& event);
    void kill_held(Holder& holder);
    void tell(SessionId session, session::FromNode message);
    void session_ends(SessionId session, const char* word);
    [[nodiscard]] Time next_session_deadline() const;

    // Saying.
    struct Known {
        NodeId leader{};
        Token token{};
        Reason reason{};
        std::uint32_t metadata_version{};
    };
    [[nodiscard]] Known known_leader() const;
    [[nodiscard]] NodeId supported_by_quorum() const;
    [[nodiscard]] std::uint32_t own_metadata_version() const;
    [[nodiscard]] const std::vector<std::uint8_t>* metadata_of(NodeId node, std::uint32_t version);
    void fetch_metadata(NodeId node, std::uint32_t version);
    [[nodiscard]] Announcement announcement(const Known& known);

    void decide(Decision decision) const;
    [[nodiscard]] RoleName role_name() const;

    Host& host_;

    friend struct Inspector;
};

}  // namespace bellwether::protocol
