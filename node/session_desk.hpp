// Where the processes that stand for leadership are known: who is at the other end of a connection, whether it lives,
// and through whom it works. What their sessions may do is decided by the state machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "node/commanders.hpp"
#include "node/process_status.hpp"
#include "node/process_watch.hpp"
#include "protocol/action.hpp"
#include "protocol/event.hpp"
#include "protocol/local_codec.hpp"
#include "protocol/session_messages.hpp"

namespace bellwether::node {

inline constexpr std::size_t max_sessions = 4096;  // Those that still have to answer a challenge included.
inline constexpr std::size_t max_named = 64;       // Processes that one session works through.
inline constexpr protocol::Duration time_to_answer = std::chrono::seconds{2};  // A challenge.

class SessionDesk {
public:
    // A connection: one session at most.
    using Caller = std::uint64_t;
    using Post = std::function<void(Caller, const protocol::Frame&)>;
    using Events = std::vector<protocol::Event>;
    using Said = std::variant<protocol::session::FromProcess, protocol::BadRequest, Forbidden>;

    SessionDesk(protocol::Incarnation incarnation, Post post);

    // What a connection has said. `events` gets what the state machine is to know of it.
    void hear(protocol::Time now, Caller caller, const PeerProcess& process, const Said& said, Events& events);

    // To poll, and to be asked when readable: who has died. What a dead process works through is killed at once.
    [[nodiscard]] int fd() const { return watch_.fd(); }
    void take_dead(Events& events);

    // Forgets those that have not answered their challenge.
    [[nodiscard]] protocol::Time next_deadline() const;
    void expire(protocol::Time now);

    // What the state machine wants done.
    void perform(const protocol::TellSession& tell);
    void perform(const protocol::KillHeld& kill);
    void perform(const protocol::SessionOver& over);
    // To the sessions of its election, if it says anything new.
    void announce(const protocol::Announcement& announcement);

    [[nodiscard]] std::vector<protocol::Counter> counters() const;

private:
    using Process = ProcessWatch::Key;

    // It has been challenged, and is no session yet.
    struct Newcomer {
        protocol::session::Campaign campaign;
        PeerProcess who;
        Process process{};
        std::uint64_t nonce{};
        protocol::Time deadline{};
    };
    enum class Named : std::uint8_t {
        to_be_killed,  // When the time of the session is over.
        to_be_waited_for,
    };
    struct Session {
        protocol::ElectionName election;
        PeerProcess who;
        std::optional<Caller> caller;    // While it is spoken to.
        std::optional<Process> process;  // While it is alive and can be seen.
        std::map<Process, Named> named;  // Those that are alive.
        bool works_unseen = false;  // It named processes that this node cannot see: nobody can say that it is gone.
    };
    struct Room {
        std::set<protocol::SessionId> sessions;
        std::optional<protocol::Announcement> last;
    };

    void on(Caller caller, const PeerProcess& process, const protocol::session::Campaign& campaign, protocol::Time now,
            Events& events);
    void on_newcomer(Caller caller, const protocol::session::FromProcess& message, Events& events);
    void on(protocol::SessionId id, const protocol::session::FromProcess& message, Events& events);
    void hold(protocol::SessionId id, const protocol::session::Holds& holds, Events& events);

    void join(Caller caller, const Newcomer& newcomer, Events& events);
    void kill_named(const Session& session) const;
    void forget_newcomer(Caller caller);
    // Ends whatever there is at this connection.
    void expel(Caller caller, std::string reason, std::string text, Events& events);
    void refuse(Caller caller, std::string reason, std::string text);
    void post(Caller caller, const protocol::session::FromNode& message);

    protocol::Incarnation incarnation_;
    Post post_;
    ProcessWatch watch_;
    std::map<Caller, Newcomer> newcomers_;
    std::map<protocol::SessionId, Session> sessions_;
    std::unordered_map<Caller, protocol::SessionId> of_caller_;
    std::unordered_map<Process, protocol::SessionId> of_process_;
    std::map<protocol::ElectionName, Room> rooms_;
    protocol::SessionId last_id_{};
};

}  // namespace bellwether::node
