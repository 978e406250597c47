// The processes of one host that stand for one election, and what the one that leads may believe. docs/protocol.md,
// "Sessions". Pure bookkeeping: election_sessions.cpp has the rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "protocol/event.hpp"
#include "protocol/time.hpp"
#include "protocol/types.hpp"

namespace bellwether::protocol {

struct Session {
    SessionId id{};
    Priority priority{};  // Capped by the node's.
    bool forks{};
    std::vector<std::uint8_t> metadata{};
    std::uint32_t metadata_version{};
    Time heard_at{};  // Its last word.
};

// Why a session that may still act stands no more.
enum class SessionEnd : std::uint8_t {
    none,
    silent,
    lost,  // Its process is; those that it named may act.
    gone,  // All are dead; but it forks, and its children nobody knows.
};

// The one session of the host that was granted a token and may act with it. Until valid_until; or until it says, or it
// is seen, that it does not.
struct Holder {
    Session session{};
    Token token{};
    Time valid_until{};
    Time told_at{};         // Granted or extended.
    Time stop_by = never;   // It was told to stop, and has so long to answer.
    SessionEnd end{};
    bool killed{};          // What it named was, since it was last told a valid_until.
};

class Sessions {
public:
    [[nodiscard]] bool empty() const { return queue_.empty() && !holder_; }
    [[nodiscard]] std::size_t size() const { return queue_.size() + (holder_ ? 1U : 0U); }

    // The last in the queue.
    void join(Session session);
    // A word of it at this time, if it stands.
    void hear(SessionId id, Time now);
    // One that waits leaves. Whether it was there.
    bool leave(SessionId id);
    // Those that wait and have said nothing since this moment leave.
    [[nodiscard]] std::vector<SessionId> leave_silent(Time since);
    // None of those that wait was silent longer. A lower bound, and cheap.
    [[nodiscard]] Time heard_since() const { return heard_since_; }

    // Who leads, or would: the holder, if it stands, else the first that joined. nullptr: nobody stands.
    [[nodiscard]] const Session* front() const;
    // Likewise, holder or not: whose word the leader gives on itself.
    [[nodiscard]] const Session* speaker() const { return holder_ ? &holder_->session : front(); }

    [[nodiscard]] Holder* holder() { return holder_ ? &*holder_ : nullptr; }
    [[nodiscard]] const Holder* holder() const { return holder_ ? &*holder_ : nullptr; }
    // To the front; a holder that is there gets the new token in the place of its old one.
    Holder& grant(Token token, Time valid_until, Time now);
    // It acts no more: it waits again, in front, or if it stands no more it has left.
    void release();

private:
    std::deque<Session> queue_;  // Waiting, in the order in which they joined.
    std::optional<Holder> holder_;
    Time heard_since_ = never;

    friend struct Inspector;
};

}  // namespace bellwether::protocol
