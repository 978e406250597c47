#include "tests/support/stage.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/planted.hpp"

namespace bellwether::tests {

using namespace protocol;

namespace {

[[maybe_unused]] const bool plants = plant_bug_of_environment();

constexpr unsigned most_at_once = 1000;  // Steps while time stands still.

Setup setup_of(const StageOptions& options) {
    Setup setup;
    setup.cluster = "stage";
    setup.self = {options.self};
    setup.params = options.params;
    setup.elections.emplace_back(ElectionName{}, options.election);
    for (const std::string& name : options.more_elections) {
        setup.elections.emplace_back(ElectionName::parse(name).value(), options.election);
    }
    for (Id id = 1; id <= options.nodes; ++id) {
        const auto named = options.priorities.find(id);
        Member member;
        member.id = {id};
        member.name = "n" + std::to_string(id);
        member.voter = std::find(options.observers.begin(), options.observers.end(), id) == options.observers.end();
        member.priority = {named == options.priorities.end() ? static_cast<std::uint16_t>(10 * id) : named->second};
        setup.members.push_back(std::move(member));
    }
    return setup;
}

Durable stored_of(const StageOptions& options, const Setup& setup) {
    Durable stored = options.stored;
    if (stored.membership.lists.empty()) {
        stored.membership = single_list(setup.voters());
    }
    stored.incarnation = std::max(stored.incarnation, Incarnation{std::uint64_t{options.self} * 100 + 1});
    stored.largest_promise = std::max(stored.largest_promise, setup.params.lease);
    return stored;
}

}  // namespace

Stage::Stage(StageOptions options)
    : setup_{setup_of(options)},
      now_{Time{1h}},
      disk_{stored_of(options, setup_)},
      self_{setup_.self, disk_.content().incarnation},
      machine_{setup_, disk_.content(), now_},
      next_beat_{now_ + 1ms} {
    for (const Member& member : setup_.members) {
        if (member.id != setup_.self) {
            const auto [place, is_new] = peers_.try_emplace(member.id.value, *this, member);
            place->second.is_beating = options.peers_beat && member.voter;
        }
    }
    if (!options.in_quarantine) {
        elapse(disk_.content().largest_promise);
        mark();
    }
}

void Stage::elapse(Duration span) {
    const Time target = now_ + span;
    unsigned without_progress = 0;
    while (true) {
        const Time next = std::min({machine_.next_deadline(), next_beat_, write_done_.value_or(never)});
        if (next > target) break;
        without_progress = next > now_ ? 0 : without_progress + 1;
        if (without_progress > most_at_once) {
            ADD_FAILURE() << "the node wants to be called at a time that has passed\n" << told();
            break;
        }
        now_ = std::max(now_, next);
        if (write_done_ && *write_done_ <= now_) {
            write_done_.reset();
            const Stored done = disk_.finish();
            if (disk_.busy()) {
                write_done_ = now_ + disk_.latency;
            }
            step(done);
        } else if (next_beat_ <= now_) {
            next_beat_ += setup_.params.heartbeat;
            for (auto& [id, peer] : peers_) {
                if (peer.is_beating) {
                    peer.beat();
                }
            }
        } else {
            step(Deadline{});
        }
    }
    now_ = target;
}

void Stage::step(const Event& event) {
    const Actions actions = machine_.step(now_, event);
    for (const Action& action : actions) {
        note(action);
    }
    hand_over_letters();
}

void Stage::note(const Action& action) {
    log_.push_back(action);
    if (const auto* store = std::get_if<Store>(&action)) {
        if (disk_.begin(*store) && !disk_is_held_) {
            write_done_ = now_ + disk_.latency;
        }
    } else if (const auto* publish = std::get_if<Publish>(&action)) {
        published_ = publish->heartbeat;
        last_sent_ = std::max(last_sent_, published_.sent);
    } else if (const auto* send = std::get_if<Send>(&action)) {
        if (const auto* request = std::get_if<VoteRequest>(&send->message)) {
            last_sent_ = std::max(last_sent_, request->sent);
        }
        letters_.push_back(*send);
    } else if (const auto* decision = std::get_if<Decision>(&action)) {
        const auto ms = std::chrono::floor<std::chrono::milliseconds>(now_ - Time{1h}).count();
        told_ += "[" + std::to_string(ms) + "] " + words(*decision) + "\n";
    }
}

// Peers answer when the step is over, not in its middle.
void Stage::hand_over_letters() {
    if (in_step_) return;
    in_step_ = true;
    for (unsigned rounds = 0; !letters_.empty(); ++rounds) {
        if (rounds > most_at_once) {
            ADD_FAILURE() << "the node and its peers write to each other without end\n" << told();
            break;
        }
        for (const Send& letter : std::exchange(letters_, {})) {
            if (const auto place = peers_.find(letter.to.value); place != peers_.end()) {
                place->second.hears(letter.message);
            }
        }
    }
    in_step_ = false;
}

void Stage::let_disk_go() {
    disk_is_held_ = false;
    if (disk_.busy() && !write_done_) {
        write_done_ = now_ + disk_.latency;
    }
}

Term Stage::disk_term() const { return disk().elections.empty() ? disk().floor : disk().elections.front().term; }

std::optional<Verdict> Stage::ask(Id candidate, Term term, bool probe) {
    const VoteRequest request = peer(candidate).vote_request(term, probe);
    hear(candidate, request);
    elapse(2 * disk_.latency);
    for (const VoteReply& reply : sent<VoteReply>(candidate)) {
        if (reply.request == request.request) return reply.verdict;
    }
    return {};
}

void Stage::let_it_stand() {
    for (int i = 0; i < 700 && role() != RoleName::candidate; ++i) {
        elapse(500us);
    }
    ASSERT_EQ(role(), RoleName::candidate) << told();
}

void Stage::silence() {
    for (auto& [id, peer] : peers_) {
        peer.answers.reset();
    }
}

VoteReply Stage::reply_of(Id voter, Verdict verdict) const {
    const VoteRequest request = sent<VoteRequest>(voter).back();
    return {.sender = {voter},
            .request = request.request,
            .incarnation = request.incarnation,
            .election = {},
            .term = request.term,
            .verdict = verdict,
            .ack = request.sent,
            .voter_term = {},
            .retry_after_ms = {}};
}

void Stage::let_it_lead() {
    for (int i = 0; i < 200 && role() != RoleName::leader; ++i) {
        elapse(5ms);
    }
    ASSERT_EQ(role(), RoleName::leader) << told();
}

std::uint64_t Stage::command(CommandKind kind, Id target, Duration hold) {
    Command command;
    command.id = ++last_command_;
    command.kind = kind;
    command.target = {target};
    command.hold = hold;
    step(command);
    return command.id;
}

ElectionView Stage::shown() const {
    const auto place = std::find_if(published_.elections.begin(), published_.elections.end(),
                                    [](const ElectionView& view) { return view.name == ElectionName{}; });
    return place == published_.elections.end() ? ElectionView{} : *place;
}

std::optional<Ack> Stage::ack_of(Id peer) const {
    const auto place = std::find_if(published_.acks.begin(), published_.acks.end(),
                                    [&](const Ack& ack) { return ack.peer == NodeId{peer}; });
    return place == published_.acks.end() ? std::nullopt : std::optional{*place};
}

ElectionStatus Stage::election() const {
    for (const ElectionStatus& election : status().elections) {
        if (election.name == ElectionName{}) return election;
    }
    return {};
}

std::size_t Stage::decisions(Rule rule) const {
    const auto all = of<Decision>();
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [&](const Decision& decision) { return decision.rule == rule; }));
}

std::string Stage::told() const { return told_; }

}  // namespace bellwether::tests
