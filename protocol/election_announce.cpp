// What local processes are told of an election, and people of this node in it. docs/protocol.md, "For announcements
// only".
#include <algorithm>
#include <cassert>
#include <map>

#include "protocol/election.hpp"
#include "protocol/planted.hpp"

namespace bellwether::protocol {

// For announcements only, never for votes: a node that does not hear the leader itself believes the one whom a quorum
// of the voters it hears support.
NodeId Election::supported_by_quorum() const {
    std::map<Instance, std::vector<NodeId>> supporters;
    for (const auto& [id, heard] : heard_) {
        if (heard.view.supports.node != nobody && host_.liveness.hears({id, heard.incarnation}, host_.now)) {
            supporters[heard.view.supports].push_back(id);
        }
    }
    for (const auto& [leader, voters] : supporters) {
        const bool is_quorum = host_.quorum.reached([&, leader = leader, &voters = voters](NodeId voter) {
            return voter == leader.node || std::find(voters.begin(), voters.end(), voter) != voters.end();
        });
        if (is_quorum && leader.node != host_.self.node && !host_.liveness.hears(leader, host_.now)) {
            return leader.node;
        }
    }
    return nobody;
}

Election::Known Election::known_leader() const {
    if (const auto* leader = std::get_if<Leader>(&role_)) {
        return {host_.self.node, token_of(leader->term, leader->holder), leader->reason, own_metadata_version()};
    }
    Known best;
    for (const auto& [id, heard] : heard_) {
        const Token token = token_of(heard.view.term, heard.view.holder);
        if (heard.view.stands == Stands::leading && token > best.token &&
            host_.liveness.hears({id, heard.incarnation}, host_.now)) {
            best = {id, token, heard.view.reason, heard.view.metadata_version};
        }
    }
    if (best.leader != nobody) {
        const bool is_overtaken = best.token < highest_claim_ && !planted(Bug::overtaken_claim_believed);
        return is_overtaken ? Known{} : best;  // An older claim has been overtaken.
    }
    const NodeId supported = supported_by_quorum();
    if (supported == nobody) {
        return {};
    }
    // Its token is known only if this very leadership has been heard of before.
    const auto claim = claims_.find(supported);
    const bool heard_before = claim != claims_.end() && claim->second.second == highest_claim_;
    return {supported, heard_before ? highest_claim_ : Token{}, Reason::elected, 0};
}

std::uint32_t Election::own_metadata_version() const {
    const Session* speaker = takes_sessions() ? sessions_.speaker() : nullptr;
    return speaker == nullptr || speaker->metadata.empty() ? host_.own_metadata_version() : speaker->metadata_version;
}

const std::vector<std::uint8_t>* Election::own_metadata(std::uint32_t version) const {
    const Session* speaker = takes_sessions() ? sessions_.speaker() : nullptr;
    if (speaker != nullptr && !speaker->metadata.empty() && speaker->metadata_version == version) {
        return &speaker->metadata;
    }
    return host_.configured_metadata(host_.self.node, version);
}

// nullptr while it is not known.
const std::vector<std::uint8_t>* Election::metadata_of(NodeId node, std::uint32_t version) {
    static const std::vector<std::uint8_t> none;
    if (version == 0) {
        return &none;
    }
    if (node == host_.self.node) {
        return own_metadata(version);
    }
    if (const auto* configured = host_.configured_metadata(node, version)) {
        return configured;
    }
    if (fetched_.node == node && fetched_.version == version) {
        return &fetched_.bytes;
    }
    fetch_metadata(node, version);
    return nullptr;
}

// Once a second, until it answers.
void Election::fetch_metadata(NodeId node, std::uint32_t version) {
    const bool is_same = fetched_.asked_node == node && fetched_.asked_version == version;
    if (is_same && host_.now < fetched_.asked_at + idle_announcement) {
        return;
    }
    fetched_.asked = host_.next_request();
    fetched_.asked_node = node;
    fetched_.asked_version = version;
    fetched_.asked_at = host_.now;
    host_.send(node, Request{.sender = host_.self.node,
                             .incarnation = host_.self.incarnation,
                             .request = fetched_.asked,
                             .election = name_,
                             .kind = RequestKind::metadata,
                             .metadata_version = version});
}

Announcement Election::announcement(const Known& known) {
    const bool is_new = !announced_ || announced_->leader_id != known.leader;
    if (known.leader == nobody && is_new) {
        absence_ = announced_ ? parting_.value_or(Reason::lease_lost) : Reason::unknown;
    }
    // The links end after the lease does: only then it shows why it was lost.
    if (absence_ == Reason::lease_lost && host_.is_voter && !host_.quorum_linked()) {
        absence_ = Reason::no_quorum;
    }
    if (known.leader != nobody) {
        parting_.reset();
        last_leader_ = known.leader;
    }
    Announcement said{.cluster = host_.setup.cluster,
                      .election = name_,
                      .node = host_.setup.own().name,
                      .leader = std::string{host_.setup.name_of(known.leader)},
                      .leader_id = known.leader,
                      .is_leader = is_leading(),
                      .token = known.token,
                      .reason = known.leader == nobody ? absence_ : known.reason,
                      .incarnation = host_.self.incarnation};
    if (known.leader != nobody) {
        if (const auto* metadata = metadata_of(known.leader, known.metadata_version)) {
            said.metadata = *metadata;
        }
    }
    return said;
}

// On every change, once per heartbeat interval while leading, and once a second otherwise.
void Election::announce() {
    const Known known = known_leader();
    Announcement said = announcement(known);
    const Duration interval = is_leading() ? host_.params().heartbeat : idle_announcement;
    const bool same = announced_ && announced_->leader_id == said.leader_id && announced_->token == said.token &&
                      announced_->is_leader == said.is_leader && announced_->reason == said.reason &&
                      announced_->metadata == said.metadata;
    if (told_role_ != role_name() || told_leader_ != known.leader || told_token_ != known.token) {
        const auto* candidate = std::get_if<Candidate>(&role_);
        const Term term = candidate != nullptr     ? candidate->term
                          : known.token != Token{} ? Term{known.token.value / 1000}
                                                   : term_;
        host_.actions.emplace_back(RoleChange{name_, term, role_name(), known.leader, said.reason});
        // The next holder on the same host is no other leader.
        const bool is_another = known.leader != told_leader_ || known.token.value / 1000 != told_token_.value / 1000;
        leader_changes_ += known.leader != nobody && is_another ? 1U : 0U;
        told_role_ = role_name();
        told_leader_ = known.leader;
        told_token_ = known.token;
    }
    if (same && host_.now < announced_at_ + interval) {
        return;
    }
    if (auto* leader = std::get_if<Leader>(&role_)) {
        if (publishes_deadlines(*leader)) {
            // Never beyond the lease: no local announcement of leadership outlives what backs it.
            const Time backed_until = planted(Bug::announces_beyond_lease) ? never : lease_until();
            leader->valid_until = std::min(backed_until, host_.now + 3 * host_.params().heartbeat);
        }
        if (leader->valid_until > host_.now) {
            said.valid_until = leader->valid_until;
        }
    }
    said.clock = host_.now;
    said.seq = ++announcements_;
    announced_at_ = host_.now;
    announced_ = said;
    host_.actions.emplace_back(Announce{std::move(said)});
}

namespace {

std::string in_ms(Duration left) { return std::to_string((left + 999us) / 1ms) + " ms"; }

}  // namespace

// The first thing that keeps this node from leading, as a sentence for people.
std::string Election::hindrance() const {
    const NodeId leader = known_leader().leader;
    const std::string leads = std::string{host_.setup.name_of(leader)} + " leads";
    if (leader == host_.self.node) {
        return "";
    }
    if (!host_.is_voter) {
        return "it is an observer";
    }
    if (rank().priority.value == 0) {
        return "its priority is 0: it votes and never leads";
    }
    if (takes_sessions() && sessions_.front() == nullptr) {
        return "no process here stands for this election";
    }
    if (host_.leaving) {
        return "it is leaving";
    }
    if (host_.draining()) {
        return "it is drained for " + in_ms(host_.drained_until - host_.now) + " more";
    }
    if (host_.now < ineligible_until_) {
        return "it stepped down and stays out for " + in_ms(ineligible_until_ - host_.now) + " more";
    }
    if (host_.recovery.in_quarantine()) {
        return "it has just started and may have forgotten a promise, for " +
               in_ms(host_.recovery.quarantine_until() - host_.now) + " more";
    }
    if (host_.recovery.is_new()) {
        return "its state is new, and it has not heard enough voters yet to rule out a forgotten vote";
    }
    if (!host_.quorum_linked()) {
        return "it is not linked to a quorum of voters";
    }
    if (host_.now < cool_until_) {
        return "it cools down after " + std::to_string(failures_) + " failed campaigns, for " +
               in_ms(cool_until_ - host_.now) + " more";
    }
    if (leader != nobody) {
        return leads;
    }
    if (!is_free()) {
        return binding_->to == host_.self ? "its campaign is under way"
                                          : "it is bound to " + std::string{host_.setup.name_of(binding_->to.node)};
    }
    return is_free_quorum() ? "a better-ranked node is waited for" : "no quorum of voters says that nobody leads";
}

ElectionStatus Election::status(Time now) const {
    const Known known = known_leader();
    ElectionStatus status{.name = name_,
                          .role = role_name(),
                          .term = term_,
                          .leader = known.leader,
                          .token = known.token,
                          .reason = known.leader == nobody ? absence_ : known.reason,
                          .eligible = eligible(),
                          .hindrance = hindrance(),
                          .preempts = settings_.preempt,
                          .handover_timeout = settings_.handover_timeout,
                          .failures = failures_,
                          .campaigns = campaigns_,
                          .wins = wins_,
                          .leader_changes = leader_changes_};
    const auto left = [&](Time until) { return until > now ? until - now : Duration{}; };
    if (const auto* leader = std::get_if<Leader>(&role_)) {
        status.lease_left = left(lease_until());
        status.heir = leader->handover ? leader->handover->heir : nobody;
        status.challenger = challenger();
    }
    status.sessions = sessions_.size();
    if (const Holder* holder = sessions_.holder()) {
        status.session = holder->session.id;
        status.revoking = holder->stop_by != never || holder->end != SessionEnd::none;
    }
    if (binding_) {
        status.bound_to = binding_->to.node;
        status.bound_left = binding_->to == host_.self ? Duration{} : left(host_.liveness.promised_until(binding_->to));
    }
    status.hold_left = left(hold_until_);
    status.cooldown_left = left(cool_until_);
    return status;
}

}  // namespace bellwether::protocol
