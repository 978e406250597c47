#include "tools/chaos/report_text.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

namespace bellwether::chaos {

using protocol::Duration;
using protocol::Time;

namespace {

std::string ms(Duration duration) {
    char text[48];
    std::snprintf(text, sizeof text, "%.1f ms", static_cast<double>(duration.count()) / 1e6);
    return text;
}

std::string seconds(Duration duration) {
    char text[48];
    std::snprintf(text, sizeof text, "%9.3f  ", static_cast<double>(duration.count()) / 1e9);
    return text;
}

std::string leadership(const Believed& believed) {
    return believed.node + " (token " + std::to_string(believed.token.value) + ")";
}

std::string of_election(const ElectionReport& report) { return "  " + report.election.str() + ": "; }

using Entry = std::pair<Time, std::string>;

std::string words(const Gap& gap) {
    const std::string length = gap.length > Duration{} ? "nobody for " + ms(gap.length) : "no gap";
    return (gap.is_lapse() ? "leads on after a lapse: " : "") + length + (gap.observer_late ? ", observer late" : "");
}

void add_leaders(std::vector<Entry>& entries, const ElectionReport& report) {
    for (std::size_t i = 0; i < report.believed.size(); ++i) {
        const Believed& believed = report.believed[i];
        entries.emplace_back(believed.begin, report.election.str() + ": " + leadership(believed) + " leads, " +
                                                 std::string{protocol::to_string(believed.reason)} +
                                                 (i == 0 ? "" : "; " + words(report.gaps[i - 1])));
    }
}

std::vector<Duration> gap_lengths(const ElectionReport& report) {
    std::vector<Duration> lengths;
    for (const Gap& gap : report.gaps) {
        if (!gap.observer_late && !gap.is_lapse()) lengths.push_back(gap.length);
    }
    return lengths;
}

enum class Until { leader, first_told, all_told };
std::vector<Duration> takeover_lengths(const ElectionReport& report, Until until) {
    std::vector<Duration> lengths;
    for (const Takeover& takeover : report.takeovers) {
        if (takeover.observer_late) continue;
        const auto length = until == Until::leader       ? std::optional{takeover.until_leader}
                            : until == Until::first_told ? takeover.until_first_told
                                                         : takeover.until_all_told;
        if (length) lengths.push_back(*length);
    }
    return lengths;
}

std::size_t late_takeovers(const ElectionReport& report) {
    return static_cast<std::size_t>(std::count_if(report.takeovers.begin(), report.takeovers.end(),
                                                  [](const Takeover& t) { return t.observer_late; }));
}

// How many blows the figures below are of, and where the others are: the parts add up to the whole.
struct Account {
    std::size_t silenced{};
    std::size_t measured{};
    std::size_t apart{};
    std::size_t unanswered{};
    std::size_t did_not_lead{};
};

Account account_of(const ElectionReport& report) {
    const std::size_t apart = late_takeovers(report);
    const std::size_t leaders = report.takeovers.size() + report.unanswered.size();
    return {.silenced = report.silenced,
            .measured = report.takeovers.size() - apart,
            .apart = apart,
            .unanswered = report.unanswered.size(),
            .did_not_lead = report.silenced - leaders};
}

std::string account_line(const ElectionReport& report) {
    const Account account = account_of(report);
    if (account.silenced == 0) return "";
    std::string text = of_election(report) + "silenced " + std::to_string(account.silenced) +
                       " times: " + std::to_string(account.measured) + " measured";
    const auto add = [&text](std::size_t count, const char* what) {
        if (count > 0) text += ", " + std::to_string(count) + ' ' + what;
    };
    add(account.apart, "listed apart, the observer was late");
    add(account.unanswered, "after which nobody led");
    add(account.did_not_lead, "of nodes that did not lead");
    return text + '\n';
}

std::string spread_line(const ElectionReport& report, const std::string& what, std::vector<Duration> lengths) {
    const auto spread = spread_of(std::move(lengths));
    if (!spread) return "";
    return of_election(report) + what + ": median " + ms(spread->median) + ", longest " + ms(spread->max) + " (" +
           std::to_string(spread->count) + " times)\n";
}

std::string doubtful_lines(const ElectionReport& report) {
    std::string text;
    for (const Gap& gap : report.gaps) {
        if (!gap.observer_late) continue;
        text += of_election(report) + "not counted, the observer was late: " + gap.before.node + " -> " +
                gap.after.node + ", " + ms(gap.length) + '\n';
    }
    for (const Takeover& takeover : report.takeovers) {
        if (!takeover.observer_late) continue;
        text += of_election(report) + "not counted, the observer was late: " + takeover.mark.verb + ' ' +
                takeover.mark.node + ", " + takeover.after.node + " announced after " + ms(takeover.until_leader) +
                '\n';
    }
    return text;
}

std::string lapse_line(const ElectionReport& report) {
    const auto lapses =
        std::count_if(report.gaps.begin(), report.gaps.end(), [](const Gap& g) { return g.is_lapse(); });
    return lapses == 0 ? ""
                       : of_election(report) +
                             "deadlines lapsed under a leader that went on: " + std::to_string(lapses) + " times\n";
}

std::string fault_lines(const ElectionReport& report) {
    std::string text;
    for (const Overlap& overlap : report.overlaps) {
        text += of_election(report) + "TWO LEADERS for " + ms(overlap.length) + ": " + leadership(overlap.first) +
                " and " + leadership(overlap.second) + '\n';
    }
    for (const TokenFault& fault : report.token_faults) {
        text += of_election(report) + "TOKEN WENT BACK: " + leadership(fault.believed) + " after " +
                std::to_string(fault.highest_before.value) + '\n';
    }
    return text;
}

std::string election_lines(const ElectionReport& report) {
    std::string text = of_election(report) + "the leader changed " + std::to_string(report.changes) + " times\n";
    text += spread_line(report, "nobody led in between", gap_lengths(report));
    text += account_line(report);
    text += spread_line(report, "silenced -> next leader announced", takeover_lengths(report, Until::leader));
    text += spread_line(report, "silenced -> told on another node", takeover_lengths(report, Until::first_told));
    text += spread_line(report, "silenced -> told on all others", takeover_lengths(report, Until::all_told));
    for (const Mark& mark : report.unanswered) {
        text += of_election(report) + "nobody led after: " + mark.verb + ' ' + mark.node + '\n';
    }
    return text + lapse_line(report) + doubtful_lines(report) + fault_lines(report);
}

std::string lateness_line(const History& history) {
    if (history.lates().empty()) return "";
    Duration longest{};
    for (const Late& late : history.lates()) longest = std::max(longest, late.end - late.begin);
    return "  the observer itself was late " + std::to_string(history.lates().size()) + " times, at most by " +
           ms(longest) + '\n';
}

std::string verdict(const Report& report) {
    if (report.elections.empty()) return "  NOBODY LED: no announcement of a leader was heard\n";
    return report.is_safe() ? "  never two leaders, tokens only grew\n" : "  UNSAFE\n";
}

std::int64_t us(Duration duration) { return duration.count() / 1000; }

nlohmann::ordered_json spread_json(std::vector<Duration> lengths) {
    const auto spread = spread_of(std::move(lengths));
    if (!spread) return nullptr;
    return {{"count", spread->count}, {"median_us", us(spread->median)}, {"max_us", us(spread->max)}};
}

nlohmann::ordered_json gap_json(const Gap& gap, Time begin) {
    return {{"at_us", us(gap.after.begin - begin)},
            {"from", gap.before.node},
            {"to", gap.after.node},
            {"token", gap.after.token.value},
            {"reason", protocol::to_string(gap.after.reason)},
            {"length_us", us(gap.length)},
            {"lapse", gap.is_lapse()},
            {"observer_late", gap.observer_late}};
}

nlohmann::ordered_json account_json(const ElectionReport& report) {
    const Account account = account_of(report);
    return {{"total", account.silenced},
            {"measured", account.measured},
            {"observer_late", account.apart},
            {"unanswered", account.unanswered},
            {"did_not_lead", account.did_not_lead}};
}

nlohmann::ordered_json election_json(const ElectionReport& report, Time begin) {
    auto gaps = nlohmann::ordered_json::array();
    for (const Gap& gap : report.gaps) gaps.push_back(gap_json(gap, begin));
    return {{"election", report.election.str()},
            {"changes", report.changes},
            {"gap", spread_json(gap_lengths(report))},
            {"silenced", account_json(report)},
            {"silenced_to_leader", spread_json(takeover_lengths(report, Until::leader))},
            {"silenced_to_first_told", spread_json(takeover_lengths(report, Until::first_told))},
            {"silenced_to_all_told", spread_json(takeover_lengths(report, Until::all_told))},
            {"unanswered", report.unanswered.size()},
            {"two_leaders", report.overlaps.size()},
            {"tokens_back", report.token_faults.size()},
            {"gaps", std::move(gaps)}};
}

}  // namespace

std::string timeline(const History& history, const Report& report, Time begin) {
    std::vector<Entry> entries;
    for (const Mark& mark : history.marks()) entries.emplace_back(mark.at, mark.verb + ' ' + mark.node);
    for (const ElectionReport& election : report.elections) add_leaders(entries, election);
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.first < b.first; });
    std::string text;
    for (const auto& [at, what] : entries) text += seconds(at - begin) + what + '\n';
    return text;
}

std::string summary(const History& history, const Report& report) {
    std::string text = "  " + std::to_string(history.announcements()) + " announcements heard\n";
    for (const ElectionReport& election : report.elections) text += election_lines(election);
    return text + lateness_line(history) + verdict(report);
}

nlohmann::ordered_json to_json(const History& history, const Report& report, Time begin) {
    auto elections = nlohmann::ordered_json::array();
    for (const ElectionReport& election : report.elections) elections.push_back(election_json(election, begin));
    return {{"announcements", history.announcements()},
            {"marks", history.marks().size()},
            {"observer_late", history.lates().size()},
            {"safe", report.is_safe()},
            {"elections", std::move(elections)}};
}

}  // namespace bellwether::chaos
