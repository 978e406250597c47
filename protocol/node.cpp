#include "protocol/node.hpp"

#include <algorithm>
#include <cassert>
#include <span>

#include "protocol/metadata.hpp"
#include "protocol/planted.hpp"

namespace bellwether::protocol {

Node::Node(Setup setup, const Durable& stored, Time now)
    : NodeState{.largest_on_disk_ = stored.largest_promise, .floor_on_disk_ = stored.floor},
      host_(std::move(setup), stored, now) {
    assert(!host_.is_voter || single_list(host_.setup.voters()).lists == stored.membership.lists);
    for (const auto& [name, settings] : host_.setup.elections) {
        elections_.try_emplace(name, host_, name, settings, true);
    }
    for (const ElectionRecord& record : stored.elections) {
        elections_.try_emplace(record.name, host_, record.name, host_.setup.dynamic, false)
            .first->second.restore(record);
    }
}

Node::Node(const Node& other) : NodeState{other}, host_(other.host_) {
    for (const auto& [name, election] : other.elections_) {
        elections_.try_emplace(name, host_, election);
    }
}

namespace {

// Nothing changes by it that any other election goes by. (A vote lengthens a promise, which only moves deadlines.)
bool is_for_one_election(const Event& event) {
    if (const auto* received = std::get_if<Received>(&event)) {
        return !std::holds_alternative<Heartbeat>(received->message);
    }
    return std::holds_alternative<Believed>(event) || std::holds_alternative<SessionEvent>(event) ||
           std::holds_alternative<Deadline>(event);
}

}  // namespace

const Actions& Node::step(Time now, const Event& event) {
    host_.actions.clear();
    wake(now, event);
    if (now > host_.now + host_.params().lease) {
        host_.awake_since = now;
    }
    host_.now = std::max(host_.now, now);
    each_awake([](Election& election) { election.check_clock(); });
    std::visit([&](const auto& e) { on(e); }, event);
    settle();
    store_if_wanted();
    publish_if_due();
    for (auto& [name, election] : elections_) {
        election.rest();
    }
    return host_.actions;
}

// An election goes by what it knows, by what the host shares, and by the time. One for which a whole step had nothing,
// and which did nothing in it, would do nothing in the next one either: it rests, until one of the three changes. So
// with many elections a word on one of them costs no more than with one, and it is the same as looking at all of them.
// `find` wakes whom a word is for.
void Node::wake(Time now, const Event& event) {
    const bool all = !is_for_one_election(event) || now >= shared_deadline() || now > host_.now + host_.params().lease;
    for (auto& [name, election] : elections_) {
        if (all || now >= election.next_deadline()) {
            election.wake();
        }
    }
}

template <class Look>
void Node::each_awake(const Look& look) {
    for (auto& [name, election] : elections_) {
        if (!election.is_awake()) {
            continue;
        }
        const std::size_t before = host_.actions.size();
        look(election);
        if (host_.actions.size() != before) {
            election.wake();
        }
    }
}

void Node::on(const LinkDown& down) { host_.liveness.disconnect(down.peer, host_.last_sent()); }

void Node::on(const Deadline& /*deadline*/) {}

void Node::on(const Stored& stored) {
    host_.stored(stored.write);
    if (largest_write_ != 0 && host_.is_stored(largest_write_)) {
        largest_on_disk_ = host_.largest_promise;
        largest_write_ = 0;
    }
    if (floor_write_ != 0 && host_.is_stored(floor_write_)) {
        floor_on_disk_ = host_.floor;
        floor_write_ = 0;
    }
    if (new_state_write_ != 0 && host_.is_stored(new_state_write_)) {
        new_state_write_ = 0;
        host_.recovery.end_new(host_.now, host_.params().lease);
    }
    for (auto& [name, election] : elections_) {
        election.on_stored();
    }
}

void Node::on(const Believed& believed) {
    if (Election* election = find(believed.election)) {
        election->on_believed(believed.valid_until);
    }
}

void Node::on(const SessionEvent& event) {
    if (const auto* wish = std::get_if<SessionJoin>(&event.news)) {
        join(event.session, *wish);
        return;
    }
    const auto place = host_.sessions.find(event.session);
    if (place != host_.sessions.end()) {  // Else it is over, and these words were on their way.
        find(place->second)->on_session(event);
    }
}

// The first rule that stands in the way names the refusal.
void Node::join(SessionId id, const SessionJoin& wish) {
    const auto refuse = [&](const char* reason, const char* text) {
        host_.decide({.election = wish.election, .rule = Rule::session_refused, .session = id, .word = reason});
        host_.actions.emplace_back(TellSession{id, session::Refused{.reason = reason, .text = text}});
    };
    if (host_.sessions.contains(id)) {
        refuse("exists", "this session stands already");
        return;
    }
    const Election* known = find(wish.election);
    if (!host_.is_voter) {
        refuse("observer", "this node is an observer: its host can not lead");
    } else if (host_.leaving) {
        refuse("leaving", "this node is shutting down");
    } else if (known != nullptr && !known->takes_sessions()) {
        refuse("node_stands", "in this election the node itself stands");
    } else if (!is_metadata(std::as_bytes(std::span{wish.metadata}))) {
        refuse("bad_request", "metadata must be a msgpack map with text for keys and no floats, of 1024 bytes at most");
    } else if (host_.sessions.size() >= max_sessions) {
        refuse("limit", "this node has as many sessions as it may");
    } else if (Election* election = find_or_create(wish.election); election == nullptr) {
        refuse("limit", "this node knows as many elections as it may");
    } else {
        host_.sessions.emplace(id, wish.election);
        election->join(id, wish);
        return;
    }
    host_.end_session(id);
}

Election* Node::find(const ElectionName& name) {
    const auto place = elections_.find(name);
    if (place == elections_.end()) {
        return nullptr;
    }
    place->second.wake();
    return &place->second;
}

Election* Node::find_or_create(const ElectionName& name) {
    if (Election* known = find(name)) {
        return known;
    }
    if (elections_.size() >= max_elections) {
        host_.decide({.election = name, .rule = Rule::limit, .have = elections_.size()});
        return nullptr;
    }
    Election& created = elections_.try_emplace(name, host_, name, host_.setup.dynamic, false).first->second;
    // Its term is the floor, which may have risen a moment ago: nobody is shown it before it is on disk.
    created.restore({.name = name, .term = floor_on_disk_, .vote = {}});
    created.raise_floor();
    return &created;
}

// A quarantine ends by time, a new state by having heard enough; the latter is on disk before anything shows it.
void Node::recover() {
    if (!host_.is_voter) {
        return;  // It has promised nothing.
    }
    Recovery& recovery = host_.recovery;
    if (recovery.end_quarantine(host_.now, host_.last_sent())) {
        host_.decide({.rule = Rule::quarantine_over, .span = host_.largest_promise});
        host_.largest_promise = std::max(host_.params().lease, host_.liveness.largest_promise(host_.now));
        if (host_.largest_promise != largest_on_disk_) {
            largest_write_ = host_.write();
        }
        host_.publish_within({});
    }
    if (new_state_write_ == 0 && recovery.may_end_new(host_.liveness, host_.membership, host_.self.node, host_.now)) {
        host_.floor = std::max(host_.floor, recovery.floor_for_end(host_.liveness));
        host_.decide(
            {.rule = Rule::new_state_over, .term = host_.floor, .have = host_.liveness.acks(host_.now).size()});
        for (auto& [name, election] : elections_) {
            election.raise_floor();
        }
        new_state_write_ = floor_write_ = host_.write();
        if (planted(Bug::new_state_ends_undurably)) recovery.end_new(host_.now, host_.params().lease);
    }
}

void Node::settle() {
    recover();
    if (host_.liveness.note_links(host_.now)) {
        for (auto& [name, election] : elections_) {
            election.hear_link_up();
        }
    }
    each_awake([](Election& election) { election.settle(); });
    forget();
    finish_drain();
    each_awake([](Election& election) { election.announce(); });
    leave();
    const bool shows_new = host_.recovery.shows_new(host_.now);
    if (shown_votes_ != host_.votes() || shown_new_ != shows_new) {
        shown_votes_ = host_.votes();
        shown_new_ = shows_new;
        host_.publish_within({});
    }
}

void Node::forget() {
    for (auto place = elections_.begin(); place != elections_.end();) {
        if (!place->second.is_awake() || !place->second.may_be_forgotten()) {
            ++place;
            continue;
        }
        // Floor first: one commit raises it and drops the record. An observer has neither.
        if (host_.is_voter) {
            if (!planted(Bug::floor_forgets)) host_.floor = std::max(host_.floor, place->second.record().term);
            floor_write_ = host_.write();
        }
        host_.last_forgotten_seq = std::max(host_.last_forgotten_seq, place->second.last_seq());
        host_.decide({.election = place->first, .rule = Rule::forgotten, .term = host_.floor, .span = forget_after});
        place = elections_.erase(place);
    }
}

Durable Node::durable() const {
    Durable record{.incarnation = host_.self.incarnation,
                   .membership = host_.membership,
                   .largest_promise = std::max(host_.largest_promise, host_.params().lease),
                   .floor = host_.floor,
                   .new_state = host_.recovery.is_new() && new_state_write_ == 0,
                   .elections = {}};
    for (const auto& [name, election] : elections_) {
        if (const ElectionRecord entry = election.record(); entry.term > Term{}) {
            record.elections.push_back(entry);
        }
    }
    return record;
}

// The write begins before any message of the same step leaves: it is what everybody waits for.
void Node::store_if_wanted() {
    if (host_.is_write_wanted()) {
        const std::uint64_t write = host_.begin_write();
        host_.actions.insert(host_.actions.begin(), Store{write, durable()});
    }
}

Term Node::ceiling() const {
    Term highest = floor_on_disk_;
    for (const auto& [name, election] : elections_) {
        highest = std::max(highest, election.voted_on_disk());
    }
    return highest;
}

Heartbeat Node::heartbeat() {
    Heartbeat beat{.sender = host_.self.node,
                   .incarnation = host_.self.incarnation,
                   .sent = host_.next_sent(),
                   .lease = host_.params().lease,
                   .membership = host_.mark,
                   .config_hash = host_.setup.config_hash,
                   .votes = host_.votes(),
                   .quarantine = host_.recovery.in_quarantine(),
                   .new_state = host_.recovery.shows_new(host_.now),
                   .leaving = host_.leaving,
                   .floor = floor_on_disk_,
                   .ceiling = ceiling(),
                   .largest_promise = std::max(host_.largest_promise, host_.params().lease),
                   .acks = host_.liveness.acks(host_.now),
                   .elections = {}};
    beat.elections.reserve(elections_.size());
    for (const auto& [name, election] : elections_) {
        beat.elections.push_back(election.view());
    }
    return beat;
}

// Every h, and when something has changed, at most one per millisecond. Nobody subscribes to an observer.
void Node::publish_if_due() {
    if (!host_.is_voter) {
        return;
    }
    if (host_.now >= next_publish()) {
        host_.publish_by = never;
        published_at_ = host_.now;
        host_.actions.emplace_back(Publish{heartbeat()});
    }
}

Time Node::next_publish() const {
    if (published_at_ == long_ago) {
        return host_.now;
    }
    return std::min(published_at_ + host_.params().heartbeat,
                    std::max(host_.publish_by, published_at_ + publish_spacing));
}

// Of what all elections go by.
Time Node::shared_deadline() const {
    Time next = host_.liveness.next_deadline(host_.now);
    if (host_.is_voter) {
        next = std::min(next, host_.recovery.next_deadline(host_.now));
    }
    if (host_.draining()) {
        next = std::min(next, host_.drained_until);
    }
    return next;
}

Time Node::next_deadline() const {
    Time next = shared_deadline();
    if (host_.is_voter) {
        next = std::min(next, next_publish());
    }
    for (const auto& [name, election] : elections_) {
        next = std::min(next, election.next_deadline());
    }
    return next;
}

std::vector<Held> Node::held() const {
    std::vector<Held> held;
    for (const auto& [name, election] : elections_) {
        if (election.is_leading()) {
            held.push_back(election.held());
        }
    }
    return held;
}

}  // namespace bellwether::protocol
