#include "tests/fuzz/node_rules.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "protocol/local_codec.hpp"
#include "protocol/params.hpp"
#include "tests/fuzz/target.hpp"

namespace bellwether::fuzz {

using namespace protocol;

namespace {

// An election without a record has the term of the floor, its vote spent.
ElectionRecord record_of(const Durable& record, const ElectionName& name) {
    const auto place = std::find_if(record.elections.begin(), record.elections.end(),
                                    [&](const ElectionRecord& election) { return election.name == name; });
    return place == record.elections.end() ? ElectionRecord{name, record.floor, {}} : *place;
}

Term highest_term(const Durable& record) {
    Term highest = record.floor;
    for (const ElectionRecord& election : record.elections) highest = std::max(highest, election.term);
    return highest;
}

void terms_never_fall(const Durable& before, const Durable& after) {
    require(before.floor <= after.floor, "the floor falls");
    for (const ElectionRecord& election : before.elections) {
        require(election.term <= record_of(after, election.name).term, "a term falls");
    }
}

}  // namespace

NodeRules::NodeRules(const Setup& setup) : setup_{&setup} {}

void NodeRules::begin(const Durable& disk) {
    disk_ = asked_for_ = disk;
    last_write_ = 0;
    commands_.clear();
    published_at_.reset();
    last_sent_ = {};
    last_seq_.clear();
    left_ = false;
    sessions_.clear();
    acting_.clear();
    // A vote that never reached the disk was never cast.
    votes_.clear();
    for (const ElectionRecord& election : disk.elections) votes_[{election.name, election.term}] = election.vote;
}

void NodeRules::hears(const Event& event) {
    if (const auto* command = std::get_if<Command>(&event); command != nullptr) {
        if (command->kind != CommandKind::shutdown) commands_.insert(command->id);
    } else if (const auto* session = std::get_if<SessionEvent>(&event)) {
        hears(*session);
    } else if (const auto* received = std::get_if<Received>(&event); received != nullptr) {
        const auto* request = std::get_if<VoteRequest>(&received->message);
        if (request == nullptr || !request->probe) return;
        probes_.insert({request->sender, request->incarnation, request->request});
    }
}

void NodeRules::is_on_disk(const Durable& record) {
    terms_never_fall(disk_, record);
    disk_ = record;
}

void NodeRules::does(Time now, const Actions& actions, const StateMachine& machine) {
    constexpr std::size_t far_too_many = 4 * max_nodes;
    require(actions.size() <= far_too_many, "a step does more than any step should");
    now_ = now;
    machine_ = &machine;
    for (const Action& action : actions) {
        std::visit([this](const auto& each) { check(each); }, action);
    }
}

void NodeRules::check(const Store& store) {
    require(store.write > last_write_, "writes are not numbered in their order");
    last_write_ = store.write;
    const Durable& record = store.record;
    require(record.incarnation == asked_for_.incarnation, "the incarnation changes within a life");
    require(record.membership == asked_for_.membership, "the voters change within a life");
    require(record.largest_promise >= setup_->params.lease, "the largest promise is less than the own D");
    require(record.elections.size() <= max_elections, "more elections on disk than anyone may know");
    const auto before = [](const ElectionRecord& a, const ElectionRecord& b) { return a.name < b.name; };
    require(std::is_sorted(record.elections.begin(), record.elections.end(), before), "elections are not sorted");
    terms_never_fall(asked_for_, record);
    for (const ElectionRecord& election : record.elections) check_vote(election);
    asked_for_ = record;
}

// One vote a term.
void NodeRules::check_vote(const ElectionRecord& record) {
    require(record.term <= max_term, "a term above the highest");
    if (record.vote == Instance{}) return;
    const auto [place, is_first] = votes_.try_emplace({record.name, record.term}, record.vote);
    require(is_first || place->second == record.vote, "a second vote in the same term");
}

void NodeRules::check(const Send& send) {
    require(send.to != setup_->self, "a message to itself");
    require(setup_->find(send.to) != nullptr, "a message to a stranger");
    require(sender_of(send.message) == setup_->self, "a message in another's name");
    travels(send.message);
    if (const auto* request = std::get_if<VoteRequest>(&send.message)) {
        require(request->incarnation == disk_.incarnation, "another life's vote request");
        require(request->sent >= last_sent_, "the send time goes back");  // One for all voters.
        last_sent_ = request->sent;
    } else if (const auto* reply = std::get_if<VoteReply>(&send.message)) {
        check_grant(send, *reply);
    }
}

// It is on disk before anyone hears of it.
void NodeRules::check_grant(const Send& send, const VoteReply& reply) {
    if (reply.verdict != Verdict::granted) return;
    if (probes_.contains({send.to, reply.incarnation, reply.request})) return;
    const ElectionRecord record = record_of(disk_, reply.election);
    require(record.term == reply.term && record.vote == Instance{send.to, reply.incarnation},
            "a vote is granted that is not on disk");
}

void NodeRules::check(const Publish& publish) {
    const Heartbeat& heartbeat = publish.heartbeat;
    require(setup_->own().voter, "an observer publishes");
    require(!published_at_ || now_ >= *published_at_ + publish_spacing, "two heartbeats within the spacing");
    published_at_ = now_;
    require(heartbeat.sender == setup_->self && heartbeat.incarnation == disk_.incarnation, "a heartbeat of another");
    require(heartbeat.sent > last_sent_, "the send time does not rise");
    last_sent_ = heartbeat.sent;
    require(heartbeat.floor <= disk_.floor, "shows a floor that is not on disk");
    require(heartbeat.ceiling <= highest_term(disk_), "shows a ceiling that is not on disk");
    require(!disk_.new_state || !heartbeat.votes, "votes while its disk says new state");
    for (const ElectionView& view : heartbeat.elections) {
        require(view.voted <= record_of(disk_, view.name).term, "shows a vote that is not on disk");
        require(view.stands != Stands::leading ||
                    record_of(disk_, view.name).vote == Instance{setup_->self, disk_.incarnation},
                "leads without its own vote on disk");
    }
    travels(heartbeat);
}

// Whatever a node says, its peers can read.
void NodeRules::travels(const Message& message) {
    codec_.encode(message, frame_);
    if (const DecodeError error = codec_.decode(frame_, arrived_); error != DecodeError::none) {
        report("says what every peer refuses (" + std::string{to_string(error)} + "), a message of type " +
               std::to_string(1 + message.index()));
    }
    require(arrived_ == message, "says what peers read as something else");
}

void NodeRules::check(const Announce& announce) {
    const Announcement& said = announce.announcement;
    auto& seq = last_seq_[said.election];
    require(said.seq > seq, "announcements do not rise in seq");
    seq = said.seq;
    require(said.incarnation == disk_.incarnation, "an announcement of another life");
    require(!said.is_leader || said.leader_id == setup_->self, "leads, and names another");
    require(said.is_leader || !said.valid_until, "a deadline, and does not lead");
    auto read = decode_announcement(encode_announcement(said, true));
    require(read.has_value(), "an announcement that subscribers cannot read");
    read->metadata = said.metadata;  // A map can be written in more than one way.
    require(*read == said, "an announcement that subscribers read as something else");
    if (said.valid_until) check_backing(said);
    if (!said.is_leader) return;
    auto& token = tokens_[said.election];
    require(token <= said.token, "leads with an older token after a newer one");
    token = said.token;
}

void NodeRules::check_backing(const Announcement& said) const {
    require(*said.valid_until <= now_ + 3 * setup_->params.heartbeat, "a deadline more than 3 heartbeats ahead");
    for (const ElectionStatus& election : machine_->status(now_).elections) {
        if (election.name != said.election) continue;
        require(election.role != RoleName::leader || *said.valid_until <= now_ + election.lease_left,
                "a deadline beyond the lease that backs it");
    }
}

void NodeRules::check(const Answer& answer) {
    require(commands_.erase(answer.id) == 1, "an answer that nobody waits for");
}

void NodeRules::check(const Decision& decision) {
    require(!words(decision).empty(), "a decision without words");
    const bool lets_go = decision.rule == Rule::handover_let_go;
    require(!lets_go || !somebody_acts(decision.election), "it lets go while a session may act");
}

void NodeRules::check(const RoleChange& change) {
    require(!words(change).empty(), "a change of role without words");
    if (change.role != RoleName::leader) return;
    const ElectionRecord record = record_of(disk_, change.election);
    require(record.term == change.term && record.vote == Instance{setup_->self, disk_.incarnation},
            "leads a term without its own vote on disk");
}

// --- Sessions ---

void NodeRules::hears(const SessionEvent& event) {
    if (const auto* join = std::get_if<SessionJoin>(&event.news)) {
        sessions_.try_emplace(event.session, Joined{join->election, join->forks});
        return;
    }
    const auto session = sessions_.find(event.session);
    if (session == sessions_.end()) return;
    const auto acting = acting_.find(session->second.election);
    if (acting == acting_.end() || acting->second.session != event.session) return;
    const auto* revoked = std::get_if<SessionRevoked>(&event.news);
    const bool is_gone = std::holds_alternative<SessionGone>(event.news) && !session->second.forks;
    const bool has_stopped = revoked != nullptr && revoked->token == acting->second.token;
    if (is_gone || has_stopped || std::holds_alternative<SessionResign>(event.news)) acting_.erase(acting);
}

bool NodeRules::somebody_acts(const ElectionName& election) const {
    const auto acting = acting_.find(election);
    return acting != acting_.end() && now_ < acting->second.until;
}

void NodeRules::may_act(SessionId session, const session::Granted& told, bool is_grant) {
    const ElectionName& election = sessions_.at(session).election;
    const std::vector<Held> held = machine_->held();
    const auto own = std::find_if(held.begin(), held.end(), [&](const Held& one) { return one.election == election; });
    // It may be extended, and granted the token of the next holder, in one step: what the node has is the latter.
    const bool is_held = own != held.end() && own->token.value / 1000 == told.token.value / 1000;
    require(is_held && (is_grant ? told.token == own->token : told.token <= own->token),
            "a session is told of a token that the node has not");
    require(told.valid_until <= own->lease_until, "a session is told of a longer time than the lease has");
    require(!somebody_acts(election) || acting_.at(election).session == session, "two sessions may act");
    Acting& acting = acting_[election];
    require(told.token >= acting.token, "tokens of sessions fall");
    acting = {session, told.token, told.valid_until};
}

void NodeRules::check(const TellSession& tell) {
    require(sessions_.contains(tell.session), "a word to nobody");
    if (const auto* granted = std::get_if<session::Granted>(&tell.message)) {
        may_act(tell.session, *granted, true);
    } else if (const auto* extended = std::get_if<session::Extended>(&tell.message)) {
        may_act(tell.session, {extended->token, extended->valid_until, extended->clock}, false);
    }
}

void NodeRules::check(const KillHeld& kill) { require(sessions_.contains(kill.session), "a kill for nobody"); }

void NodeRules::check(const SessionOver& over) {
    const auto session = sessions_.find(over.session);
    require(session != sessions_.end(), "a session ends twice");
    const ElectionName& election = session->second.election;
    require(!somebody_acts(election) || acting_.at(election).session != over.session, "a session ends that may act");
    sessions_.erase(session);
}

void NodeRules::check(const Left&) {
    require(!left_, "leaves twice");
    left_ = true;
}

}  // namespace bellwether::fuzz
