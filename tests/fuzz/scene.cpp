#include "tests/fuzz/scene.hpp"

#include <algorithm>
#include <utility>

#include "protocol/local_codec.hpp"
#include "tests/fuzz/target.hpp"

namespace bellwether::fuzz {

using namespace protocol;

namespace {

constexpr Time beginning{std::chrono::seconds{1000}};
constexpr Incarnation first_life{1000};

ElectionName name_of(std::string_view text) { return *ElectionName::parse(text); }

}  // namespace

// "default" and "jobs" are declared; "other" is one that a peer may come up with.
Setup Scene::make_setup(Steering& choices) {
    static const std::vector<std::uint8_t> metadata{0x81, 0xa1, 'a', 0x01};
    const std::size_t nodes = 1 + choices.upto(4U);
    const std::uint8_t shape = choices.byte();
    Setup setup;
    setup.cluster = "mesh";
    setup.self = {static_cast<std::uint16_t>(1 + shape % nodes)};
    for (std::uint16_t id = 1; id <= nodes; ++id) {
        Member member;
        member.id = {id};
        member.name = "n" + std::to_string(id);
        member.priority = {static_cast<std::uint16_t>(10 * id)};
        member.metadata = metadata;
        setup.members.push_back(std::move(member));
    }
    Member& last = setup.members.back();
    if ((shape & 0x20U) != 0) last.priority = {};
    if ((shape & 0x40U) != 0 && nodes > 1) last.voter = false;
    setup.elections.emplace_back(ElectionName{}, ElectionSettings{});
    setup.elections.emplace_back(name_of("jobs"), ElectionSettings{.preempt = false});
    setup.dynamic.candidate = Candidacy::session;
    if ((shape & 0x80U) != 0) {
        for (auto& [name, settings] : setup.elections) settings.candidate = Candidacy::session;
    }
    return setup;
}

Durable Scene::make_state(const Setup& setup, Steering& choices) {
    const std::uint8_t past = choices.byte();
    Durable durable;
    durable.incarnation = first_life;
    if (!setup.own().voter) return durable;
    durable.membership = single_list(setup.voters());
    durable.largest_promise = setup.params.lease * (1 + past % 2);
    durable.new_state = (past & 2U) != 0;
    if ((past & 4U) != 0) durable.floor = {3};
    if ((past & 8U) != 0) durable.elections.push_back({ElectionName{}, {7}, {{1}, {55}}});
    if ((past & 16U) != 0) durable.elections.push_back({name_of("other"), max_term, {}});
    return durable;
}

Scene::Scene(Steering& choices)
    : choices_{&choices},
      setup_{make_setup(choices)},
      disk_{make_state(setup_, choices)},
      rules_{setup_},
      now_{beginning} {
    for (const Member& member : setup_.members) {
        if (member.id != setup_.self) peers_.push_back({member.id, {50}, {1'000}});
    }
    start();
}

void Scene::start() {
    rules_.begin(disk_.content());
    machine_.emplace(setup_, disk_.content(), now_);
    last_sent_ = {};
    step(Deadline{});
}

void Scene::step(const Event& event) {
    rules_.hears(event);
    const Actions& actions = machine_->step(now_, event);
    rules_.does(now_, actions, *machine_);
    for (const Action& action : actions) {
        if (const auto* store = std::get_if<Store>(&action)) {
            (void)disk_.begin(*store);
        } else if (const auto* publish = std::get_if<Publish>(&action)) {
            last_sent_ = publish->heartbeat.sent;
            highest_term_ = std::max(highest_term_, publish->heartbeat.ceiling);
        } else if (const auto* announce = std::get_if<Announce>(&action)) {
            if (announce->announcement.valid_until) last_said_ = announce->announcement;
        } else if (const auto* tell = std::get_if<TellSession>(&action)) {
            if (const auto* granted = std::get_if<session::Granted>(&tell->message)) last_granted_ = granted->token;
        } else if (const auto* send = std::get_if<Send>(&action)) {
            if (const auto* vote_request = std::get_if<VoteRequest>(&send->message)) {
                last_vote_request_ = *vote_request;
                last_sent_ = vote_request->sent;
                highest_term_ = std::max(highest_term_, vote_request->term);
            } else if (const auto* question = std::get_if<Request>(&send->message)) {
                last_request_ = *question;
            } else if (const auto* transfer = std::get_if<Transfer>(&send->message)) {
                last_transfer_ = *transfer;
            }
        }
    }
    if (std::holds_alternative<Deadline>(event)) {
        require(machine_->next_deadline() > now_, "a deadline that does not pass by being kept");
    }
}

void Scene::hear(NodeId from, Message message) { step(Received{from, std::move(message), {last_question_}}); }

void Scene::act() {
    const std::uint8_t first = choices_->byte();
    topic_ = static_cast<std::uint8_t>(first / act_count);
    Peer* peer = nullptr;
    switch (static_cast<Act>(first % act_count)) {
        case Act::all_beat: {
            const std::uint8_t says = choices_->byte();
            for (Peer& each : peers_) beat(each, says, 0);
            break;
        }
        case Act::one_beats:
            peer = any_peer();
            if (peer != nullptr) {
                const std::uint8_t says = choices_->byte();
                beat(*peer, says, choices_->byte());
            }
            break;
        case Act::deadline_comes:
            if (machine_->next_deadline() < now_ + std::chrono::hours{2})
                now_ = std::max(now_, machine_->next_deadline());
            step(Deadline{});
            break;
        case Act::time_passes: let_time_pass(); break;
        case Act::write_ends: end_write(); break;
        case Act::all_writes_end:
            while (disk_.busy()) end_write();
            break;
        case Act::votes_come: {
            const std::uint8_t how = choices_->byte();
            for (Peer& each : peers_) vote(each, how);
            break;
        }
        case Act::vote_request_comes:
            if (peer = any_peer(); peer != nullptr) request_vote(*peer);
            break;
        case Act::transfer_comes:
            if (peer = any_peer(); peer != nullptr) transfer(*peer);
            break;
        case Act::request_comes:
            if (peer = any_peer(); peer != nullptr) request(*peer);
            break;
        case Act::response_comes:
            if (peer = any_peer(); peer != nullptr) respond(*peer);
            break;
        case Act::command_comes: command(); break;
        case Act::link_breaks:
            if (peer = any_peer(); peer != nullptr) step(LinkDown{peer->id});
            break;
        case Act::deadline_is_believed: believe(); break;
        case Act::frame_comes: receive_frame(); break;
        case Act::process_dies: die(); break;
        case Act::session_speaks: session_speaks(); break;
    }
}

// A byte of 0 is a faithful follower that hears us and supports us in what we stand for.
void Scene::beat(Peer& peer, std::uint8_t says, std::uint8_t of) {
    Heartbeat heartbeat{.sender = peer.id,
                        .incarnation = peer.incarnation,
                        .sent = {++peer.sent.value},
                        .lease = setup_.params.lease,
                        .membership = single_list(setup_.voters()).mark(),
                        .votes = true,
                        .largest_promise = setup_.params.lease,
                        .acks = {},
                        .elections = {}};
    if ((says & 0x80U) != 0) {
        // The seldom ones, one at a time.
        switch (of % 8) {
            case 0: heartbeat.votes = false; break;
            case 1: heartbeat.quarantine = true; break;
            case 2: heartbeat.new_state = true; break;
            case 3: heartbeat.leaving = true; break;
            case 4: heartbeat.lease *= 2; break;
            case 5: heartbeat.membership.generation = 1; break;
            case 6: heartbeat.floor = heartbeat.ceiling = term(of); break;
            default: peer.incarnation.value += 1; break;
        }
    }
    if ((says & 0x40U) == 0) {
        const bool claims_more = of % 16 == 15;
        const Incarnation heard{disk_.content().incarnation.value + (of % 32 == 31 ? 1U : 0U)};
        heartbeat.acks.push_back({setup_.self, heard, echo(of), claims_more ? term(of) : Term{}});
    }
    if ((says & 0x20U) == 0) heartbeat.elections.push_back(view(peer, says, of));
    hear(peer.id, heartbeat);
}

ElectionView Scene::view(const Peer& peer, std::uint8_t says, std::uint8_t of) const {
    ElectionView view{.name = election(),
                      .stands = static_cast<Stands>(says % 4 % 3),
                      .term = {},
                      .supports = instance(of),
                      .pending = (says & 0x10U) != 0,
                      .voted = term(of),
                      .priority = setup_.member(peer.id).priority,
                      .eligible = static_cast<Eligible>(2 - of / 4 % 3)};
    if (view.stands == Stands::none) return view;
    view.term = term(of);
    view.supports = {peer.id, peer.incarnation};
    view.holder = 1;
    if ((says & 8U) != 0) view.heir = setup_.self;
    if ((says & 4U) != 0) view.metadata_version = 9;
    return view;
}

// From 0.1 ms to an hour.
void Scene::let_time_pass() {
    const std::uint8_t span = choices_->byte();
    now_ +=
        std::chrono::microseconds{100} * (1 + span % 16) * (std::int64_t{1} << (span / 16U)) * (span > 0xf0 ? 64 : 1);
    if (span % 2 == 0) step(Deadline{});
}

void Scene::end_write() {
    if (!disk_.busy()) return;
    const Stored stored = disk_.finish();
    rules_.is_on_disk(disk_.content());
    step(stored);
}

void Scene::vote(Peer& peer, std::uint8_t how) {
    VoteReply reply{.sender = peer.id,
                    .request = last_vote_request_.request,
                    .incarnation = disk_.content().incarnation,
                    .election = last_vote_request_.election,
                    .term = last_vote_request_.term,
                    .verdict = static_cast<Verdict>(how % verdict_count),
                    .ack = echo(how),
                    .voter_term = how >= 128 ? max_term : last_vote_request_.term,
                    .retry_after_ms = how};
    hear(peer.id, reply);
}

void Scene::request_vote(Peer& peer) {
    const std::uint8_t of = choices_->byte();
    hear(peer.id, VoteRequest{.sender = peer.id,
                              .incarnation = peer.incarnation,
                              .sent = {++peer.sent.value},
                              .request = ++last_question_,
                              .election = election(),
                              .term = term(of),
                              .priority = setup_.member(peer.id).priority,
                              .probe = (of & 0x80U) != 0});
}

void Scene::transfer(Peer& peer) {
    const std::uint8_t of = choices_->byte();
    const bool answers = (of & 8U) == 0;
    hear(peer.id, Transfer{.sender = peer.id,
                           .incarnation = peer.incarnation,
                           .request = answers ? last_transfer_.request : ++last_question_,
                           .election = answers ? last_transfer_.election : election(),
                           .step = static_cast<TransferStep>(of % 4 % 3)});
}

void Scene::request(Peer& peer) {
    const std::uint8_t of = choices_->byte();
    hear(peer.id, Request{.sender = peer.id,
                          .incarnation = peer.incarnation,
                          .request = ++last_question_,
                          .election = election(),
                          .kind = static_cast<RequestKind>(of % 2),
                          .target = {static_cast<std::uint16_t>(of / 2 % 8)},
                          .hold_ms = of * 1000U,
                          .metadata_version = metadata_version(setup_.own().metadata)});
}

void Scene::respond(Peer& peer) {
    const std::uint8_t of = choices_->byte();
    Response response{.sender = peer.id,
                      .request = last_request_.request,
                      .incarnation = disk_.content().incarnation,
                      .election = last_request_.election,
                      .done = (of & 1U) != 0,
                      .reason = "no_heir",
                      .text = "nobody",
                      .metadata = {}};
    if ((of & 2U) != 0) response.metadata = {0x80};
    hear(peer.id, response);
}

void Scene::command() {
    const std::uint8_t of = choices_->byte();
    step(Command{.id = ++last_command_,
                 .kind = static_cast<CommandKind>(of % 5),
                 .election = election(),
                 .target = {static_cast<std::uint16_t>(of / 5 % 7)},
                 .hold = std::chrono::seconds{1 + of / 35}});
}

// Comes before any other event, so only at the time at which the deadline was said, or a little later.
void Scene::believe() {
    if (!last_said_) return;
    step(Believed{last_said_->election, *last_said_->valid_until});
    last_said_.reset();
}

void Scene::receive_frame() {
    static const Codec codec{"mesh"};
    static Message message;
    const std::uint8_t size = choices_->byte();
    if (codec.decode(choices_->bytes(size), message) != DecodeError::none) return;
    // Its connection belongs to whom it names, or to another one.
    const bool is_forged = size % 16 == 15;
    hear(is_forged ? NodeId{1} : sender_of(message), message);
    (void)encode_status(1, machine_->status(now_), {}, "1");
}

// What was being written may be on disk or not; then it starts again, later.
void Scene::die() {
    const std::uint8_t of = choices_->byte();
    if ((of & 1U) != 0 && disk_.busy()) {
        (void)disk_.finish();
        rules_.is_on_disk(disk_.content());
    }
    disk_.lose_unwritten();
    Durable durable = disk_.content();
    ++durable.incarnation.value;
    disk_.replace(durable);
    last_said_.reset();
    ++lives_;
    now_ += std::chrono::milliseconds{of};
    start();
}

// Four processes, each of which may say anything at any time, in this life of the daemon or to the next.
void Scene::session_speaks() {
    const std::uint8_t of = choices_->byte();
    const SessionId session{1 + of % 4U + 10 * lives_};
    switch (of / 4 % 8) {
        case 0:
        case 1: {
            SessionJoin join{.election = election(), .metadata = {}, .priority = {}, .forks = (of & 0x20U) != 0};
            if ((of & 0x40U) != 0) join.metadata = {0x81, 0xa1, 's', of};
            if ((of & 0x80U) != 0) join.priority = Priority{static_cast<std::uint16_t>(of % 4)};
            return step(SessionEvent{session, std::move(join)});
        }
        case 2: return step(SessionEvent{session, SessionAlive{}});
        case 3:
        case 4: return step(SessionEvent{session, SessionRevoked{last_granted_}});
        case 5: return step(SessionEvent{session, SessionResign{}});
        case 6: return step(SessionEvent{session, SessionLost{}});
        default: return step(SessionEvent{session, SessionGone{}});
    }
}

Scene::Peer* Scene::any_peer() {
    const std::uint8_t which = choices_->byte();
    return peers_.empty() ? nullptr : &peers_[which % peers_.size()];
}

// Mostly "default", where the others are in each other's way least.
ElectionName Scene::election() const {
    switch (topic_) {
        case 13: return name_of("other");
        case 14:
        case 15: return name_of("jobs");
        default: return {};
    }
}

Term Scene::term(std::uint8_t of) const {
    switch (of / 4 % 8) {
        case 5: return {1};
        case 6: return {max_term.value - of % 4U};
        case 7: return {std::min(highest_term_.value + 1000, max_term.value)};
        default: return {std::min(highest_term_.value + of / 4U % 8U, max_term.value)};
    }
}

Instance Scene::instance(std::uint8_t of) const {
    switch (of % 4) {
        case 0: return {setup_.self, disk_.content().incarnation};
        case 1: return {};
        case 2: return {setup_.self, {1}};
        default: return {setup_.members.front().id, {50}};
    }
}

Sent Scene::echo(std::uint8_t of) const {
    switch (of / 2 % 16) {
        case 14: return {last_sent_.value + 1};
        case 15: return {1};
        default: return last_sent_;
    }
}

}  // namespace bellwether::fuzz
