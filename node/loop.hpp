// Poll, drain, read the clock, let the state machine decide, do as it says. What is true is decided elsewhere.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "node/clock.hpp"
#include "node/control_desk.hpp"
#include "node/heap.hpp"
#include "node/local_api.hpp"
#include "node/log.hpp"
#include "node/loop_times.hpp"
#include "node/poller.hpp"
#include "node/reload.hpp"
#include "node/service.hpp"
#include "node/session_desk.hpp"
#include "node/store.hpp"
#include "node/transport.hpp"
#include "protocol/state_machine.hpp"

namespace bellwether::node {

class Loop {
public:
    // What the loop runs with. All of it must outlive the loop.
    struct Parts {
        const protocol::Setup& setup;
        protocol::StateMachine& machine;
        Transport& transport;
        LocalApi& local_api;
        Store& store;
        Reload& reload;
        Signals& signals;
        const Supervisor& supervisor;
    };

    explicit Loop(const Parts& parts);

    enum class End : std::uint8_t {
        left,     // Asked to, and nothing is led or promised away any more.
        overdue,  // Asked to, but the leaving took too long.
        forced,   // Asked to a second time.
    };

    // Until a signal asks for the end. Throws DatabaseError once a write has failed.
    [[nodiscard]] End run();

private:
    // A turn.
    void wait();
    void receive();
    void take_signals();
    void take_stored();
    void take_messages();
    void take_local();
    void take_dead();
    void take_reload();
    void keep_deadlines();
    void write_log();

    void step(const protocol::Event& event);
    void begin_shutdown();

    void perform(const protocol::Store& store);
    void perform(const protocol::Send& send);
    void perform(const protocol::Publish& publish);
    void perform(const protocol::Announce& announce);
    void perform(const protocol::Answer& answer);
    void perform(const protocol::Decision& decision);
    void perform(const protocol::RoleChange& change);
    void perform(const protocol::TellSession& tell);
    void perform(const protocol::KillHeld& kill);
    void perform(const protocol::SessionOver& over);
    void perform(const protocol::Left& left);

    void serve(const ControlSocket::Asked& asked);
    void serve(const ControlSocket::Spoken& spoken);
    void step_all(const std::vector<protocol::Event>& events);
    void reload_for(const Asking& asking);
    [[nodiscard]] protocol::Status status() const;
    [[nodiscard]] std::vector<protocol::Counter> counters() const;

    Parts parts_;
    Alarm alarm_;
    ControlDesk desk_;
    SessionDesk sessions_;
    DecisionLog decisions_;
    std::vector<std::variant<protocol::Decision, protocol::RoleChange>> to_log_;  // Of this turn.
    LoopTimes times_;
    Heap heap_;
    Poller poller_;

    protocol::Time now_;                      // One reading a turn, taken after everything has been drained.
    protocol::Time due_ = protocol::never;    // When the next turn must begin.
    protocol::Time gone_ = protocol::never;   // When a shutdown is done.
    protocol::Time guard_ = protocol::never;  // When a shutdown has taken too long.
    protocol::Time next_sign_of_life_ = protocol::never;
    protocol::Time next_tidy_ = protocol::long_ago;  // Waits for the next turn: no reason to wake up.
    bool has_announced_ = false;  // Since Believed was last asked for.
    bool more_to_read_ = false;
    std::optional<End> end_;
};

}  // namespace bellwether::node
