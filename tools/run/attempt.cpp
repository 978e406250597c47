#include "tools/run/attempt.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <utility>
#include <variant>

#include "client/clock.hpp"
#include "tools/run/say.hpp"

namespace bellwether::run {

using namespace std::chrono_literals;
using protocol::Duration;
using protocol::Time;

namespace {

// To be gone takes a moment once it is killed. The node kills the command at this distance from the end, too; before
// that it should have heard from us.
constexpr Duration least_margin = 10ms;
constexpr Duration head_start = 5ms;

bool is_of_the_terminal(std::int64_t signal) { return signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU; }

}  // namespace

Attempt::Attempt(const Surroundings& surroundings, const Plan& plan)
    : around_{surroundings},
      plan_{plan},
      session_{surroundings.context, plan.run_dir, protocol::session::Campaign{.election = plan.election}} {}

Outcome Attempt::run() {
    around_.guardian.order(Order::Kind::prepare);
    for (take_events(); !outcome_;) {
        wait();
        take_reports();
        take_signals();
        take_events();
        watch_the_time();
    }
    return *outcome_;
}

void Attempt::wait() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_deadline() - client::now());
    const auto span = std::clamp<std::int64_t>(left.count(), 0, 60'000);
    std::array<pollfd, 3> items{
        {{session_.fd(), POLLIN, 0}, {around_.guardian.fd(), POLLIN, 0}, {around_.signals.fd(), POLLIN, 0}}};
    (void)::poll(items.data(), items.size(), static_cast<int>(span));
}

void Attempt::take_reports() {
    while (const auto report = around_.guardian.next_report()) {
        switch (report->kind) {
            case Report::Kind::ready:
                command_ = static_cast<pid_t>(report->value);
                session_.hold(static_cast<std::uint32_t>(*command_));
                break;
            case Report::Kind::stopped:
                if (around_.terminal.is_lent() || is_of_the_terminal(report->value)) suspend();
                break;
            case Report::Kind::ended:
                // Whoever was asked to stop and did has lost leadership, whatever its status.
                if (phase_ == Phase::stopping || report->time >= kill_at()) return finish_lost(report->time);
                return finish({.kind = Outcome::Kind::ended, .wait_status = static_cast<int>(report->value)});
            case Report::Kind::expired: return finish_lost(report->time);
        }
    }
    if (!around_.guardian.is_dead() || outcome_) return;
    around_.guardian.replace(command_);
    finish({.kind = Outcome::Kind::broken, .text = "the guardian process was killed" + what_is_left(client::now())});
}

void Attempt::finish_lost(Time gone) {
    const std::string why = why_lost_.empty() ? "the lease was not extended in time" : why_lost_;
    finish({.kind = Outcome::Kind::lost, .text = "leadership is lost: " + why + what_is_left(gone)});
}

std::string Attempt::what_is_left(Time gone) const {
    if (phase_ == Phase::standing) return "";
    const auto left = std::chrono::duration<double, std::milli>{valid_until_ - gone}.count();
    const std::string relation = left < 0 ? " ms after the lease was over" : " ms before the lease is over";
    return "; nothing of the command is left, " + std::to_string(std::abs(left)) + relation;
}

void Attempt::finish(Outcome outcome) {
    // First of all: everybody waits for it.
    if (phase_ == Phase::stopping) session_.revoked();
    session_.resign();
    if (phase_ != Phase::standing) outcome.ran = client::now() - began_;
    const int status = outcome.wait_status;
    if (outcome.kind == Outcome::Kind::ended && WIFSIGNALED(status)) {
        const bool is_key = WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGQUIT;
        outcome.was_typed = is_key && around_.terminal.is_lent();
        told_to_end_ |= passed_on_.contains(WTERMSIG(status)) || outcome.was_typed;
    }
    around_.terminal.take_back();
    outcome.was_told_to_end = told_to_end_;
    outcome_ = std::move(outcome);
}

void Attempt::take_signals() {
    // One that comes when this has ended is for whoever waits next.
    while (!outcome_) {
        const auto signal = around_.signals.next();
        if (!signal) return;
        if (phase_ == Phase::standing) {
            if (!around_.signals.ends_a_wait(*signal)) continue;
            return finish({.kind = Outcome::Kind::told_off, .wait_status = *signal});
        }
        told_to_end_ |= is_for_all(*signal);
        passed_on_.insert(*signal);
        around_.guardian.order(is_for_all(*signal) ? Order::Kind::signal_all : Order::Kind::signal_one, *signal);
    }
}

