#include "node/announcer.hpp"

#include <algorithm>
#include <utility>

#include "protocol/params.hpp"

namespace bellwether::node {
namespace {

constexpr int subscriptions_per_turn = 1024;
constexpr protocol::Duration silence = 10 * protocol::idle_announcement;
// Each election by its name, and some that are the beginning of several. All of them are looked at when a subscriber
// has gone.
constexpr std::size_t max_prefixes = protocol::max_elections + 256;
// "leader/..." of each election, by its longest name.
constexpr std::int64_t unaccounted_topic_bytes = std::int64_t{128} << 10U;
// ZeroMQ enters all subscriptions that have come, however many, while the loop waits: a microsecond or so for each.
constexpr std::int64_t topic_bytes_at_once = std::int64_t{16} << 10U;
constexpr std::size_t max_topic = 80;  // "leader/", the longest name and "/" are 72.

bool is_subscription(std::string_view frame) { return frame.starts_with('\1'); }

// A prefix that is longer than every topic, or has no such beginning, wants nothing.
bool may_match(std::string_view prefix) {
    const auto begins = [&](std::string_view word) {
        return prefix.substr(0, word.size()) == word.substr(0, prefix.size());
    };
    return prefix.size() <= max_topic && (begins("leader/") || begins("view/"));
}

}  // namespace

void Subscriptions::apply(std::string_view frame) {
    const std::string_view prefix = frame.substr(1);
    const auto known = prefixes_.find(prefix);
    if (is_subscription(frame)) {
        if (known != prefixes_.end()) return;
        if (prefixes_.size() < max_prefixes) {
            prefixes_.emplace(prefix);
        } else {
            ++unknown_;
        }
    } else if (known != prefixes_.end()) {
        prefixes_.erase(known);
    } else if (unknown_ > 0) {
        --unknown_;  // One of several may have gone, or the last: then this stays above what is true.
    }
}

bool Subscriptions::want(std::string_view topic) const {
    if (unknown_ > 0) return true;
    for (std::size_t size = 0; size <= topic.size(); ++size) {
        if (prefixes_.contains(topic.substr(0, size))) return true;
    }
    return false;
}

bool Subscriptions::crowded() const { return prefixes_.size() >= max_prefixes; }

Announcer::Announcer(zmq::context_t& context, Refusals& refusals)
    : socket_{context, zmq::socket_type::xpub}, reader_{socket_}, refusals_{refusals} {
    // With none, libzmq aborts when it ends in the middle of what a subscriber is sent who ends too (session_base.cpp,
    // clean_pipes; its issue 3442).
    socket_.set(zmq::sockopt::linger, 100);
    socket_.set(zmq::sockopt::xpub_verbose, true);  // Every subscriber is seen, not only the first of a topic.
    socket_.set(zmq::sockopt::sndhwm, 4096);
    socket_.set(zmq::sockopt::rcvhwm, 0);  // Why not a limit: socket_options.cpp, `unlimited`.
    socket_.set(zmq::sockopt::maxmsgsize, std::int64_t{1024});
    socket_.set(zmq::sockopt::backlog, 1024);
}

void Announcer::guard_with(Gate& gate) {
    gate_ = &gate;
    gate.guard(socket_, {{unaccounted_topic_bytes, topic_bytes_at_once}, max_local_connections}, "the leader topic");
}

bool Announcer::receive() {
    const bool more = read_subscriptions(subscriptions_per_turn);
    intake_is_crowded(subscriptions_.crowded());
    if (!more) intake_is_used_up();
    greet();
    return more;
}

bool Announcer::read_subscriptions(int cap) {
    std::size_t count = 0;
    for (int i = 0; i < cap; ++i) {
        const Read read = reader_.read({&frame_, 1}, count);
        if (read == Read::nothing) return false;
        if (read == Read::message) look_at(frame_);
        if (read == Read::too_many) refusals_.count("local_parts_refused");
    }
    return true;
}

void Announcer::look_at(const zmq::message_t& subscription) {
    const std::string_view frame = subscription.to_string_view();
    if (frame.empty() || static_cast<unsigned char>(frame.front()) > 1) return;
    subscriptions_.apply(frame);
    if (!is_subscription(frame)) return;
    if (subscriptions_.crowded()) {
        refusals_.report("local_subscribers_shut", "leader topic", "more topics are subscribed to than there can be");
        gate_->shut(subscription);
    } else if (may_match(frame.substr(1))) {
        newcomers_.emplace(frame.substr(1));
    }
}

// One copy of each topic wanted, however many have just asked for it.
void Announcer::greet() {
    if (newcomers_.empty()) return;
    forget_silent();
    // While these are greeted, others come.
    const auto newcomers = std::exchange(newcomers_, {});
    const auto is_new = [&](std::string_view topic) {
        for (std::size_t size = 0; size <= topic.size(); ++size) {
            if (newcomers.contains(topic.substr(0, size))) return true;
        }
        return false;
    };
    for (const auto& [name, state] : elections_) {
        if (is_new(state.leader_topic)) send_with_deadline(name, state);
        if (is_new(state.view_topic)) send(state.view_topic, state.without_deadline);
    }
}

// Every election that the node knows is announced again and again; what is not has been forgotten.
void Announcer::forget_silent() {
    std::erase_if(elections_, [this](const auto& entry) { return clock_ - entry.second.clock > silence; });
}

void Announcer::announce(const protocol::Announcement& announcement) {
    clock_ = std::max(clock_, announcement.clock);
    if (elections_.size() > 2 * protocol::max_elections) forget_silent();
    State& state = elections_[announcement.election];
    if (state.leader_topic.empty()) {
        state.leader_topic = protocol::leader_topic(announcement.election);
        state.view_topic = protocol::view_topic(announcement.election);
    }
    state.with_deadline = protocol::encode_announcement(announcement, true);
    state.without_deadline = protocol::encode_announcement(announcement, false);
    state.valid_until = announcement.valid_until;
    state.clock = announcement.clock;
    send_with_deadline(announcement.election, state);
    send(state.view_topic, state.without_deadline);
}

// ZeroMQ may take a subscription into account while it sends, before we could read of it. So whoever is found to want
// the topic before or right after may have been sent it; to think so of one who was not costs only a wait.
void Announcer::send_with_deadline(const protocol::ElectionName& election, const State& state) {
    bool wanted = read_subscriptions(subscriptions_per_turn) || subscriptions_.want(state.leader_topic);
    send(state.leader_topic, state.with_deadline);
    wanted = read_subscriptions(subscriptions_per_turn) || wanted || subscriptions_.want(state.leader_topic);
    if (wanted && state.valid_until) believed_.push_back({election, *state.valid_until});
}

void Announcer::send(const std::string& topic, const protocol::Frame& frame) {
    // A subscriber that reads too slowly misses some; this never waits.
    (void)socket_.send(zmq::buffer(topic), zmq::send_flags::sndmore | zmq::send_flags::dontwait);
    (void)socket_.send(zmq::buffer(frame), zmq::send_flags::dontwait);
    reader_.touch();
}

void Announcer::deliver(const EventSink& sink) {
    for (const protocol::Believed& believed : believed_) sink(believed);
    believed_.clear();
}

}  // namespace bellwether::node
