// Everything that can go out.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "protocol/durable.hpp"
#include "protocol/event.hpp"
#include "protocol/local_messages.hpp"
#include "protocol/messages.hpp"
#include "protocol/session_messages.hpp"
#include "protocol/trace.hpp"

namespace bellwether::protocol {

// Begin to write; ends as the event Stored. A newer record supersedes every older one.
struct Store {
    std::uint64_t write{};
    Durable record{};
};

// To the vote socket of a peer; an answer (VoteReply, Response) goes back along `route`.
struct Send {
    NodeId to{};
    Message message{};
    Route route{};
};

struct Publish {
    Heartbeat heartbeat{};
};

// To leader/<election>/ and, without valid_until, view/<election>/. Whoever shows it to a subscriber of
// leader/... answers with the event Believed.
struct Announce {
    Announcement announcement{};
};

// The answer to a Command.
struct Answer {
    std::uint64_t id{};
    bool done{};
    std::string reason{};
    std::string text{};
};

// To the process of a session: Joined, Granted, Extended, Revoke or Refused. After Refused it is told nothing more.
// Whoever holds a token and did not stop in time may be granted again, always under a new token: `revoked` for the old
// one may be on its way. Extended is for the token it names, and for nobody who has given that up.
struct TellSession {
    SessionId session{};
    session::FromNode message{};
};

// Kill -9 every process that this session has named: its time is over, and nobody says that they have stopped. May come
// again, and after Refused: what it named is watched until SessionOver.
struct KillHeld {
    SessionId session{};
};

// The session is no more, and nothing is held for it. Each join that was not refused as `exists` ends with this, a
// refused one at once; nothing of the session counts any more.
struct SessionOver {
    SessionId session{};
};

// The shutdown is done: nothing is led or promised away any more, the process may end.
struct Left {};

using Action = std::variant<Store, Send, Publish, Announce, Answer, Decision, RoleChange, TellSession, KillHeld,
                            SessionOver, Left>;
using Actions = std::vector<Action>;

}  // namespace bellwether::protocol
