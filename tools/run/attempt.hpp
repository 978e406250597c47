// One session of `run`: stands, starts the command when it is granted leadership, and ends when the command has ended,
// or leadership has, and nothing of the command is left.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include <zmq.hpp>

#include "client/session.hpp"
#include "protocol/time.hpp"
#include "tools/run/guardian.hpp"
#include "tools/run/signals.hpp"
#include "tools/run/terminal.hpp"

namespace bellwether::run {

struct Plan {
    std::filesystem::path run_dir;
    protocol::ElectionName election;
    protocol::Duration grace{};                          // From SIGTERM to SIGKILL.
    protocol::Time lead_before{protocol::never};         // Or give up.
};

// What an attempt lives among; all of it outlives it, and serves the next one.
struct Surroundings {
    zmq::context_t& context;
    Guardian& guardian;
    const Signals& signals;
    Terminal& terminal;
};

struct Outcome {
    enum class Kind : std::uint8_t {
        ended,     // The command has ended by itself, or by a signal that was passed on.
        lost,      // Leadership was lost or revoked.
        not_led,   // Not in time.
        told_off,  // A signal came before there was a command.
        refused,   // There is no leading like this; `text` says why.
        broken,    // There is no guardian any more.
    };
    Kind kind{};
    int wait_status{};         // ended: of the command. told_off: the signal.
    bool was_told_to_end{};    // By a signal that was passed on, or typed.
    bool was_typed{};          // On the terminal that was lent to the command, so nobody else has heard of it.
    protocol::Duration ran{};  // The command.
    std::string text{};
};

class Attempt {
public:
    Attempt(const Surroundings& surroundings, const Plan& plan);
    Outcome run();

private:
    enum class Phase : std::uint8_t {
        standing,  // The command waits, or is not there yet.
        leading,   // It runs.
        stopping,  // It has been told to end.
    };

    void wait() const;
    void take_signals();
    void take_reports();
    void take_events();
    void watch_the_time();

    void on(const client::Joined& joined);
    void on(const client::HeldProcess& held);
    void on(const client::Granted& granted);
    void on(const client::Extended& extended);
    void on(const client::Revoke& revoke);
    void on(const client::Lost& lost);
    void on(const client::Refused& refused);
    void on(const client::Waiting& waiting);
    void on(const protocol::Announcement& /*announcement*/) {}

    void learn_lease(protocol::Duration span) { lease_ = std::max(lease_, span); }
    void set_deadline();
    void start_if_possible();
    void suspend();
    void finish(Outcome outcome);
    void finish_lost(protocol::Time gone);
    // Nothing, from `gone` on, and how long before the end that was: for people who want to know how close it was.
    [[nodiscard]] std::string what_is_left(protocol::Time gone) const;
    // When all has to be killed, to be gone when the lease is over; and when this process does it, if the guardian has
    // not.
    [[nodiscard]] protocol::Time kill_at() const;
    [[nodiscard]] protocol::Time replace_at() const;
    [[nodiscard]] protocol::Duration margin() const;
    [[nodiscard]] protocol::Time next_deadline() const;

    Surroundings around_;
    const Plan& plan_;
    client::Session session_;
    Phase phase_{};
    std::optional<pid_t> command_;  // Of which the guardian has told.
    bool command_held_{};
    protocol::Duration lease_{};  // The longest that was seen.
    protocol::Time valid_until_{protocol::never};
    protocol::Token token_{};  // The command's.
    protocol::Time began_{};  // It.
    std::set<int> passed_on_{};  // Signals.
    bool told_to_end_{};
    std::string why_lost_;
    std::optional<Outcome> outcome_;
};

}  // namespace bellwether::run
