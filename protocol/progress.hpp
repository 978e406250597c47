// What must come to pass once the faults have stopped, or while they leave a leader its quorum: the liveness
// invariants of docs/protocol.md, "What must hold". Like invariants.hpp it looks from outside, in true time; unlike
// there, somebody has to say what is to be expected, as only he knows which links are whole.
//
//   L1, L2  a leader, known to all who must know it, within `leader_within`, and again so soon whenever it is lost
//   L3, L4  from `steady_after` on no change of leader, and no term grows on any disk
//   L5      one of the `favourites` leads within `favourite_within`
//   L6      a node says at most `messages_a_second`, at any time
//   L7      terms grow by `terms_at_most` until there is a leader
//   L8      who must know a leader knows it within `known_within` of its win
// The other half of L6, how often a leader may change under a fault that comes and goes, is L3 and L4 here: 0 is asked
// for, which is less than L6 grants.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/durable.hpp"
#include "protocol/status.hpp"
#include "protocol/true_time.hpp"

namespace bellwether::protocol {

struct Expectation {
    TrueTime since{};
    std::vector<NodeId> knowing{};  // Who must know the leader; none: it is enough that somebody leads.
    Duration leader_within{};
    std::optional<Duration> steady_after{};
    std::vector<NodeId> favourites{};  // None: whoever leads. A change to one of them is no unrest.
    Duration favourite_within{};
    std::uint64_t terms_at_most{};
    Duration known_within{};
};

class Progress {
public:
    using Report = std::function<void(std::string_view number, const std::string& what)>;

    explicit Progress(Report report) : report_{std::move(report)} {}

    // Each to one peer; 0: no limit.
    std::uint64_t messages_a_second = 0;

    // From now on. But for the messages, nothing is asked before.
    void expect(const Expectation& expectation) { expectation_ = expectation; }

    // What nodes do, from the start on: what one leads, whom it takes for the leader, what it has on disk.
    void stepped(TrueTime now, const Instance& self, const std::vector<Held>& held);
    void knows(TrueTime now, NodeId node, const ElectionName& election, NodeId leader);
    void is_on_disk(TrueTime now, const Durable& record);
    void died(TrueTime now, const Instance& self);
    void spoke(TrueTime now, NodeId node, std::uint64_t messages);
    // Whatever has a time limit: now and then, and at the end.
    void look(TrueTime now);

    // How long after `since` the election had a leader whom all knew, for good.
    [[nodiscard]] std::optional<Duration> settled_after(const ElectionName& election) const;
    // How long it was until there was one for the first time.
    [[nodiscard]] std::optional<Duration> first_leader_after(const ElectionName& election) const;
    [[nodiscard]] std::uint64_t leader_changes() const { return leader_changes_; }  // Since `since`.
    [[nodiscard]] std::uint64_t terms_grown() const { return terms_grown_; }
    // The most that a node has said within a second.
    [[nodiscard]] std::uint64_t busiest_second() const { return busiest_second_; }

private:
    struct Watched {
        std::vector<Instance> leaders;   // Who leads now: one, or with clocks out of bounds more.
        TrueTime led_since{};            // The newest of them.
        NodeId last_leader{};
        std::map<NodeId, NodeId> known;  // By whom, whom.
        std::optional<TrueTime> agreed_since;
        std::optional<TrueTime> first_agreed;  // Within the expectation.
        TrueTime missing_since{};
        Term term{};  // The highest on any disk.
        std::uint64_t grown{};
    };

    struct Second {
        TrueTime begin{};
        std::uint64_t messages{};
    };

    [[nodiscard]] bool is_asked(TrueTime now) const { return expectation_ && now >= expectation_->since; }
    [[nodiscard]] bool is_favourite(NodeId node) const;
    [[nodiscard]] bool is_steady(TrueTime now, const Watched& watched) const;
    void compare(TrueTime now, const ElectionName& name, Watched& watched);
    void changed(TrueTime now, const ElectionName& name, Watched& watched, NodeId leader);
    void breach(std::string_view number, const ElectionName& election, const std::string& what) const;

    Report report_;
    std::optional<Expectation> expectation_;
    std::map<ElectionName, Watched> elections_;
    std::vector<Instance> leading_;  // Whoever leads anything.
    std::uint64_t leader_changes_ = 0;
    std::uint64_t terms_grown_ = 0;
    std::map<NodeId, Second> seconds_;  // Under way.
    std::uint64_t busiest_second_ = 0;
};

}  // namespace bellwether::protocol
