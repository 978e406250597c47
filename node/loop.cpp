#include "node/loop.hpp"

#include <algorithm>
#include <csignal>
#include <iterator>
#include <variant>

#include <spdlog/spdlog.h>

#include "build_version.hpp"
#include "protocol/local_codec.hpp"

namespace bellwether::node {

using namespace std::chrono_literals;
using protocol::Duration;
using protocol::Event;
using protocol::Time;

namespace {

constexpr Duration tidy_every = 5s;
constexpr Duration leaving_allowance = 5s;  // Beyond the hand-over itself.

// Sockets do not linger when they close, so what was said last must be on its way before.
constexpr Duration time_for_last_words = 20ms;

// The command of nobody at the control desk.
constexpr std::uint64_t own_command = 0;

Duration longest_handover(const protocol::Setup& setup) {
    Duration longest = setup.dynamic.handover_timeout;
    for (const auto& [name, settings] : setup.elections) longest = std::max(longest, settings.handover_timeout);
    return longest;
}

}  // namespace

Loop::Loop(const Parts& parts)
    : parts_(parts),
      desk_(parts.setup),
      sessions_(parts.machine.status(clock_now()).incarnation,
                [this](std::uint64_t caller, const protocol::Frame& frame) { parts_.local_api.reply(caller, frame); }),
      decisions_(parts.setup.self),
      now_(clock_now()) {
    if (parts_.supervisor.watchdog_interval()) next_sign_of_life_ = now_;
    parts_.transport.watch_with(poller_);
    parts_.local_api.watch_with(poller_);
    for (const int fd :
         {alarm_.fd(), parts_.signals.fd(), parts_.store.event_fd(), parts_.reload.event_fd(), sessions_.fd()}) {
        poller_.watch(fd);
    }
}

Loop::End Loop::run() {
    keep_deadlines();
    while (!end_) {
        wait();
        receive();
        // After the drain: what waited in a queue is heard before its time is judged, also after a pause.
        now_ = clock_now();
        times_.begin_turn(due_, now_, time_worked());
        more_to_read_ = false;
        take_local();  // First: to whom a deadline was shown decides when a leadership may be let go.
        take_dead();   // After what they said last.
        take_stored();
        take_signals();
        take_reload();
        take_messages();
        keep_deadlines();
        write_log();
        times_.end_turn(clock_now(), time_worked());
    }
    return *end_;
}

void Loop::wait() {
    alarm_.set(due_);
    poller_.wait(more_to_read_);
}

void Loop::receive() {
    alarm_.silence();
    poller_.look();  // Again: the process may have stood still since.
    parts_.transport.receive();
    parts_.local_api.receive();
}

void Loop::take_stored() {
    if (const auto write = parts_.store.take_stored()) step(protocol::Stored{*write});
}

void Loop::take_signals() {
    while (const auto signal = parts_.signals.take()) {
        if (*signal == SIGHUP) {
            (void)parts_.reload.ask({});
        } else if (guard_ != protocol::never) {
            spdlog::warn("asked to end a second time: leaving at once, the others wait for what was promised");
            end_ = End::forced;
        } else {
            begin_shutdown();
        }
    }
}

void Loop::take_reload() {
    parts_.reload.take([this](const NewKeys& keys) { parts_.transport.change_keys(keys.config, keys.self, keys.own); },
                       [this](std::uint64_t caller, const protocol::ControlReply& reply) {
                           parts_.local_api.reply(caller, protocol::encode_reply(reply));
                       });
}

void Loop::take_messages() {
    more_to_read_ |= parts_.transport.deliver([this](const Event& event) { step(event); });
}

// Its sinks only collect, as a step may announce and thereby come back here.
void Loop::take_local() {
    std::vector<Event> events;
    std::vector<ControlSocket::Heard> heard;
    has_announced_ = false;
    more_to_read_ |= parts_.local_api.deliver([&](const Event& event) { events.push_back(event); },
                                              [&](ControlSocket::Heard&& each) { heard.push_back(std::move(each)); });
    step_all(events);
    for (const auto& each : heard) {
        std::visit([this](const auto& said) { serve(said); }, each);
    }
}

void Loop::take_dead() {
    std::vector<Event> events;
    sessions_.take_dead(events);
    step_all(events);
}

void Loop::keep_deadlines() {
    if (parts_.machine.next_deadline() <= now_) step(protocol::Deadline{});
    sessions_.expire(now_);
    if (gone_ <= now_) {
        end_ = End::left;
    } else if (guard_ <= now_) {
        spdlog::error("the shutdown has not come to its end in time: leaving without it");
        end_ = End::overdue;
    }
    if (next_sign_of_life_ <= now_) {
        parts_.supervisor.tell("WATCHDOG=1");
        next_sign_of_life_ = now_ + *parts_.supervisor.watchdog_interval();
    }
    if (next_tidy_ <= now_) {
        (void)heap_.tidy();
        next_tidy_ = now_ + tidy_every;
    }
    due_ = std::min({parts_.machine.next_deadline(), sessions_.next_deadline(), gone_, guard_, next_sign_of_life_});
}

// After all that others wait for: each line wakes the thread that writes it.
void Loop::write_log() {
    for (const auto& word : to_log_) {
        if (const auto* decision = std::get_if<protocol::Decision>(&word)) {
            decisions_.write(now_, *decision);
        } else {
            decisions_.write(std::get<protocol::RoleChange>(word));
        }
    }
    to_log_.clear();
}

void Loop::begin_shutdown() {
    spdlog::info("asked to end: handing over what is led here");
    parts_.supervisor.tell("STOPPING=1");
    guard_ = now_ + longest_handover(parts_.setup) + leaving_allowance;
    protocol::Command shutdown;
    shutdown.id = own_command;
    shutdown.kind = protocol::CommandKind::shutdown;
    step(shutdown);
}

void Loop::step(const Event& event) {
    for (const protocol::Action& action : parts_.machine.step(now_, event)) {
        std::visit([this](const auto& each) { perform(each); }, action);
    }
    // Whom a deadline was shown is known to the machine before it takes another step.
    if (has_announced_) take_local();
}

void Loop::step_all(const std::vector<Event>& events) {
    for (const Event& event : events) step(event);
}

void Loop::perform(const protocol::Store& store) { parts_.store.begin_write(store.write, store.record); }

void Loop::perform(const protocol::Send& send) { parts_.transport.send(send.to, send.message, send.route); }

void Loop::perform(const protocol::Publish& publish) { parts_.transport.publish(publish.heartbeat); }

void Loop::perform(const protocol::Announce& announce) {
    parts_.local_api.announce(announce.announcement);
    sessions_.announce(announce.announcement);
    has_announced_ = true;
}

void Loop::perform(const protocol::Answer& answer) {
    if (const auto delivery = desk_.answer(answer)) {
        parts_.local_api.reply(delivery->caller, protocol::encode_reply(delivery->reply));
    }
}

void Loop::perform(const protocol::Decision& decision) { to_log_.emplace_back(decision); }

void Loop::perform(const protocol::RoleChange& change) { to_log_.emplace_back(change); }

void Loop::perform(const protocol::TellSession& tell) { sessions_.perform(tell); }

void Loop::perform(const protocol::KillHeld& kill) { sessions_.perform(kill); }

void Loop::perform(const protocol::SessionOver& over) { sessions_.perform(over); }

void Loop::perform(const protocol::Left& /*left*/) { gone_ = std::min(gone_, now_ + time_for_last_words); }

void Loop::serve(const ControlSocket::Asked& asked) {
    if (asked.request.type == "status") {
        parts_.local_api.reply(asked.caller, protocol::encode_status(asked.request.id, status(), counters(), version));
        return;
    }
    if (asked.request.type == "reload") return reload_for({asked.caller, asked.request.id});
    const auto outcome = desk_.accept(asked.caller, asked.request);
    if (const auto* refusal = std::get_if<protocol::ControlReply>(&outcome)) {
        parts_.local_api.reply(asked.caller, protocol::encode_reply(*refusal));
    } else {
        step(std::get<protocol::Command>(outcome));
    }
}

void Loop::serve(const ControlSocket::Spoken& spoken) {
    std::vector<Event> events;
    sessions_.hear(now_, spoken.caller, spoken.process, spoken.words, events);
    step_all(events);
}

void Loop::reload_for(const Asking& asking) {
    if (parts_.reload.ask(asking)) return;
    const protocol::ControlReply refusal{
        .id = asking.request, .done = false, .reason = "limit", .text = "enough others wait for a reload already"};
    parts_.local_api.reply(asking.caller, protocol::encode_reply(refusal));
}

protocol::Status Loop::status() const {
    protocol::Status status = parts_.machine.status(now_);
    for (protocol::PeerStatus& peer : status.peers) {
        if (const auto safety = parts_.transport.safety_of(peer.id)) {
            peer.security = safety->security;
            peer.hindrance = safety->hindrance;
        }
    }
    return status;
}

std::vector<protocol::Counter> Loop::counters() const {
    std::vector<protocol::Counter> all = times_.counters();
    for (const auto& some :
         {parts_.store.counters(), parts_.transport.counters(), parts_.local_api.counters(), sessions_.counters()}) {
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

}  // namespace bellwether::node
