#include "tools/chaos/history.hpp"

#include <algorithm>
#include <sstream>

namespace bellwether::chaos {

using protocol::Announcement;
using protocol::Time;

namespace {

bool is_believable(const Announcement& announcement, Time received) {
    return announcement.is_leader && announcement.valid_until && received < *announcement.valid_until;
}

// The deadline moved on before it passed: no instant without belief lies between.
bool continues(const Believed& open, const Announcement& announcement, Time received) {
    return is_believable(announcement, received) && open.token == announcement.token && received <= open.end;
}

}  // namespace

bool Mark::silences() const { return verb == "kill" || verb == "term" || verb == "stop"; }

void History::hear(Time received, const Announcement& announcement) {
    Source& source = sources_[{announcement.election, announcement.node}];
    const Order order{announcement.incarnation, announcement.seq};
    if (source.newest && order < *source.newest) return;
    source.newest = order;
    ++announcements_;
    follow_belief(source, received, announcement);
    follow_leader(source, received, announcement);
}

void History::follow_belief(Source& source, Time received, const Announcement& announcement) {
    if (source.open && continues(*source.open, announcement, received)) {
        source.open->end = *announcement.valid_until;
        return;
    }
    if (source.open) {
        source.open->end = std::min(source.open->end, received);
        closed_.push_back(*source.open);
        source.open.reset();
    }
    if (!is_believable(announcement, received)) return;
    source.open = Believed{.election = announcement.election,
                           .node = announcement.node,
                           .token = announcement.token,
                           .reason = announcement.reason,
                           .begin = received,
                           .end = *announcement.valid_until};
}

void History::follow_leader(Source& source, Time received, const Announcement& announcement) {
    const bool same = source.leader == announcement.leader && source.token == announcement.token;
    source.leader = announcement.leader;
    source.token = announcement.token;
    if (same || announcement.leader.empty()) return;
    told_.push_back({.election = announcement.election,
                     .node = announcement.node,
                     .leader = announcement.leader,
                     .token = announcement.token,
                     .at = received});
}

void History::mark(Time at, const std::string& line) {
    std::istringstream words{line};
    Mark mark{.at = at, .verb = {}, .node = {}};
    words >> mark.verb >> mark.node;
    if (!mark.verb.empty()) marks_.push_back(std::move(mark));
}

std::vector<Believed> History::believed() const {
    std::vector<Believed> all = closed_;
    for (const auto& [key, source] : sources_) {
        if (source.open) all.push_back(*source.open);
    }
    std::stable_sort(all.begin(), all.end(), [](const Believed& a, const Believed& b) { return a.begin < b.begin; });
    return all;
}

}  // namespace bellwether::chaos
