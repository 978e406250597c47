#include "protocol/invariants.hpp"

#include <algorithm>
#include <utility>

#include "protocol/quorum.hpp"

namespace bellwether::protocol {

namespace {

std::string text(NodeId node) { return std::to_string(node.value); }
std::string text(Term term) { return std::to_string(term.value); }
std::string text(Token token) { return std::to_string(token.value); }
std::string text(const Instance& instance) {
    return text(instance.node) + " in incarnation " + std::to_string(instance.incarnation.value);
}

// An election without a record has term = floor, vote spent.
ElectionRecord record_of(const Durable& disk, const ElectionName& name) {
    const auto place = std::find_if(disk.elections.begin(), disk.elections.end(),
                                    [&](const ElectionRecord& record) { return record.name == name; });
    return place == disk.elections.end() ? ElectionRecord{name, disk.floor, {}} : *place;
}

Term term_of(const Durable& disk, const ElectionName& name) {
    for (const ElectionRecord& record : disk.elections) {
        if (record.name == name) return record.term;
    }
    return disk.floor;
}

Term highest_term(const Durable& disk) {
    Term highest = disk.floor;
    for (const ElectionRecord& record : disk.elections) {
        highest = std::max(highest, record.term);
    }
    return highest;
}

}  // namespace

Invariants::Invariants(std::vector<NodeId> voters, Report report)
    : voters_{std::move(voters)}, report_{std::move(report)} {}

// --- Leaderships ---

void Invariants::stepped(TrueTime now, const Instance& self, const std::vector<Held>& held, const LocalClock& clock) {
    end_others(now, self, held, clock);
    for (const Held& one : held) {
        leads(now, self, one, clock);
    }
}

void Invariants::end_others(TrueTime now, const Instance& self, const std::vector<Held>& held,
                            const LocalClock& clock) {
    std::erase_if(present_, [&](const Present& present) {
        if (present.leader != self) return false;
        Leadership& leadership = leaderships_[present.index];
        const bool goes_on = std::any_of(held.begin(), held.end(), [&](const Held& one) {
            return one.election == present.election && one.term == leadership.term;
        });
        if (goes_on) return false;
        leadership.until = now;
        Belief& own = belief(elections_[present.election], self);
        own.lease = long_ago;
        own.until = clock.when(latest(own));
        return true;
    });
}

Time Invariants::latest(const Belief& belief) {
    Time until = std::max(belief.lease, belief.announced);
    for (const auto& [session, acts_until] : belief.sessions) {
        until = std::max(until, acts_until);
    }
    return until;
}

Invariants::Belief& Invariants::belief(Watched& watched, const Instance& node) {
    const auto place = std::find_if(watched.beliefs.begin(), watched.beliefs.end(),
                                    [&](const Belief& belief) { return belief.node == node; });
    return place == watched.beliefs.end() ? watched.beliefs.emplace_back(Belief{.node = node}) : *place;
}

void Invariants::leads(TrueTime now, const Instance& self, const Held& held, const LocalClock& clock) {
    Watched& watched = elections_[held.election];
    const auto known = std::find_if(present_.begin(), present_.end(), [&](const Present& present) {
        return present.leader == self && present.election == held.election;
    });
    if (known == present_.end()) {
        leadership_begins(now, self, held, watched);
    } else if (leaderships_[known->index].token != held.token) {
        next_holder(self, held, watched, known->index);
    }
    Belief& own = belief(watched, self);
    if (own.lease != held.lease_until) {
        own.lease = held.lease_until;
        own.until = clock.when(latest(own));
    }
    if (clock.when(held.lease_until) <= now) {
        breach("S10", text(self) + " leads, and its lease has run out");
    }
    nobody_else_is_believed(now, watched, own);
}

void Invariants::leadership_begins(TrueTime now, const Instance& self, const Held& held, Watched& watched) {
    const Leadership begun{held.election, held.term, self, held.token, now, end_of_time};
    for (const auto& [token, index] : watched.by_token) {
        const Leadership& other = leaderships_[index];
        if (other.term == begun.term && other.leader != self) {
            breach("S1", text(self) + " leads term " + text(begun.term) + ", which " + text(other.leader) + " led");
        } else if (token == begun.token || (clocks_are_in_bounds && token > begun.token)) {
            breach("S3", "token " + text(begun.token) + " comes after token " + text(token));
        }
    }
    won_by_durable_votes(begun);
    present_.push_back({held.election, self, leaderships_.size()});
    watched.by_token[held.token] = leaderships_.size();
    leaderships_.push_back(begun);
    // What ended long ago is believed by nobody.
    std::erase_if(watched.beliefs, [&](const Belief& past) { return past.until < now && past.node != self; });
}

// The same leadership, acted out by another process of the host.
void Invariants::next_holder(const Instance& self, const Held& held, Watched& watched, std::size_t index) {
    const Token highest = watched.by_token.rbegin()->first;
    if (watched.by_token.contains(held.token) || (clocks_are_in_bounds && held.token < highest)) {
        breach("S3", "token " + text(held.token) + " of " + text(self) + " comes after token " + text(highest));
    }
    watched.by_token[held.token] = index;
    leaderships_[index].token = held.token;
}

void Invariants::won_by_durable_votes(const Leadership& won) {
    const auto votes = std::count_if(voters_.begin(), voters_.end(), [&](NodeId voter) {
        const Voted& voted = voted_[voter];
        const auto place = voted.find({won.election, won.term});
        return place != voted.end() && place->second.to == won.leader;
    });
    if (static_cast<std::size_t>(votes) < majority_of(voters_.size())) {
        breach("S5", text(won.leader) + " leads term " + text(won.term) + " by " + std::to_string(votes) +
                         " durable votes of " + std::to_string(voters_.size()));
    }
}

// Two beliefs overlap from the moment at which the later one begins or is renewed, so it is enough to ask then.
void Invariants::nobody_else_is_believed(TrueTime now, const Watched& watched, const Belief& own) {
    if (!clocks_are_in_bounds || own.until <= now) return;
    for (const Belief& other : watched.beliefs) {
        if (other.until > now && other.node != own.node) {
            breach("S2", text(other.node) + " and " + text(own.node) + " may both be believed to lead");
        }
    }
}

void Invariants::clock_changed(NodeId node, const LocalClock& clock) {
    for (auto& [name, watched] : elections_) {
        for (Belief& belief : watched.beliefs) {
            if (belief.node.node == node) {
                belief.until = clock.when(latest(belief));
            }
        }
    }
}

void Invariants::died(TrueTime now, const Instance& self) {
    std::erase_if(present_, [&](const Present& present) {
        if (present.leader != self) return false;
        leaderships_[present.index].until = now;
        return true;
    });
}

// --- What is said ---

void Invariants::announced(TrueTime now, const Instance& speaker, const Announcement& announcement, bool believed,
                           Time horizon, const LocalClock& clock) {
    Watched& watched = elections_[announcement.election];
    std::uint64_t& seq = watched.last_seq[speaker];
    if (announcement.seq <= seq || announcement.incarnation != speaker.incarnation) {
        breach("S9", "announcements of " + text(speaker.node) + " do not rise in seq");
    }
    seq = announcement.seq;
    if (announcement.valid_until) {
        Belief& own = belief(watched, speaker);
        if (!announcement.is_leader) {
            breach("S10", text(speaker.node) + " gives a valid_until and does not lead");
        }
        if (*announcement.valid_until > horizon) {
            breach("S10", text(speaker.node) + " announces a valid_until more than 3 heartbeats ahead");
        }
        if (*announcement.valid_until > own.lease) {
            breach("S10", text(speaker.node) + " announced a valid_until beyond the lease that backs it");
        }
        if (believed && *announcement.valid_until > own.announced) {
            own.announced = *announcement.valid_until;
            own.until = clock.when(latest(own));
            nobody_else_is_believed(now, watched, own);
        }
    }
    if (announcement.token != Token{}) {
        exists(watched, speaker, announcement);
    }
}

void Invariants::exists(const Watched& watched, const Instance& speaker, const Announcement& announcement) {
    const auto place = watched.by_token.find(announcement.token);
    if (place == watched.by_token.end() || leaderships_[place->second].leader.node != announcement.leader_id) {
        breach("S9", text(speaker.node) + " announces " + text(announcement.leader_id) + " with token " +
                         text(announcement.token) + ", which was never so");
    }
    Said& last = elections_[announcement.election].last_said[speaker.node];
    const bool is_remembered = (restarts_hear_no_past && clocks_are_in_bounds) || last.by == speaker.incarnation;
    if (announcement.token < last.token && is_remembered) {
        breach("S3", text(speaker.node) + " announces an older token after a newer one");
    }
    last = {speaker.incarnation, announcement.token};
}

bool Invariants::written(const ElectionName& election, const Instance& leader, Token token) {
    Watched& watched = elections_[election];
    if (token < watched.highest_written) return false;
    if (token == watched.highest_written && leader != watched.highest_writer) {
        breach("S4",
               text(watched.highest_writer) + " and " + text(leader) + " write with the same token " + text(token));
    }
    watched.highest_written = token;
    watched.highest_writer = leader;
    return true;
}

bool Invariants::has_led(const ElectionName& election, const Instance& node) const {
    return std::any_of(leaderships_.begin(), leaderships_.end(),
                       [&](const Leadership& past) { return past.leader == node && past.election == election; });
}

// "What it shows of votes is on disk."
void Invariants::published(const Heartbeat& heartbeat, const Durable& disk, const Durable* under_way) {
    const auto who = [&] { return "heartbeat of " + text(heartbeat.sender); };
    if (heartbeat.incarnation != disk.incarnation) {
        breach("S6", who() + " names an incarnation that is not on its disk");
    }
    if (heartbeat.ceiling > highest_term(disk) || heartbeat.floor > disk.floor) {
        breach("S6", who() + " shows a ceiling or floor that is not on its disk");
    }
    if (disk.new_state && heartbeat.votes) {
        breach("S6", who() + " votes while its disk still says new state");
    }
    for (const ElectionView& view : heartbeat.elections) {
        if (const Term term = term_of(disk, view.name); view.voted > term) {
            breach("S6", who() + " shows a vote of term " + text(view.voted) + ", its disk has term " + text(term));
        }
        const ElectionRecord record = record_of(disk, view.name);
        if (under_way != nullptr && record_of(*under_way, view.name) != record && !view.pending) {
            breach("S6", who() + " hides that a vote is being written");
        }
        // By a claim it may support somebody without a vote.
        if (view.supports != Instance{} && view.supports != record.vote && !has_led(view.name, view.supports)) {
            breach("S6", who() + " shows support by a vote that is not on its disk");
        }
    }
}

// "One commit, before any message that shows it."
void Invariants::sent(const Send& send, const Durable& disk) {
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

// --- What is written ---

bool Invariants::was_won(const ElectionName& election, Term term) const {
    const auto watched = elections_.find(election);
    return watched != elections_.end() &&
           std::any_of(watched->second.by_token.begin(), watched->second.by_token.end(),
                       [&](const auto& entry) { return leaderships_[entry.second].term == term; });
}

// A disk that was replaced has forgotten its votes. What must not happen again is a vote in a term that somebody won:
// only there the forgotten one may have counted.
void Invariants::vote_stays(NodeId node, const ElectionRecord& record) {
    const Voted& voted = voted_[node];
    const auto place = voted.find({record.name, record.term});
    if (record.vote == Instance{} || place == voted.end() || place->second.to == record.vote) return;
    const bool is_other_disk = place->second.disk != disks_[node];
    if (is_other_disk && (place->second.to == Instance{} || !was_won(record.name, record.term))) return;
    breach("S6", text(node) + " voted for " + text(place->second.to) + " in term " + text(record.term) +
                     " and writes a vote for " + text(record.vote));
}

void Invariants::disk_replaced(NodeId node) {
    on_disk_.erase(node);
    ++disks_[node];
}

void Invariants::asked_to_store(NodeId node, const Durable& record) {
    for (const ElectionRecord& election : record.elections) {
        vote_stays(node, election);
    }
}

void Invariants::is_on_disk(NodeId node, const Durable& record) {
    const Durable& before = on_disk_[node];
    const unsigned disk = disks_[node];
    for (const ElectionRecord& election : record.elections) {
        vote_stays(node, election);
        Vote& vote = voted_[node].try_emplace({election.name, election.term}, Vote{election.vote, disk}).first->second;
        // A vote that is spent was given to nobody, and hides none that was.
        if (vote.disk != disk && election.vote != Instance{}) {
            vote = {election.vote, disk};
        }
    }
    for (const ElectionRecord& election : before.elections) {
        if (const Term term = term_of(record, election.name); term < election.term) {
            breach("S7", "the term of " + text(node) + " falls to " + text(term));
        }
    }
    if (record.floor < before.floor) {
        breach("S7", "the floor of " + text(node) + " falls");
    }
    on_disk_[node] = record;
}

}  // namespace bellwether::protocol
