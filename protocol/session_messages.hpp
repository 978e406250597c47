// What a local process and its node say to each other while the process stands for leadership: docs/sessions.md, the
// names are a contract. On control.sock, one msgpack map {v, type, id?, fields...} a frame; one session a connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "protocol/local_messages.hpp"
#include "protocol/time.hpp"
#include "protocol/types.hpp"

namespace bellwether::protocol::session {

// From the process.

// It stands for this election, which is created on first use; answered by a challenge where the kernel names the
// process, then by joined or refused.
struct Campaign {
    ElectionName election{};
    std::vector<std::uint8_t>
        metadata{};  // msgpack map, told to every subscriber while this session holds; at most 1 KiB.
    std::optional<Priority> priority{};    // Capped by the node's.
    bool forks{};  // It has children that it does not name: its last valid_until is waited for even when it is dead.
    friend bool operator==(const Campaign&, const Campaign&) = default;
};

// It works through this process, a descendant with its uid: leadership is not released before that one is dead, too.
struct Holds {
    std::uint32_t pid{};
    bool kill = true;  // When the session's time is over. Else the node only waits: it has to end others before itself.
    friend bool operator==(const Holds&, const Holds&) = default;
};

// Whoever answers was alive after the node opened a pidfd on it.
struct Answer {
    std::uint64_t nonce{};
    friend bool operator==(const Answer&, const Answer&) = default;
};

// Once a second, unless it says something else: silence for session_timeout ends the session.
struct Alive {
    friend bool operator==(const Alive&, const Alive&) = default;
};

// It acts with this token no more.
struct Revoked {
    Token token{};
    friend bool operator==(const Revoked&, const Revoked&) = default;
};

// The session ends by its own wish: it acts no more, and stands no more.
struct Resign {
    friend bool operator==(const Resign&, const Resign&) = default;
};

using FromProcess = std::variant<Campaign, Holds, Answer, Alive, Revoked, Resign>;

// From the node; the incarnation is in every frame.

struct Challenge {
    std::uint64_t nonce{};
    friend bool operator==(const Challenge&, const Challenge&) = default;
};

struct Joined {
    std::uint64_t session{};
    friend bool operator==(const Joined&, const Joined&) = default;
};

// The node watches the process.
struct HeldProcess {
    std::uint32_t pid{};
    bool killable{};  // And kills it when its session's time is over.
    friend bool operator==(const HeldProcess&, const HeldProcess&) = default;
};

// Act with this token only while clock <= now < valid_until; whoever reads a clock before `clock` lives in another time
// namespace or kernel, and must not act.
struct Granted {
    Token token{};
    Time valid_until{};
    Time clock{};
    friend bool operator==(const Granted&, const Granted&) = default;
};

struct Extended {
    Token token{};
    Time valid_until{};
    Time clock{};
    friend bool operator==(const Extended&, const Extended&) = default;
};

// Stop, then answer `revoked`. After `deadline` nothing is extended any more, or the session is granted again.
struct Revoke {
    Token token{};
    Reason reason{};
    Time deadline{};
    friend bool operator==(const Revoke&, const Revoke&) = default;
};

// There is no such session (any more). Reasons: node_stands, observer, limit, leaving, unknown, exists, forbidden,
// silent, bad_request.
struct Refused {
    std::string reason{};
    std::string text{};
    friend bool operator==(const Refused&, const Refused&) = default;
};

// `type` is "announcement": who leads the session's election, without a deadline.
using FromNode = std::variant<Challenge, Joined, HeldProcess, Granted, Extended, Revoke, Refused, Announcement>;

}  // namespace bellwether::protocol::session
