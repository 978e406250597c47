// Who must agree: a majority of the voters. Written over a list of voter lists, so that a change of membership can
// ask for a majority of each; today the list has one entry.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/messages.hpp"
#include "protocol/planted.hpp"
#include "protocol/time.hpp"
#include "protocol/types.hpp"

namespace bellwether::protocol {

// The durable voter lists. Each is sorted and without duplicates.
struct Membership {
    std::uint64_t generation{};
    std::uint8_t phase{};
    std::vector<std::vector<NodeId>> lists{};

    [[nodiscard]] MembershipMark mark() const;
    [[nodiscard]] bool has(NodeId node) const;
    friend bool operator==(const Membership&, const Membership&) = default;
};

[[nodiscard]] Membership single_list(std::vector<NodeId> voters);

[[nodiscard]] constexpr std::size_t majority_of(std::size_t voters) { return voters / 2 + 1; }

class Quorum {
public:
    // Every list must have a voter.
    explicit Quorum(const Membership& membership);

    // A majority of each list is among the nodes for which `counted(node)` holds.
    template <class Predicate>
    [[nodiscard]] bool reached(const Predicate& counted) const {
        for (const auto& list : lists_) {
            std::size_t count = 0;
            for (const NodeId node : list) {
                count += counted(node) ? 1U : 0U;
            }
            if (count < enough_of(list.size())) {
                return false;
            }
        }
        return true;
    }

    // The latest moment up to which a majority of each list lasts, `until(node)` being how long each voter does:
    // the quorum-th largest.
    template <class Until>
    [[nodiscard]] Time lasts(const Until& until) const {
        Time earliest = never;
        for (const auto& list : lists_) {
            std::vector<Time> times;
            times.reserve(list.size());
            for (const NodeId node : list) {
                times.push_back(until(node));
            }
            earliest = std::min(earliest, quorum_th_largest(std::move(times)));
        }
        return earliest;
    }

    // For people, and for sets that must meet every quorum: of the largest list.
    [[nodiscard]] std::size_t voters() const;
    [[nodiscard]] std::size_t needed() const { return majority_of(voters()); }

    [[nodiscard]] static Time quorum_th_largest(std::vector<Time> times);

private:
    [[nodiscard]] static std::size_t enough_of(std::size_t voters) {
        return planted(Bug::half_is_a_quorum) ? voters - voters / 2 : majority_of(voters);
    }

    std::vector<std::vector<NodeId>> lists_;
};

// Counts votes of one campaign, each voter once.
class Tally {
public:
    enum class Counted { first, again, contradiction };

    // A voter that answers twice differently is counted by its first word; the caller reports the contradiction.
    Counted count(NodeId voter, Verdict verdict);

    [[nodiscard]] bool granted_by(NodeId voter) const;
    [[nodiscard]] bool refused_by(NodeId voter) const;
    [[nodiscard]] std::size_t grants() const;
    [[nodiscard]] std::size_t answers() const { return verdicts_.size(); }

    // "3 granted (1 2 5), 1 refused (4 bound)"
    [[nodiscard]] std::string summary() const;

private:
    std::map<NodeId, Verdict> verdicts_;

    friend struct Inspector;
};

}  // namespace bellwether::protocol