void Attempt::take_events() {
    while (!outcome_) {
        const auto event = session_.next(0ms);
        if (!event) return;
        std::visit([this](const auto& each) { on(each); }, *event);
    }
}

void Attempt::on(const client::Joined& /*joined*/) {
    command_held_ = false;
    // If this process is killed, the guardian has yet to end what the command leaves behind.
    session_.hold(static_cast<std::uint32_t>(around_.guardian.pid()), false);
    if (command_) session_.hold(static_cast<std::uint32_t>(*command_));
}

void Attempt::on(const client::HeldProcess& held) {
    if (!command_ || static_cast<pid_t>(held.pid) != *command_) return;
    command_held_ = true;
    if (!held.killable) {
        say_once(
            "the daemon cannot kill the command, as it is of another user, or out of its sight: run and its "
            "guardian alone see to its end");
    }
    start_if_possible();
}

void Attempt::on(const client::Granted& granted) {
    // A command that runs has another token, and ends with it.
    if (phase_ != Phase::standing) return;
    learn_lease(granted.valid_until - granted.clock);
    valid_until_ = granted.valid_until;
    start_if_possible();
}

void Attempt::on(const client::Extended& extended) {
    if (phase_ != Phase::standing && extended.token != token_) return;
    learn_lease(extended.valid_until - extended.clock);
    valid_until_ = extended.valid_until;
    set_deadline();
}

void Attempt::on(const client::Revoke& revoke) {
    if (phase_ == Phase::standing) return session_.revoked();
    if (phase_ == Phase::stopping) return;
    phase_ = Phase::stopping;
    why_lost_ = "it was revoked (" + std::string{protocol::to_string(revoke.reason)} + ')';
    say("asked to stop (" + std::string{protocol::to_string(revoke.reason)} + "), stopping the command");
    const Time by = std::min(client::now() + plan_.grace, revoke.deadline);
    around_.guardian.order(Order::Kind::stop, by.time_since_epoch().count());
}

void Attempt::on(const client::Lost& /*lost*/) {
    if (phase_ == Phase::standing) return;
    around_.guardian.order(Order::Kind::kill);
}

void Attempt::on(const client::Refused& refused) {
    if (phase_ != Phase::standing) around_.guardian.replace(command_);
    std::string text = refused.text.empty() ? refused.reason : refused.text;
    if (refused.reason == "node_stands") text += "; --election names one for commands";
    finish({.kind = Outcome::Kind::refused, .text = std::move(text)});
}

void Attempt::on(const client::Waiting& waiting) { say(waiting.text + "; waiting"); }

void Attempt::start_if_possible() {
    const bool can = phase_ == Phase::standing && command_ && command_held_;
    if (!can || session_.token().value == 0 || client::now() >= kill_at()) return;
    phase_ = Phase::leading;
    token_ = session_.token();
    began_ = client::now();
    set_deadline();
    around_.terminal.lend(*command_);
    say("leading " + plan_.election.str() + " with token " + std::to_string(token_.value));
    around_.guardian.order(Order::Kind::go, static_cast<std::int64_t>(token_.value));
}

// Like any job of a shell: what is stopped gives the terminal back. Nothing extends the lease of who stands still, so
// the guardian ends the command if this lasts.
void Attempt::suspend() {
    around_.terminal.take_back();
    ::kill(0, SIGTSTP);
    if (!command_) return;
    around_.terminal.lend(*command_);
    around_.guardian.order(Order::Kind::signal_all, SIGCONT);
}

void Attempt::set_deadline() {
    if (phase_ == Phase::standing) return;
    around_.guardian.order(Order::Kind::deadline, kill_at().time_since_epoch().count());
}

void Attempt::watch_the_time() {
    if (outcome_) return;
    const Time now = client::now();
    if (phase_ == Phase::standing && now >= plan_.lead_before) {
        return finish({.kind = Outcome::Kind::not_led, .text = "not leading in time"});
    }
    if (phase_ == Phase::standing || now < replace_at()) return;
    // It may have done its work while this process stood still.
    take_reports();
    if (outcome_) return;
    around_.guardian.replace(command_);
    finish({.kind = Outcome::Kind::broken, .text = "the guardian process was late" + what_is_left(client::now())});
}

Time Attempt::kill_at() const { return valid_until_ - margin() - head_start; }
Time Attempt::replace_at() const { return valid_until_ - margin() / 2; }
Duration Attempt::margin() const { return std::max(least_margin, lease_ / 10); }
Time Attempt::next_deadline() const { return phase_ == Phase::standing ? plan_.lead_before : replace_at(); }

}  // namespace bellwether::run
