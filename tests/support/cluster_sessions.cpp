// The local processes of a mesh: what they do with what their nodes tell them.
#include <utility>

#include "tests/support/cluster.hpp"

namespace bellwether::tests {

using namespace protocol;

namespace {

constexpr Duration saying_takes = 20us;
constexpr Duration dying_takes = 200us;

}  // namespace

bool Cluster::acts(SessionId session) const {
    const Process& one = process(session);
    return host(one.node).clock.at(now_) < one.valid_until;
}

Condition acts(SessionId session) {
    return {"session " + std::to_string(session.value) + " acts",
            [session](const Cluster& cluster) { return cluster.acts(session); }};
}

SessionId Cluster::campaign(Id node, ProcessOptions options) {
    const SessionId id{++last_session_};
    Process& process = processes_[id];
    process.id = id;
    process.node = node;
    process.election = ElectionName::parse(options.election).value();
    process.options = std::move(options);
    process.life = host(node).life;
    process.children_live = process.options.has_children;
    SessionJoin join{.election = process.election, .metadata = process.options.metadata, .priority = {}};
    if (process.options.priority) {
        join.priority = Priority{*process.options.priority};
    }
    join.forks = process.options.forks;
    tell("session " + std::to_string(id.value) + " campaigns on " + std::to_string(node));
    step(host(node), SessionEvent{id, join});
    say_alive(id);
    return id;
}

void Cluster::say(SessionId id, Duration after, decltype(SessionEvent::news) news) {
    const Process& one = process(id);
    plan(host(one.node), now_ + after, SessionEvent{id, std::move(news)});
}

void Cluster::say_alive(SessionId id) {
    agenda_.plan(now_ + 1s, [this, id] {
        const Process& one = process(id);
        if (!one.is_alive || one.is_over || one.life != host(one.node).life) return;
        if (!one.is_hushed) step(host(one.node), SessionEvent{id, SessionAlive{}});
        say_alive(id);
    });
}

void Cluster::stops(Process& process) {
    process.token = {};
    process.valid_until = long_ago;
    invariants_.session_stopped(host(process.node).instance(), process.election, process.id, host(process.node).clock);
}

void Cluster::resign(SessionId session) {
    tell("session " + std::to_string(session.value) + " resigns");
    stops(processes_.at(session));
    say(session, saying_takes, SessionResign{});
}

void Cluster::revoked(SessionId session, Token token) {
    if (process(session).token == token) stops(processes_.at(session));
    say(session, saying_takes, SessionRevoked{token});
}

void Cluster::kill_process(SessionId session) {
    Process& process = processes_.at(session);
    tell("session " + std::to_string(session.value) + " is killed");
    process.is_alive = false;
    if (process.children_live || process.options.forks) {
        say(session, dying_takes, SessionLost{});
    }
    if (!process.children_live) {
        say(session, dying_takes, SessionGone{});
        if (!process.options.forks) stops(process);
    }
}

void Cluster::perform(Host& host, const TellSession& tell) {
    Process& process = processes_.at(tell.session);
    process.told.push_back(tell.message);
    const auto believes = [&](const session::Granted& told, bool is_grant) {
        invariants_.session_told(now_, host.instance(), process.election, process.id, told, is_grant, host.clock);
        const bool has_stopped = !is_grant && process.token != told.token;  // And has said so, or is about to.
        const bool is_dead = !process.is_alive && !process.children_live && !process.options.forks;
        if (has_stopped || is_dead) return stops(process);
        process.token = told.token;
        process.valid_until = told.valid_until;
    };
    if (const auto* granted = std::get_if<session::Granted>(&tell.message)) {
        believes(*granted, true);
    } else if (const auto* extended = std::get_if<session::Extended>(&tell.message)) {
        believes({extended->token, extended->valid_until, extended->clock}, false);
    } else if (const auto* revoke = std::get_if<session::Revoke>(&tell.message)) {
        if (!process.is_alive || process.is_hushed || !process.options.stops_after) return;
        agenda_.plan(now_ + *process.options.stops_after, [this, id = process.id, token = revoke->token] {
            if (this->process(id).is_alive) revoked(id, token);
        });
    }
}

void Cluster::perform(Host& host, const KillHeld& kill) {
    Process& process = processes_.at(kill.session);
    ++process.killed;
    if (!process.children_live) return;
    agenda_.plan(now_ + dying_takes, [this, &host, id = process.id, life = host.life] {
        Process& one = processes_.at(id);
        if (!std::exchange(one.children_live, false) || one.is_alive) return;
        if (!one.options.forks) stops(one);
        if (host.life == life) say(id, dying_takes, SessionGone{});
    });
}

void Cluster::perform(Host& /*host*/, const SessionOver& over) {
    if (const auto place = processes_.find(over.session); place != processes_.end()) {
        place->second.is_over = true;
    }
}

}  // namespace bellwether::tests
