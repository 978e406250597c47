#include "protocol/progress.hpp"

#include <algorithm>

namespace bellwether::protocol {

namespace {

std::string ms(Duration span) {
    return std::to_string(std::chrono::floor<std::chrono::milliseconds>(span).count()) + " ms";
}

bool has(const std::vector<Instance>& list, const Instance& instance) {
    return std::find(list.begin(), list.end(), instance) != list.end();
}

}  // namespace

void Progress::breach(std::string_view number, const ElectionName& election, const std::string& what) const {
    report_(number, std::string{election.view()} + ": " + what);
}

bool Progress::is_favourite(NodeId node) const {
    const auto& favourites = expectation_->favourites;
    return favourites.empty() || std::find(favourites.begin(), favourites.end(), node) != favourites.end();
}

bool Progress::is_steady(TrueTime now, const Watched& watched) const {
    return is_asked(now) && expectation_->steady_after && now >= expectation_->since + *expectation_->steady_after &&
           watched.last_leader != nobody && is_favourite(watched.last_leader);
}

void Progress::stepped(TrueTime now, const Instance& self, const std::vector<Held>& held) {
    if (held.empty() && !has(leading_, self)) return;
    for (auto& [name, watched] : elections_) {
        const bool leads =
            std::any_of(held.begin(), held.end(), [&, &n = name](const Held& one) { return one.election == n; });
        if (!leads && std::erase(watched.leaders, self) != 0) {
            compare(now, name, watched);
        }
    }
    for (const Held& one : held) {
        Watched& watched = elections_[one.election];
        if (has(watched.leaders, self)) continue;
        watched.leaders.push_back(self);
        watched.led_since = now;
        changed(now, one.election, watched, self.node);
        compare(now, one.election, watched);
    }
    std::erase(leading_, self);
    if (!held.empty()) {
        leading_.push_back(self);
    }
}

void Progress::changed(TrueTime now, const ElectionName& name, Watched& watched, NodeId leader) {
    if (is_asked(now)) {
        ++leader_changes_;
    }
    if (is_steady(now, watched)) {
        breach("L3", name,
               std::to_string(leader.value) + " leads after " + std::to_string(watched.last_leader.value) +
                   ", though nothing has taken its quorum from that one");
    }
    watched.last_leader = leader;
}

void Progress::knows(TrueTime now, NodeId node, const ElectionName& election, NodeId leader) {
    Watched& watched = elections_[election];
    watched.known[node] = leader;
    compare(now, election, watched);
}

// Whether all who must know the leader know the one that leads.
void Progress::compare(TrueTime now, const ElectionName& name, Watched& watched) {
    bool agreed = !watched.leaders.empty();
    if (agreed && expectation_) {
        const NodeId leader = watched.leaders.back().node;
        agreed = std::all_of(expectation_->knowing.begin(), expectation_->knowing.end(), [&](NodeId node) {
            const auto known = watched.known.find(node);
            return known != watched.known.end() && known->second == leader;
        });
    }
    if (agreed && !watched.agreed_since) {
        watched.agreed_since = now;
        if (is_asked(now) && !watched.first_agreed) {
            watched.first_agreed = now;
        }
        if (is_steady(now, watched) && now - watched.led_since > expectation_->known_within) {
            breach("L8", name, "the leader was known to all only " + ms(now - watched.led_since) + " after its win");
        }
    } else if (!agreed && watched.agreed_since) {
        watched.agreed_since.reset();
        watched.missing_since = now;
    }
}

void Progress::is_on_disk(TrueTime now, const Durable& record) {
    for (const ElectionRecord& election : record.elections) {
        Watched& watched = elections_[election.name];
        if (election.term <= watched.term) continue;
        if (is_asked(now)) {
            watched.grown += election.term.value - watched.term.value;
            terms_grown_ += election.term.value - watched.term.value;
            if (is_steady(now, watched)) {
                breach("L4", election.name, "the term grows to " + std::to_string(election.term.value));
            } else if (watched.grown > expectation_->terms_at_most) {
                breach("L7", election.name, "the term has grown by " + std::to_string(watched.grown));
            }
        }
        watched.term = election.term;
    }
}

void Progress::died(TrueTime now, const Instance& self) {
    for (auto& [name, watched] : elections_) {
        std::erase(watched.leaders, self);
        watched.known.erase(self.node);
        compare(now, name, watched);
    }
    std::erase(leading_, self);
}

void Progress::spoke(TrueTime now, NodeId node, std::uint64_t messages) {
    Second& second = seconds_[node];
    if (now - second.begin >= std::chrono::seconds{1}) {
        second = {.begin = now};
    }
    second.messages += messages;
    busiest_second_ = std::max(busiest_second_, second.messages);
    if (messages_a_second > 0 && second.messages > messages_a_second) {
        report_("L6", std::to_string(node.value) + " says more than " + std::to_string(messages_a_second) +
                          " messages within a second");
    }
}

void Progress::look(TrueTime now) {
    if (!is_asked(now)) return;
    for (auto& [name, watched] : elections_) {
        compare(now, name, watched);
        if (watched.agreed_since && is_asked(now) && !watched.first_agreed) {
            watched.first_agreed = now;
        }
        const TrueTime missing_since = std::max(watched.missing_since, expectation_->since);
        if (!watched.agreed_since && now - missing_since > expectation_->leader_within) {
            breach(watched.leaders.empty() ? "L1" : "L8", name,
                   "no leader that all know for " + ms(now - missing_since));
        }
        const bool is_led = std::any_of(watched.leaders.begin(), watched.leaders.end(),
                                        [&](const Instance& leader) { return is_favourite(leader.node); });
        if (!is_led && now >= expectation_->since + expectation_->favourite_within) {
            breach("L5", name, std::to_string(watched.last_leader.value) + " leads, though a better one could");
        }
    }
}

std::optional<Duration> Progress::settled_after(const ElectionName& election) const {
    const auto place = elections_.find(election);
    if (place == elections_.end() || !place->second.agreed_since || !expectation_) return std::nullopt;
    return std::max(Duration{}, *place->second.agreed_since - expectation_->since);
}

std::optional<Duration> Progress::first_leader_after(const ElectionName& election) const {
    const auto place = elections_.find(election);
    if (place == elections_.end() || !place->second.first_agreed || !expectation_) return std::nullopt;
    return std::max(Duration{}, *place->second.first_agreed - expectation_->since);
}

}  // namespace bellwether::protocol
