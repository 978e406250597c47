// What must hold of the processes that act for a leader: S2, S3 and S10 count each of them as one who believes.
#include <algorithm>

#include "protocol/invariants.hpp"
#include "protocol/wording.hpp"

namespace bellwether::protocol {

void Invariants::session_told(TrueTime now, const Instance& self, const ElectionName& election, SessionId session,
                              const session::Granted& told, bool is_grant, const LocalClock& clock) {
    Watched& watched = elections_[election];
    Belief& own = belief(watched, self);
    const auto who = [&] { return "session " + text(session) + " of " + text(self.node); };
    if (told.valid_until > own.lease) {
        breach("S10", who() + " is told a valid_until beyond the lease that backs it");
    }
    const Token last = watched.granted.empty() ? Token{} : watched.granted.rbegin()->first;
    const auto [place, is_new] = watched.granted.try_emplace(told.token, self, session);
    if (is_grant != is_new || place->second != std::pair{self, session}) {
        breach("S3", who() + " is told of token " + text(told.token) + ", which was given to session " +
                         text(place->second.second) + " of " + text(place->second.first.node));
    } else if (is_grant && clocks_are_in_bounds && told.token < last) {
        breach("S3", who() + " is granted token " + text(told.token) + " after token " + text(last));
    }
    for (const auto& [other, until] : own.sessions) {
        if (other != session && clock.when(until) > now) {
            breach("S2", "session " + text(other) + " and " + who() + " may both act");
        }
    }
    std::erase_if(own.sessions, [&](const auto& entry) { return clock.when(entry.second) <= now; });
    own.sessions[session] = std::max(told.valid_until, own.sessions[session]);
    own.until = clock.when(latest(own));
    nobody_else_is_believed(now, watched, own);
}

void Invariants::session_stopped(const Instance& self, const ElectionName& election, SessionId session,
                                 const LocalClock& clock) {
    Belief& own = belief(elections_[election], self);
    own.sessions.erase(session);
    own.until = clock.when(latest(own));
}

}  // namespace bellwether::protocol
