#include "tools/chaos/report.hpp"

#include <algorithm>
#include <map>

namespace bellwether::chaos {

using protocol::Duration;
using protocol::Time;

namespace {

bool was_late(const History& history, Time begin, Time end) {
    return std::any_of(history.lates().begin(), history.lates().end(),
                       [&](const Late& late) { return late.begin < end && begin < late.end; });
}

// A gap below zero is an overlap, and reported as that.
void add_gaps(ElectionReport& report, const History& history) {
    const Believed* before = nullptr;
    for (const Believed& next : report.believed) {
        if (before != nullptr) {
            const Gap gap{.before = *before,
                          .after = next,
                          .length = std::max(next.begin - before->end, Duration{}),
                          .observer_late = was_late(history, before->end, next.begin)};
            if (!gap.is_lapse()) ++report.changes;
            report.gaps.push_back(gap);
        }
        before = &next;
    }
}

void add_overlaps(ElectionReport& report) {
    std::map<std::string, const Believed*> latest;  // Of each node, as its own never overlap.
    for (const Believed& next : report.believed) {
        for (const auto& [node, earlier] : latest) {
            const Time end = std::min(earlier->end, next.end);
            if (node != next.node && next.begin < end) report.overlaps.push_back({*earlier, next, end - next.begin});
        }
        latest[next.node] = &next;
    }
}

void add_token_faults(ElectionReport& report) {
    const Believed* highest = nullptr;
    for (const Believed& next : report.believed) {
        const bool grows = highest == nullptr || next.token > highest->token ||
                           (next.token == highest->token && next.node == highest->node);
        if (!grows) report.token_faults.push_back({next, highest->token});
        if (highest == nullptr || next.token > highest->token) highest = &next;
    }
}

const Believed* leading_at(const ElectionReport& report, const Mark& mark) {
    for (const Believed& believed : report.believed) {
        if (believed.node == mark.node && believed.begin <= mark.at && mark.at < believed.end) return &believed;
    }
    return nullptr;
}

const Believed* next_after(const ElectionReport& report, const Believed& old) {
    for (const Believed& believed : report.believed) {
        if (believed.begin > old.begin && believed.token != old.token) return &believed;
    }
    return nullptr;
}

// A node that was silenced before, or touched meanwhile, learns late for reasons of its own.
bool was_left_alone(const History& history, const std::string& node, Time begin, Time end) {
    bool silenced = false;
    for (const Mark& mark : history.marks()) {
        if (mark.node != node || mark.at > end) continue;
        if (mark.at > begin) return false;
        silenced = mark.silences();
    }
    return !silenced;
}

// When the nodes that neither led nor lead named the new leader.
void add_told(Takeover& takeover, const History& history) {
    for (const Told& told : history.told()) {
        const bool about_it = told.election == takeover.after.election && told.token == takeover.after.token;
        const bool bystander = told.node != takeover.after.node && told.node != takeover.mark.node;
        if (!about_it || !bystander || !was_left_alone(history, told.node, takeover.mark.at, told.at)) continue;
        const Duration length = told.at - takeover.mark.at;
        takeover.until_first_told = std::min(takeover.until_first_told.value_or(length), length);
        takeover.until_all_told = std::max(takeover.until_all_told.value_or(length), length);
    }
}

void add_takeovers(ElectionReport& report, const History& history) {
    for (const Mark& mark : history.marks()) {
        if (!mark.silences()) continue;
        ++report.silenced;
        const Believed* old = leading_at(report, mark);
        if (old == nullptr) continue;
        const Believed* next = next_after(report, *old);
        if (next == nullptr) {
            report.unanswered.push_back(mark);
            continue;
        }
        Takeover takeover{.mark = mark,
                          .after = *next,
                          .until_leader = next->begin - mark.at,
                          .until_first_told = {},
                          .until_all_told = {},
                          .observer_late = was_late(history, mark.at, next->begin)};
        add_told(takeover, history);
        report.takeovers.push_back(takeover);
    }
}

}  // namespace

bool Report::is_safe() const {
    return std::all_of(elections.begin(), elections.end(), [](const ElectionReport& report) {
        return report.overlaps.empty() && report.token_faults.empty();
    });
}

Report make_report(const History& history) {
    std::map<protocol::ElectionName, ElectionReport> reports;
    for (const Believed& believed : history.believed()) reports[believed.election].believed.push_back(believed);
    Report whole;
    for (auto& [election, report] : reports) {
        report.election = election;
        add_gaps(report, history);
        add_overlaps(report);
        add_token_faults(report);
        add_takeovers(report, history);
        whole.elections.push_back(std::move(report));
    }
    return whole;
}

std::optional<Spread> spread_of(std::vector<Duration> lengths) {
    if (lengths.empty()) return std::nullopt;
    std::sort(lengths.begin(), lengths.end());
    return Spread{.count = lengths.size(), .median = lengths[lengths.size() / 2], .max = lengths.back()};
}

}  // namespace bellwether::chaos
