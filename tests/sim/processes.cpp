#include "tests/sim/processes.hpp"

#include <string>
#include <utility>

namespace bellwether::sim {

using namespace protocol;

namespace {

std::string words(SessionId session) { return "session " + std::to_string(session.value); }

}  // namespace

Processes::Processes(const Plan& plan, World world) : world_{std::move(world)} {
    for (const ProcessPlan& one : plan.processes) {
        const auto number = static_cast<std::uint64_t>(processes_.size());
        Process& process = processes_.emplace_back(
            Process{.index = processes_.size(), .plan = one, .dice = Random::stream(plan.options.seed, 1000 + number)});
        this->plan(process, one.starts_after, Kind::campaign);
    }
}

Daemon& Processes::daemon_of(const Process& process) const { return world_.daemons[process.plan.node.value - 1U]; }

Processes::Process* Processes::find(SessionId session) {
    const auto place = by_session_.find(session);
    return place == by_session_.end() ? nullptr : &processes_[place->second];
}

// --- Errands ---

void Processes::plan(TrueTime when, Errand errand) {
    world_.calendar.plan(when, {.what = Entry::What::errand, .number = static_cast<std::uint32_t>(errands_.size())});
    errands_.push_back(std::move(errand));
}

void Processes::plan(Process& process, Duration after, Kind kind) {
    plan(world_.now + after, Errand{.process = process.index, .generation = process.generation, .kind = kind});
}

void Processes::happens(std::uint32_t number) {
    const Errand errand = errands_[number];
    Process& process = processes_[errand.process];
    if (errand.kind == Kind::say) {  // On its way, whatever becomes of who said it.
        Daemon& daemon = daemon_of(process);
        if (!daemon.machine || daemon.life != errand.generation) return;
        const bool is_end = std::holds_alternative<SessionLost>(errand.event.news) ||
                            std::holds_alternative<SessionGone>(errand.event.news);
        if (is_end && !daemon.stands_still() && process.session == errand.event.session) process.has_ended = true;
        world_.deliver(daemon, errand.event);
        return;
    }
    if (errand.generation != process.generation) return;
    switch (errand.kind) {
        case Kind::campaign: return campaign(process);
        case Kind::fate: return fate(process);
        case Kind::stop: return answer(process, errand.token);
        case Kind::child_dies: return child_dies(process);
        case Kind::watch_child: process.daemon_ran_all_along = !daemon_of(process).stands_still(); return;
        case Kind::see_child: return see_child(process, errand);
        case Kind::say: return;
        case Kind::alive:
            if (process.is_over || !process.is_alive) return;
            if (!process.hangs) say(process, SessionAlive{});
            return plan(process, 300ms, Kind::alive);
        case Kind::wake:
            process.hangs = false;
            if (process.is_over) return restart(process);
            if (process.asked_to_stop != Token{}) answer(process, process.asked_to_stop);
            return plan(process, process.dice.between(10ms, 3s), Kind::fate);
    }
}

void Processes::say(Process& process, decltype(SessionEvent::news) news) {
    if (process.is_over) return;
    const Duration takes = process.dice.once_in(20) ? process.dice.between(1ms, 60ms)
                                                    : process.dice.between(Duration{20us}, Duration{900us});
    plan(world_.now + takes, Errand{.process = process.index,
                                    .generation = process.life,
                                    .kind = Kind::say,
                                    .event = {process.session, std::move(news)}});
}

// --- A life ---

void Processes::campaign(Process& process) {
    Daemon& daemon = daemon_of(process);
    const bool works_on = process.child_lives && !process.is_over;
    if (!daemon.machine || daemon.stands_still() || works_on) return plan(process, 200ms, Kind::campaign);
    ++process.generation;
    process.session = {++last_session_};
    by_session_[process.session] = process.index;
    process.life = daemon.life;
    draw_life(process);
    SessionJoin join{.election = process.plan.election, .metadata = {}, .priority = {}, .forks = process.forks};
    if (process.dice.once_in(5)) join.priority = Priority{static_cast<std::uint16_t>(process.dice.between(1, 30))};
    if (process.dice.once_in(5)) join.metadata = {0x81, 0xa1, 's', static_cast<std::uint8_t>(last_session_ % 128)};
    world_.tell(daemon.id(), words(process.session) + " campaigns");
    world_.deliver(daemon, SessionEvent{process.session, std::move(join)});
    plan(process, 300ms, Kind::alive);
    if (!is_calm_) plan(process, process.dice.between(20ms, 4s), Kind::fate);
}

void Processes::draw_life(Process& process) const {
    process.is_alive = true;
    process.hangs = false;
    process.is_over = false;
    process.has_ended = process.has_left = false;
    process.child_lives = process.dice.once_in(3);
    process.forks = !is_calm_ && process.dice.once_in(10);
    process.token = {};
    process.asked_to_stop = {};
    process.stops_after = process.dice.between(Duration{}, 5ms);
    if (is_calm_) return;
    switch (process.dice.below(6)) {
        case 0: process.stops_after = process.dice.between(5ms, 400ms); break;
        case 1: process.stops_after = process.dice.between(400ms, 4s); break;
        case 2: process.stops_after.reset(); break;
        default: break;
    }
}

void Processes::fate(Process& process) {
    if (process.is_over || !process.is_alive || process.hangs || is_calm_) return;
    switch (process.dice.below(8)) {
        case 0:
        case 1:
        case 2: return die(process);
        case 3:
        case 4: world_.tell(process.plan.node, words(process.session) + " resigns"); return resign(process);
        case 5:
            world_.tell(process.plan.node, words(process.session) + " hangs");
            process.hangs = true;
            return plan(process, process.dice.between(50ms, 5s), Kind::wake);
        case 6:  // Nobody asked it to.
            if (process.token != Token{}) answer(process, process.token);
            break;
        default: break;
    }
    plan(process, process.dice.between(20ms, 4s), Kind::fate);
}

void Processes::resign(Process& process) {
    stops_acting(process);
    process.has_left = true;
    say(process, SessionResign{});
    restart(process);
}

void Processes::die(Process& process) {
    world_.tell(process.plan.node, words(process.session) + " dies");
    process.is_alive = false;
    const bool out_of_sight = process.dice.once_in(8);  // Then nobody sees its children end either.
    if (process.child_lives || out_of_sight || process.dice.once_in(2)) say(process, SessionLost{});
    if (!process.child_lives && !out_of_sight) say(process, SessionGone{});
    is_dead_if_all_are(process);
    restart(process);
}

// The same program again, some time later, as another session.
void Processes::restart(Process& process) {
    const Duration after = is_calm_ ? Duration{50ms} : process.dice.between(20ms, 2s);
    if (!process.child_lives) {
        ++process.generation;
    }
    plan(world_.now + after,
         Errand{.process = process.index, .generation = process.generation, .kind = Kind::campaign});
}

// --- Acting ---

void Processes::stops_acting(Process& process) {
    process.token = {};
    process.valid_until = long_ago;
    Daemon& daemon = daemon_of(process);
    if (daemon.machine && daemon.life == process.life) {
        world_.invariants.session_stopped(daemon.instance(), process.plan.election, process.session, daemon.clock);
    }
}

void Processes::is_dead_if_all_are(Process& process) {
    if (!process.is_alive && !process.child_lives && !process.forks) stops_acting(process);
}

// It has stopped acting with this token; it may have been given another meanwhile.
void Processes::answer(Process& process, Token token) {
    if (!process.is_alive || process.is_over) return;
    process.asked_to_stop = token;
    if (process.hangs) return;
    process.asked_to_stop = {};
    if (process.token == token) stops_acting(process);
    say(process, SessionRevoked{token});
}

void Processes::believe(Process& process, const session::Granted& told, bool is_grant) {
    Daemon& daemon = daemon_of(process);
    world_.invariants.session_told(world_.now, daemon.instance(), process.plan.election, process.session, told,
                                   is_grant, daemon.clock);
    const bool has_stopped = !is_grant && process.token != told.token;
    if (has_stopped || process.has_left || (!process.is_alive && !process.child_lives && !process.forks))
        return stops_acting(process);
    process.token = told.token;
    process.valid_until = told.valid_until;
    if (!process.child_lives) return;
    Errand watch{.process = process.index,
                 .generation = process.generation,
                 .kind = Kind::watch_child,
                 .until = told.valid_until};
    const TrueTime begin = daemon.clock.when(told.valid_until - daemon.setup.params.kill_margin());
    // If that is past it should have been killed before, unless the daemon stood still then, which is known.
    if (begin > world_.now) plan(begin, watch);
    watch.kind = Kind::see_child;
    plan(daemon.clock.when(told.valid_until), watch);
}

// No child acts when the time of its session is over, if the daemon could see to that.
void Processes::see_child(Process& process, const Errand& errand) {
    const Daemon& daemon = daemon_of(process);
    const bool is_extended = process.valid_until != errand.until;
    if (is_extended || !process.child_lives || !daemon.machine || daemon.life != process.life ||
        !process.daemon_ran_all_along) {
        return;
    }
    if (daemon.clock.at(world_.now) < errand.until) {  // Its clock has another rate by now.
        return plan(daemon.clock.when(errand.until), errand);
    }
    world_.violate("S10", "a process that " + words(process.session) + " named lives when its time is over");
}

void Processes::child_dies(Process& process) {
    if (!std::exchange(process.child_lives, false)) return;
    if (process.is_alive) {  // Its work is done for; it may stay all the same.
        if (process.hangs || process.is_over || process.dice.once_in(2)) return;
        return resign(process);
    }
    is_dead_if_all_are(process);
    say(process, SessionGone{});
}

// --- What its node says ---

void Processes::told(Daemon& daemon, const TellSession& tell) {
    Process* process = find(tell.session);
    if (process == nullptr || process->session != tell.session) return;  // An earlier life of it: nobody listens.
    if (const auto* granted = std::get_if<session::Granted>(&tell.message)) {
        believe(*process, *granted, true);
    } else if (const auto* extended = std::get_if<session::Extended>(&tell.message)) {
        believe(*process, {extended->token, extended->valid_until, extended->clock}, false);
        if (process->has_ended) world_.violate("S10", words(tell.session) + " has ended, and is extended");
    } else if (const auto* revoke = std::get_if<session::Revoke>(&tell.message)) {
        if (!process->stops_after) return;
        plan(world_.now + *process->stops_after, Errand{.process = by_session_.at(tell.session),
                                                        .generation = process->generation,
                                                        .kind = Kind::stop,
                                                        .token = revoke->token});
    } else if (std::holds_alternative<session::Refused>(tell.message)) {
        world_.tell(daemon.id(), words(tell.session) + " is refused");
        process->has_ended = true;
    }
}

void Processes::told(Daemon& /*daemon*/, const KillHeld& kill) {
    Process* process = find(kill.session);
    if (process == nullptr || process->session != kill.session || !process->child_lives) return;
    plan(*process, process->dice.between(Duration{100us}, Duration{1ms}), Kind::child_dies);
}

void Processes::told(const SessionOver& over) {
    Process* process = find(over.session);
    if (process == nullptr || process->session != over.session) return;
    by_session_.erase(over.session);
    process->is_over = true;
    // Who lives and was refused, for its silence, say, stands again.
    if (process->is_alive && !process->hangs) restart(*process);
    if (process->hangs) process->asked_to_stop = {};
}

// Whoever is connected to it notices, acts to the end that it was told, and stands again.
void Processes::daemon_ended(const Daemon& daemon) {
    for (Process& process : processes_) {
        if (process.plan.node != daemon.id() || process.is_over) continue;
        by_session_.erase(process.session);
        process.is_over = true;
        process.child_lives = false;  // Its guardian sees to that in time.
        restart(process);
    }
}

void Processes::daemon_stood_still(const Daemon& daemon) {
    for (Process& process : processes_) {
        if (process.plan.node == daemon.id()) process.daemon_ran_all_along = false;
    }
}

void Processes::calm() {
    is_calm_ = true;
    for (Process& process : processes_) {
        process.stops_after = process.stops_after.value_or(1ms);
        if (process.hangs) plan(process, 1ms, Kind::wake);
    }
}

}  // namespace bellwether::sim
