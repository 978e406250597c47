// The local processes of a simulated mesh: each stands for an election through its node, acts while it is told that it
// may, and dies, hangs, resigns or answers late, with or without children. What it may believe is counted from the
// moment at which its node says so to the moment at which it says, or all of it is seen, that it does not.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/action.hpp"
#include "protocol/invariants.hpp"
#include "tests/sim/calendar.hpp"
#include "tests/sim/daemon.hpp"
#include "tests/sim/plan.hpp"
#include "tests/sim/random.hpp"

namespace bellwether::sim {

class Processes {
public:
    // What the processes reach: the calendar for errands, their node, the checker.
    struct World {
        Calendar& calendar;
        protocol::Invariants& invariants;
        std::deque<Daemon>& daemons;
        const TrueTime& now;
        std::function<void(Daemon&, const protocol::Event&)> deliver;
        std::function<void(NodeId, const std::string&)> tell;
        std::function<void(std::string_view, const std::string&)> violate;
    };
    Processes(const Plan& plan, World world);

    void happens(std::uint32_t number);  // Of an errand.
    void told(Daemon& daemon, const protocol::TellSession& tell);
    void told(Daemon& daemon, const protocol::KillHeld& kill);
    void told(const protocol::SessionOver& over);
    void daemon_ended(const Daemon& daemon);
    void daemon_stood_still(const Daemon& daemon);
    // Nothing happens to them any more by itself, and all stand.
    void calm();

    [[nodiscard]] std::uint64_t sessions() const { return last_session_; }

private:
    struct Process {
        std::size_t index{};
        ProcessPlan plan;
        Random dice;
        protocol::SessionId session{};
        std::uint32_t life = 0;        // Of its daemon, as it joined.
        std::uint32_t generation = 0;  // What was planned for an earlier one does not happen.
        bool is_alive = false;
        bool hangs = false;
        bool child_lives = false;
        bool forks = false;
        bool is_over = true;
        bool has_ended = false;  // As far as its node knows: it was refused, or seen to die.
        bool has_left = false;  // Its last word was that it acts no more.
        bool daemon_ran_all_along = false;  // Since it had to see to the end of the child.
        protocol::Token token{};
        protocol::Time valid_until{};
        std::optional<Duration> stops_after{};  // Nothing: never.
        protocol::Token asked_to_stop{};
    };
    enum class Kind : std::uint8_t { campaign, alive, fate, wake, stop, child_dies, say, watch_child, see_child };
    struct Errand {
        std::size_t process{};
        std::uint32_t generation{};
        Kind kind{};
        protocol::SessionEvent event{};  // say
        protocol::Token token{};         // stop
        protocol::Time until{};          // watch_child, see_child
    };

    [[nodiscard]] Daemon& daemon_of(const Process& process) const;
    [[nodiscard]] Process* find(protocol::SessionId session);
    void plan(TrueTime when, Errand errand);
    void plan(Process& process, Duration after, Kind kind);
    void say(Process& process, decltype(protocol::SessionEvent::news) news);
    void campaign(Process& process);
    void draw_life(Process& process) const;
    void fate(Process& process);
    void resign(Process& process);
    void die(Process& process);
    void answer(Process& process, protocol::Token token);
    void stops_acting(Process& process);
    void is_dead_if_all_are(Process& process);
    void child_dies(Process& process);
    void believe(Process& process, const protocol::session::Granted& told, bool is_grant);
    void see_child(Process& process, const Errand& errand);
    void restart(Process& process);

    World world_;
    std::deque<Process> processes_;
    std::deque<Errand> errands_;  // All that ever were.
    std::map<protocol::SessionId, std::size_t> by_session_;
    std::uint64_t last_session_ = 0;
    bool is_calm_ = false;
};

}  // namespace bellwether::sim
