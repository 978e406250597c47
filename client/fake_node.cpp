#include "client/fake_node.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include "client/clock.hpp"
#include "protocol/params.hpp"
#include "protocol/run_directory.hpp"
#include "protocol/session_codec.hpp"

namespace bellwether::client {

using namespace protocol::session;
using protocol::Frame;

namespace {

constexpr std::uint64_t nonce = 42;
constexpr protocol::NodeId self{1};

Frame bytes_of(const std::string& text) {
    const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
    return {bytes, bytes + text.size()};
}

void bind(zmq::socket_t& socket, const std::filesystem::path& path) {
    socket.set(zmq::sockopt::linger, 0);
    socket.bind("ipc://" + path.string());
}

std::vector<Frame> receive(zmq::socket_t& socket) {
    std::vector<Frame> parts;
    zmq::message_t part;
    while (socket.recv(part, zmq::recv_flags::dontwait)) {
        const auto* bytes = static_cast<const std::byte*>(part.data());
        parts.emplace_back(bytes, bytes + part.size());
        if (!part.more()) break;
    }
    return parts;
}

}  // namespace

FakeNode::FakeNode(const std::filesystem::path& run_dir, protocol::Incarnation incarnation)
    : incarnation_{incarnation}, name_{run_dir.filename().string()} {
    std::filesystem::create_directories(run_dir);
    leader_.set(zmq::sockopt::xpub_verbose, 1);
    bind(leader_, run_dir / protocol::leader_socket);
    bind(control_, run_dir / protocol::control_socket);
    thread_ = std::thread{[this] { serve(); }};
}

FakeNode::~FakeNode() {
    {
        const std::lock_guard lock{mutex_};
        done_ = true;
    }
    bell_.ring();
    thread_.join();
}

void FakeNode::grant(protocol::Token token, protocol::Duration span) {
    say(Granted{.token = token, .valid_until = now() + span, .clock = now()});
}

void FakeNode::extend(protocol::Token token, protocol::Duration span) {
    say(Extended{.token = token, .valid_until = now() + span, .clock = now()});
}

void FakeNode::revoke(protocol::Token token, protocol::Reason reason, protocol::Duration span) {
    say(Revoke{.token = token, .reason = reason, .deadline = now() + span});
}

void FakeNode::refuse(const std::string& reason, const std::string& text) {
    say(Refused{.reason = reason, .text = text});
}

void FakeNode::say(const FromNode& message) {
    const std::lock_guard lock{mutex_};
    note(message);
    queue(false, {session_, encode(message, incarnation_)});
}

// For status().
void FakeNode::note(const FromNode& said) {
    if (const auto* granted = std::get_if<Granted>(&said)) {
        granted_ = *granted;
        revoking_ = false;
    }
    const auto* extended = std::get_if<Extended>(&said);
    if (extended != nullptr && granted_ && granted_->token == extended->token) {
        granted_->valid_until = extended->valid_until;
    }
    if (std::holds_alternative<Revoke>(said)) revoking_ = granted_.has_value();
    if (std::holds_alternative<Refused>(said)) {
        granted_.reset();
        stands_in_.reset();
    }
}

void FakeNode::announce(protocol::Announcement announcement) {
    const std::lock_guard lock{mutex_};
    announcement.incarnation = incarnation_;
    announcement.seq = ++announcements_;
    // Sessions are told without a deadline: theirs is in the grant.
    if (!session_.empty()) queue(false, {session_, encode(announcement, incarnation_)});
    for (const bool with_deadline : {true, false}) {
        const std::string topic =
            with_deadline ? protocol::leader_topic(announcement.election) : protocol::view_topic(announcement.election);
        announced_[topic] = protocol::encode_announcement(announcement, with_deadline);
        queue(true, {bytes_of(topic), announced_[topic]});
    }
}

void FakeNode::turn_away(const std::string& reason) {
    const std::lock_guard lock{mutex_};
    turned_away_ = reason;
}

void FakeNode::queue(bool to_subscribers, Parts parts) {
    queued_.emplace_back(to_subscribers, std::move(parts));
    bell_.ring();
}

void FakeNode::serve() {
    std::array<zmq::pollitem_t, 3> items{{{control_.handle(), 0, ZMQ_POLLIN, 0},
                                          {leader_.handle(), 0, ZMQ_POLLIN, 0},
                                          {nullptr, bell_.fd(), ZMQ_POLLIN, 0}}};
    for (;;) {
        try {
            zmq::poll(items);
        } catch (const zmq::error_t& error) {
            if (error.num() != EINTR) throw;
        }
        const std::lock_guard lock{mutex_};
        bell_.silence();
        if (done_) return;
        serve_process();
        serve_subscriber();
        send_queued();
        changed_.notify_all();
    }
}

void FakeNode::serve_process() {
    for (Parts parts = receive(control_); !parts.empty(); parts = receive(control_)) {
        const auto decoded = decode_from_process(parts.back());
        if (!decoded) {
            serve_request(std::move(parts));
            continue;
        }
        if (const auto* message = std::get_if<FromProcess>(&*decoded)) {
            if (std::holds_alternative<Campaign>(*message)) session_ = parts.front();
            answer(*message);
        }
    }
}

// The parts before the last say where the answer goes, and whether who asks is a REQ.
void FakeNode::serve_request(Parts parts) {
    const auto request = protocol::decode_request(parts.back());
    if (const auto* bad = std::get_if<protocol::BadRequest>(&request)) {
        parts.back() = protocol::encode_reply({.id = bad->id, .reason = "bad_request", .text = bad->text});
    } else if (const auto& asked = std::get<protocol::ControlRequest>(request); asked.type == "status") {
        parts.back() = protocol::encode_status(asked.id, status(), {}, "fake");
    } else {
        parts.back() = protocol::encode_reply({.id = asked.id,
                                               .reason = "unknown_type",
                                               .text = "a fake node answers status, and not \"" + asked.type + '"'});
    }
    queue(false, std::move(parts));
}

// Of a mesh that consists of it.
protocol::Status FakeNode::status() const {
    protocol::Status status;
    status.cluster = "fake";
    status.self = self;
    status.name = name_;
    status.voter = true;
    status.incarnation = incarnation_;
    status.now = now();
    status.heartbeat = protocol::Params{}.heartbeat;
    status.lease = protocol::Params{}.lease;
    status.votes = status.quorum_linked = true;
    status.voters = status.quorum = status.linked = 1;
    status.elections.push_back(status_of_election());
    return status;
}

protocol::ElectionStatus FakeNode::status_of_election() const {
    protocol::ElectionStatus election;
    election.name = stands_in_.value_or(protocol::ElectionName{});
    election.handover_timeout = protocol::ElectionSettings{}.handover_timeout;
    election.sessions = stands_in_ ? 1 : 0;
    election.reason = protocol::Reason::unknown;
    if (!stands_in_ || !granted_ || granted_->valid_until <= now()) return election;
    election.role = protocol::RoleName::leader;
    election.leader = self;
    election.token = granted_->token;
    election.reason = protocol::Reason::elected;
    election.lease_left = granted_->valid_until - now();
    election.session = {sessions_};
    election.revoking = revoking_;
    return election;
}

void FakeNode::answer(const FromProcess& message) {
    const auto reply = [this](const FromNode& said) { queue(false, {session_, encode(said, incarnation_)}); };
    if (const auto* campaign = std::get_if<Campaign>(&message)) {
        if (!turned_away_.empty()) return reply(Refused{.reason = turned_away_, .text = "turned away"});
        joining_ = *campaign;
        return reply(Challenge{nonce});
    }
    if (const auto* answer = std::get_if<Answer>(&message)) {
        if (answer->nonce != nonce || !joining_) return reply(Refused{.reason = "forbidden", .text = "wrong answer"});
        reply(Joined{++sessions_});
        stands_in_ = joining_->election;
        granted_.reset();
        heard_.emplace_back(*std::exchange(joining_, std::nullopt));
        return;
    }
    if (std::holds_alternative<Revoked>(message) || std::holds_alternative<Resign>(message)) granted_.reset();
    if (std::holds_alternative<Resign>(message)) stands_in_.reset();
    if (const auto* holds = std::get_if<Holds>(&message))
        reply(HeldProcess{.pid = holds->pid, .killable = holds->kill});
    heard_.push_back(message);
}

void FakeNode::serve_subscriber() {
    for (Parts parts = receive(leader_); !parts.empty(); parts = receive(leader_)) {
        const Frame& wish = parts.front();
        if (wish.empty() || wish.front() != std::byte{1}) continue;
        const std::string prefix{reinterpret_cast<const char*>(wish.data()) + 1, wish.size() - 1};
        for (const auto& [topic, body] : announced_) {
            if (topic.starts_with(prefix)) queue(true, {bytes_of(topic), body});
        }
    }
}

void FakeNode::send_queued() {
    for (; !queued_.empty(); queued_.pop_front()) {
        auto& [to_subscribers, parts] = queued_.front();
        zmq::socket_t& socket = to_subscribers ? leader_ : control_;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const auto more = i + 1 < parts.size() ? zmq::send_flags::sndmore : zmq::send_flags::none;
            (void)socket.send(zmq::buffer(parts[i]), more | zmq::send_flags::dontwait);
        }
    }
}

}  // namespace bellwether::client
