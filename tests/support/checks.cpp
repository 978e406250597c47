#include "tests/support/checks.hpp"

#include <algorithm>
#include <utility>

#include "protocol/quorum.hpp"

namespace bellwether::tests {

using namespace protocol;

namespace {

std::string text(NodeId node) { return std::to_string(node.value); }
std::string text(Term term) { return std::to_string(term.value); }
std::string text(const Instance& instance) {
    return text(instance.node) + " in incarnation " + std::to_string(instance.incarnation.value);
}

ElectionRecord record_of(const Durable& disk, const ElectionName& name) {
    const auto place = std::find_if(disk.elections.begin(), disk.elections.end(),
                                    [&](const ElectionRecord& record) { return record.name == name; });
    // An election without a record has term = floor, vote spent.
    return place == disk.elections.end() ? ElectionRecord{name, disk.floor, {}} : *place;
}

Term highest_term(const Durable& disk) {
    Term highest = disk.floor;
    for (const ElectionRecord& record : disk.elections) {
        highest = std::max(highest, record.term);
    }
    return highest;
}

}  // namespace

Checks::Checks(Params params, std::vector<NodeId> voters, Breach breach)
    : params_{params}, voters_{std::move(voters)}, breach_{std::move(breach)} {}

// "What it shows of votes is on disk."
void Checks::published(const Heartbeat& heartbeat, const Durable& disk) {
    const std::string who = "heartbeat of " + text(heartbeat.sender);
    if (heartbeat.incarnation != disk.incarnation) {
        breach("durable first", who + " names an incarnation that is not on its disk");
    }
    if (heartbeat.ceiling > highest_term(disk) || heartbeat.floor > disk.floor) {
        breach("durable first", who + " shows a ceiling or floor that is not on its disk");
    }
    if (disk.new_state && !heartbeat.new_state && heartbeat.votes) {
        breach("durable first", who + " votes while its disk still says new state");
    }
    for (const ElectionView& view : heartbeat.elections) {
        const ElectionRecord record = record_of(disk, view.name);
        if (view.voted > record.term) {
            breach("durable first",
                   who + " shows a vote of term " + text(view.voted) + ", its disk has term " + text(record.term));
        }
    }
}

// "One commit, before any message that shows it."
void Checks::sent(const Send& send, const Durable& disk) {
    if (const auto* request = std::get_if<VoteRequest>(&send.message); request != nullptr && request->probe) {
        probes_.insert({{request->sender, request->incarnation}, request->request});
    }
    const auto* reply = std::get_if<VoteReply>(&send.message);
    if (reply == nullptr || reply->verdict != Verdict::granted) return;
    const Instance candidate{send.to, reply->incarnation};
    const ElectionRecord record = record_of(disk, reply->election);
    const bool is_there = record.term == reply->term && record.vote == candidate;
    if (!is_there && !probes_.contains({candidate, reply->request})) {
        breach("S6", text(reply->sender) + " grants term " + text(reply->term) + " to " + text(send.to) +
                         ", which is not on its disk");
    }
}

void Checks::vote_stays(NodeId node, const ElectionRecord& record) {
    const auto& voted = voted_[node];
    const auto place = voted.find({record.name, record.term});
    if (record.vote != Instance{} && place != voted.end() && place->second != record.vote) {
        breach("S6", text(node) + " voted for " + text(place->second) + " in term " + text(record.term) +
                         " and writes a vote for " + text(record.vote));
    }
}

void Checks::asked_to_store(NodeId node, const Durable& record) {
    for (const ElectionRecord& election : record.elections) {
        vote_stays(node, election);
    }
}

void Checks::is_on_disk(NodeId node, const Durable& record) {
    const Durable& before = on_disk_[node];
    for (const ElectionRecord& election : record.elections) {
        vote_stays(node, election);
        voted_[node].try_emplace({election.name, election.term}, election.vote);
    }
    for (const ElectionRecord& election : before.elections) {
        if (record_of(record, election.name).term < election.term) {
            breach("S7", "the term of " + text(node) + " falls to " + text(record_of(record, election.name).term));
        }
    }
    if (record.floor < before.floor) {
        breach("S7", "the floor of " + text(node) + " falls");
    }
    on_disk_[node] = record;
}

void Checks::announced(TrueTime now, const NodeClock& clock, const Announcement& announcement, NodeId node,
                       bool to_a_subscriber) {
    const Instance speaker{node, announcement.incarnation};
    const Time local = clock.at(now);
    auto& seq = last_seq_[speaker];
    if (announcement.seq <= seq) {
        breach("S9", "announcements of " + text(node) + " do not rise in seq");
    }
    seq = announcement.seq;
    if (announcement.valid_until) {
        if (!announcement.is_leader) {
            breach("S10", text(node) + " gives a valid_until and does not lead");
        }
        if (*announcement.valid_until > local + 3 * params_.heartbeat) {
            breach("S10", text(node) + " announces a valid_until more than 3 heartbeats ahead");
        }
        Belief& belief = beliefs_[announcement.election][speaker];
        belief.clock = &clock;
        belief.said = std::max(belief.said, *announcement.valid_until);
        if (to_a_subscriber) {
            belief.announced = std::max(belief.announced, *announcement.valid_until);
        }
    }
    if (announcement.token == Token{}) return;
    auto& token = last_token_said_[{announcement.election, speaker}];
    if (announcement.token < token) {
        breach("S3", text(node) + " announces an older token after a newer one");
    }
    token = announcement.token;
}

void Checks::stepped(TrueTime now, const NodeClock& clock, const Status& status) {
    const Instance self{status.self, status.incarnation};
    for (const ElectionStatus& election : status.elections) {
        const auto key = std::pair{election.name, self};
        const bool leads = election.role == RoleName::leader;
        Belief& belief = beliefs_[election.name][self];
        belief.clock = &clock;
        belief.lease = leads ? status.now + election.lease_left : long_ago;
        if (const auto place = leading_.find(key);
            place != leading_.end() && (!leads || leaderships_[place->second].term != election.term)) {
            leaderships_[place->second].until = now;
            leading_.erase(place);
        }
        if (leads) {
            leadership(now, self, election);
        }
        const Time said = std::max(belief.said, belief.announced);
        if (said > status.now && said > belief.lease) {
            breach("S10", text(self.node) + " announced a valid_until beyond the lease that backs it");
        }
        belief.said = long_ago;
        no_two_beliefs(now, election.name);
    }
}

void Checks::leadership(TrueTime now, const Instance& leader, const ElectionStatus& election) {
    const auto key = std::pair{election.name, leader};
    if (leading_.contains(key)) return;
    const Leadership begun{election.name, election.term, leader, election.token, now, end_of_time};
    for (const Leadership& other : leaderships_) {
        if (other.election != begun.election) continue;
        if (other.term == begun.term) {
            breach("S1", text(leader) + " leads term " + text(begun.term) + ", which " + text(other.leader) + " led");
        } else if (other.token >= begun.token) {
            breach("S3", "token " + std::to_string(begun.token.value) + " comes after token " +
                             std::to_string(other.token.value));
        }
    }
    won_by_durable_votes(begun);
    leading_[key] = leaderships_.size();
    leaderships_.push_back(begun);
}

void Checks::won_by_durable_votes(const Leadership& won) {
    const auto votes = std::count_if(voters_.begin(), voters_.end(), [&](NodeId voter) {
        const auto place = voted_[voter].find({won.election, won.term});
        return place != voted_[voter].end() && place->second == won.leader;
    });
    if (static_cast<std::size_t>(votes) < majority_of(voters_.size())) {
        breach("S5", text(won.leader) + " leads term " + text(won.term) + " by " + std::to_string(votes) +
                         " durable votes of " + std::to_string(voters_.size()));
    }
}

void Checks::no_two_beliefs(TrueTime now, const ElectionName& election) {
    if (!clocks_are_in_bounds) return;
    const Instance* first = nullptr;
    for (const auto& [node, belief] : beliefs_[election]) {
        if (belief.clock->at(now) >= std::max(belief.lease, belief.announced)) continue;
        if (first != nullptr) {
            breach("S2", text(*first) + " and " + text(node) + " may both be believed to lead");
        }
        first = &node;
    }
}

void Checks::died(TrueTime now, const Instance& node) {
    for (auto place = leading_.begin(); place != leading_.end();) {
        if (place->first.second == node) {
            leaderships_[place->second].until = now;
            place = leading_.erase(place);
        } else {
            ++place;
        }
    }
}

}  // namespace bellwether::tests
