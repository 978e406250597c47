#include "node/session_desk.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sys/random.h>

#include "protocol/session_codec.hpp"

namespace bellwether::node {

namespace session = protocol::session;

using protocol::Event;
using protocol::SessionEvent;
using protocol::SessionId;
using protocol::Time;

namespace {

constexpr auto unknown_text =
    "this node knows no session of this connection: it has ended, or the daemon is a new one; campaign again";

std::uint64_t nonce() {
    std::uint64_t number = 0;
    if (::getrandom(&number, sizeof number, 0) != sizeof number) {
        throw std::system_error{errno, std::generic_category(), "no random number"};
    }
    return number;
}

// The same to whoever only wants to know who leads.
bool says_the_same(const protocol::Announcement& a, const protocol::Announcement& b) {
    return a.leader == b.leader && a.leader_id == b.leader_id && a.is_leader == b.is_leader && a.token == b.token &&
           a.reason == b.reason && a.metadata == b.metadata;
}

}  // namespace

SessionDesk::SessionDesk(protocol::Incarnation incarnation, Post post)
    : incarnation_{incarnation}, post_{std::move(post)} {}

void SessionDesk::hear(Time now, Caller caller, const PeerProcess& process, const Said& said, Events& events) {
    if (const auto* bad = std::get_if<protocol::BadRequest>(&said)) {
        expel(caller, "bad_request", bad->text, events);
        return;
    }
    if (const auto* forbidden = std::get_if<Forbidden>(&said)) return refuse(caller, "forbidden", forbidden->text);
    const auto& message = std::get<session::FromProcess>(said);
    const auto known = of_caller_.find(caller);
    if (const auto* campaign = std::get_if<session::Campaign>(&message)) {
        on(caller, process, *campaign, now, events);
    } else if (newcomers_.contains(caller)) {
        on_newcomer(caller, message, events);
    } else if (known != of_caller_.end()) {
        on(known->second, message, events);
    } else {
        refuse(caller, "unknown", unknown_text);
    }
}

// --- From a connection to a session ---

// The pidfd first, then the challenge: whoever answers was alive after the pidfd was opened, so that it is the process
// which connected and not one that got its number since.
void SessionDesk::on(Caller caller, const PeerProcess& process, const session::Campaign& campaign, Time now,
                     Events& events) {
    if (of_caller_.contains(caller) || newcomers_.contains(caller)) {
        expel(caller, "exists", "this connection has a session; another one takes another connection", events);
        return;
    }
    if (sessions_.size() + newcomers_.size() >= max_sessions) {
        refuse(caller, "limit", fmt::format("this node has {} sessions, as many as there may be", max_sessions));
        return;
    }
    Newcomer newcomer{.campaign = campaign, .who = process};
    if (process.pid == 0) {  // Out of sight: it lives by what it says.
        join(caller, newcomer, events);
        return;
    }
    const auto watched = watch_.watch(process.pid);
    if (!watched) {
        const int why = errno;
        refuse(caller, why == ESRCH ? "unknown" : "limit",
               fmt::format("cannot watch process {}: {}", process.pid, std::generic_category().message(why)));
        return;
    }
    newcomer.process = *watched;
    newcomer.nonce = nonce();
    newcomer.deadline = now + time_to_answer;
    post(caller, session::Challenge{newcomer.nonce});
    newcomers_.emplace(caller, std::move(newcomer));
}

void SessionDesk::on_newcomer(Caller caller, const session::FromProcess& message, Events& events) {
    const Newcomer& newcomer = newcomers_.at(caller);
    const auto* answer = std::get_if<session::Answer>(&message);
    if (std::holds_alternative<session::Alive>(message)) return;
    if (answer != nullptr && answer->nonce == newcomer.nonce && !watch_.is_dead(newcomer.process)) {
        join(caller, newcomer, events);
        newcomers_.erase(caller);
    } else {
        expel(caller, "unknown", "the first answer must be the nonce of the challenge, from the process that connected",
              events);
    }
}

void SessionDesk::join(Caller caller, const Newcomer& newcomer, Events& events) {
    const SessionId id{++last_id_.value};
    Session& joined = sessions_[id];
    joined = {.election = newcomer.campaign.election, .who = newcomer.who, .caller = caller};
    if (newcomer.process != 0) {
        joined.process = newcomer.process;
        of_process_[newcomer.process] = id;
    }
    of_caller_[caller] = id;
    Room& room = rooms_[joined.election];
    room.sessions.insert(id);
    const auto& [election, metadata, priority, forks] = newcomer.campaign;
    events.emplace_back(SessionEvent{id, protocol::SessionJoin{election, metadata, priority, forks}});
}

void SessionDesk::forget_newcomer(Caller caller) {
    const auto found = newcomers_.find(caller);
    if (found == newcomers_.end()) return;
    watch_.forget(found->second.process);
    newcomers_.erase(found);
}

Time SessionDesk::next_deadline() const {
    Time next = protocol::never;
    for (const auto& [caller, newcomer] : newcomers_) next = std::min(next, newcomer.deadline);
    return next;
}

void SessionDesk::expire(Time now) {
    for (auto each = newcomers_.begin(); each != newcomers_.end();) {
        const auto& [caller, newcomer] = *each++;
        if (now < newcomer.deadline) continue;
        refuse(caller, "unknown", "the challenge was not answered in time");
        forget_newcomer(caller);
    }
}

// --- What a session says ---

void SessionDesk::on(SessionId id, const session::FromProcess& message, Events& events) {
    if (const auto* holds = std::get_if<session::Holds>(&message)) {
        hold(id, *holds, events);
    } else if (const auto* revoked = std::get_if<session::Revoked>(&message)) {
        events.emplace_back(SessionEvent{id, protocol::SessionRevoked{revoked->token}});
    } else if (std::holds_alternative<session::Resign>(message)) {
        // It is told nothing more, and may campaign again.
        Session& resigned = sessions_.at(id);
        of_caller_.erase(*resigned.caller);
        resigned.caller.reset();
        events.emplace_back(SessionEvent{id, protocol::SessionResign{}});
    } else {
        events.emplace_back(SessionEvent{id, protocol::SessionAlive{}});
    }
}

// Of a process whose numbers are not ours nothing can be looked up, and its session is never known to be gone: it is
// waited for. So is one that may not be killed.
void SessionDesk::hold(SessionId id, const session::Holds& holds, Events& events) {
    Session& holder = sessions_.at(id);
    const std::uint32_t pid = holds.pid;
    const Caller caller = *holder.caller;
    const auto status = status_of_process(holder.who.pid);
    if (!holder.process || !status || status->is_nested) {
        holder.works_unseen = true;
        post(caller, session::HeldProcess{pid, false});
        return;
    }
    if (holder.named.size() >= max_named) {
        expel(caller, "limit", fmt::format("a session may name {} processes", max_named), events);
        return;
    }
    const auto watched = watch_.watch(pid);
    const int why = errno;
    if (!watched) {
        expel(caller, why == ESRCH ? "forbidden" : "limit",
              fmt::format("cannot watch process {}: {}", pid, std::generic_category().message(why)), events);
        return;
    }
    // Both alive after the look: neither number has meant anybody else meanwhile.
    const bool is_ours = is_descendant(pid, holder.who.pid, holder.who.uid) && !watch_.is_dead(*watched) &&
                         !watch_.is_dead(*holder.process);
    if (!is_ours) {
        watch_.forget(*watched);
        expel(caller, "forbidden",
              fmt::format("process {} is no running descendant of process {} under its uid {}", pid, holder.who.pid,
                          holder.who.uid),
              events);
        return;
    }
    holder.named.emplace(*watched, holds.kill ? Named::to_be_killed : Named::to_be_waited_for);
    of_process_[*watched] = id;
    events.emplace_back(SessionEvent{id, protocol::SessionAlive{}});
    post(caller, session::HeldProcess{pid, holds.kill && watch_.may_kill(*watched)});
}

// --- Death ---

void SessionDesk::take_dead(Events& events) {
    for (const Process dead : watch_.take_dead()) {
        const auto owner = of_process_.find(dead);
        if (owner == of_process_.end()) continue;  // A newcomer's, which will not answer.
        const SessionId id = owner->second;
        Session& bereaved = sessions_.at(id);
        of_process_.erase(owner);
        const bool was_the_process = bereaved.process == dead;
        if (was_the_process) {
            bereaved.process.reset();
            kill_named(bereaved);
        } else {
            bereaved.named.erase(dead);
            if (bereaved.process) continue;
        }
        if (bereaved.named.empty() && !bereaved.works_unseen) {
            events.emplace_back(SessionEvent{id, protocol::SessionGone{}});
        } else if (was_the_process) {
            events.emplace_back(SessionEvent{id, protocol::SessionLost{}});
        }
    }
}

void SessionDesk::kill_named(const Session& session) const {
    for (const auto& [process, fate] : session.named) {
        if (fate == Named::to_be_killed) watch_.kill(process);
    }
}

// --- What the state machine wants ---

void SessionDesk::perform(const protocol::TellSession& tell) {
    const auto found = sessions_.find(tell.session);
    if (found == sessions_.end() || !found->second.caller) return;
    const Caller caller = *found->second.caller;
    post(caller, tell.message);
    if (std::holds_alternative<session::Refused>(tell.message)) {
        of_caller_.erase(caller);
        found->second.caller.reset();
    }
    if (!std::holds_alternative<session::Joined>(tell.message)) return;
    const auto& last = rooms_.at(found->second.election).last;
    if (last) post(caller, *last);
}

void SessionDesk::perform(const protocol::KillHeld& kill) {
    const auto found = sessions_.find(kill.session);
    if (found != sessions_.end()) kill_named(found->second);
}

void SessionDesk::perform(const protocol::SessionOver& over) {
    const auto found = sessions_.find(over.session);
    if (found == sessions_.end()) return;
    const Session& ended = found->second;
    const auto forget = [this](Process process) {
        watch_.forget(process);
        of_process_.erase(process);
    };
    if (ended.process) forget(*ended.process);
    for (const auto& [process, fate] : ended.named) forget(process);
    if (ended.caller) of_caller_.erase(*ended.caller);
    const auto room = rooms_.find(ended.election);
    room->second.sessions.erase(over.session);
    if (room->second.sessions.empty()) rooms_.erase(room);
    sessions_.erase(found);
}

void SessionDesk::announce(const protocol::Announcement& announcement) {
    const auto found = rooms_.find(announcement.election);
    if (found == rooms_.end()) return;
    Room& room = found->second;
    const bool is_news = !room.last || !says_the_same(*room.last, announcement);
    room.last = announcement;
    if (!is_news) return;
    const protocol::Frame frame = session::encode(announcement, incarnation_);
    for (const SessionId id : room.sessions) {
        if (const auto caller = sessions_.at(id).caller) post_(*caller, frame);
    }
}

// --- Words ---

void SessionDesk::expel(Caller caller, std::string reason, std::string text, Events& events) {
    refuse(caller, std::move(reason), std::move(text));
    forget_newcomer(caller);
    const auto known = of_caller_.find(caller);
    if (known == of_caller_.end()) return;
    sessions_.at(known->second).caller.reset();
    events.emplace_back(SessionEvent{known->second, protocol::SessionLost{}});
    of_caller_.erase(known);
}

void SessionDesk::refuse(Caller caller, std::string reason, std::string text) {
    post(caller, session::Refused{std::move(reason), std::move(text)});
}

void SessionDesk::post(Caller caller, const session::FromNode& message) {
    post_(caller, session::encode(message, incarnation_));
}

std::vector<protocol::Counter> SessionDesk::counters() const {
    return {{"sessions", sessions_.size()}, {"watched_processes", watch_.size()}};
}

}  // namespace bellwether::node
