// Everything that can come in.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "protocol/messages.hpp"
#include "protocol/time.hpp"
#include "protocol/types.hpp"

namespace bellwether::protocol {

// Where a request came from and its answer goes: chosen by the shell, handed back untouched.
using Route = Strong<struct RouteTag, std::uint64_t>;

// A message of a peer. `from` is whom the connection belongs to where that is known (a heartbeat's pinned
// subscription, an answer's pinned connection, a request's authenticated key), else the sender it names.
struct Received {
    NodeId from{};
    Message message{};
    Route route{};
};

// The connection to a peer's heartbeats broke. A hint, never proof.
struct LinkDown {
    NodeId peer{};
};

// Every write up to and including this one is on disk.
struct Stored {
    std::uint64_t write{};
};

// A valid_until of the leader topic has been handed to at least one subscriber: somebody may believe it. Comes before
// any other event once the Announce has been performed, so that a hand-over cannot overtake it.
struct Believed {
    ElectionName election{};
    Time valid_until{};
};

enum class CommandKind : std::uint8_t { stepdown, transfer, drain, undrain, shutdown };

// From people and scripts, or a signal. Answered by the action Answer with the same id.
struct Command {
    std::uint64_t id{};
    CommandKind kind{};
    ElectionName election{};  // stepdown, transfer
    NodeId target{};        // transfer: who shall lead; stepdown: who should, or nobody.
    Duration hold{};        // stepdown, transfer, drain: how long it is to last.
};

// What becomes of a session (docs/sessions.md). The shell has seen to it that the process is who it says it is.
struct SessionJoin {
    ElectionName election{};
    std::vector<std::uint8_t> metadata{};
    std::optional<Priority> priority{};
    bool forks{};
};
struct SessionAlive {};
struct SessionRevoked {  // It acts with this token no more.
    Token token{};
};
struct SessionResign {};
struct SessionLost {};  // Its process is dead or out of sight; those that it named may act on.
struct SessionGone {};  // It and every process that it named are dead.

struct SessionEvent {
    SessionId session{};
    std::variant<SessionJoin, SessionAlive, SessionRevoked, SessionResign, SessionLost, SessionGone> news{};
};

// next_deadline() has come, or the caller wants the clock looked at.
struct Deadline {};

using Event = std::variant<Received, LinkDown, Stored, Believed, Command, SessionEvent, Deadline>;

}  // namespace bellwether::protocol
