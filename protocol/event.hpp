// Everything that can come in.
#pragma once

#include <cstdint>
#include <variant>

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

// next_deadline() has come, or the caller wants the clock looked at.
struct Deadline {};

using Event = std::variant<Received, LinkDown, Stored, Believed, Command, Deadline>;

}  // namespace bellwether::protocol
