#include "protocol/quorum.hpp"

#include <algorithm>
#include <cassert>
#include <functional>

namespace bellwether::protocol {

MembershipMark Membership::mark() const {
    std::string text;
    for (const auto& list : lists) {
        for (const NodeId node : list) {
            text += std::to_string(node.value) + ",";
        }
        text += ";";
    }
    return {generation, phase, fingerprint(text)};
}

bool Membership::has(NodeId node) const {
    return std::any_of(lists.begin(), lists.end(),
                       [&](const auto& list) { return std::binary_search(list.begin(), list.end(), node); });
}

Membership single_list(std::vector<NodeId> voters) {
    std::sort(voters.begin(), voters.end());
    return {.generation = 1, .phase = 0, .lists = {std::move(voters)}};
}

Quorum::Quorum(const Membership& membership) : lists_(membership.lists) {
    assert(!lists_.empty());
    assert(std::none_of(lists_.begin(), lists_.end(), [](const auto& list) { return list.empty(); }));
}

std::size_t Quorum::voters() const {
    std::size_t most = 0;
    for (const auto& list : lists_) {
        most = std::max(most, list.size());
    }
    return most;
}

Time Quorum::quorum_th_largest(std::vector<Time> times) {
    assert(!times.empty());
    const auto nth = times.begin() + static_cast<std::ptrdiff_t>(enough_of(times.size()) - 1);
    std::nth_element(times.begin(), nth, times.end(), std::greater<>{});
    return *nth;
}

Tally::Counted Tally::count(NodeId voter, Verdict verdict) {
    const auto [place, is_first] = verdicts_.emplace(voter, verdict);
    if (is_first) {
        return Counted::first;
    }
    return place->second == verdict ? Counted::again : Counted::contradiction;
}

bool Tally::granted_by(NodeId voter) const {
    const auto place = verdicts_.find(voter);
    return place != verdicts_.end() && place->second == Verdict::granted;
}

bool Tally::refused_by(NodeId voter) const {
    const auto place = verdicts_.find(voter);
    return place != verdicts_.end() && place->second != Verdict::granted;
}

std::size_t Tally::grants() const {
    return static_cast<std::size_t>(std::count_if(verdicts_.begin(), verdicts_.end(),
                                                  [](const auto& entry) { return entry.second == Verdict::granted; }));
}

std::string Tally::summary() const {
    std::string yes;
    std::string no;
    for (const auto& [voter, verdict] : verdicts_) {
        if (verdict == Verdict::granted) {
            yes += (yes.empty() ? "" : " ") + std::to_string(voter.value);
        } else {
            no += (no.empty() ? "" : ", ") + std::to_string(voter.value) + " " + std::string{to_string(verdict)};
        }
    }
    std::string text = std::to_string(grants()) + " granted";
    text += yes.empty() ? "" : " (" + yes + ")";
    text += ", " + std::to_string(answers() - grants()) + " refused";
    text += no.empty() ? "" : " (" + no + ")";
    return text;
}

}  // namespace bellwether::protocol
