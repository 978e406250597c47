#include "tests/explore/play.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "tests/explore/canon.hpp"
#include "tests/explore/inspector.hpp"

namespace bellwether::explore {

using namespace protocol;
using Kind = Move::Kind;

namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

// --- Beginning ---

Durable Play::empty_disk(bool new_state) const {
    Durable disk;
    disk.membership = single_list(setting_.setups.front().voters());
    disk.largest_promise = setting_.setups.front().params.lease;
    disk.new_state = new_state;
    return disk;
}

World Play::at_rest() {
    World world;
    world.at = world.since = 1;
    const auto report = [this](std::string_view number, const std::string& what) {
        breaches_.push_back(std::string{number} + ": " + what);
    };
    world.checks = std::make_shared<Invariants>(setting_.setups.front().voters(), report);
    for (std::size_t i = 0; i < setting_.seats(); ++i) {
        world.seats.push_back(
            std::make_shared<Seat>(Seat{.disk = empty_disk(setting_.bounds.start == Start::first_boot),
            // Apart for each node, and the same for twins.
                                        .life = std::uint64_t{setting_.setups[i].self.value} * 1000}));
    }
    return world;
}

World Play::first() {
    World world = at_rest();
    for (std::size_t seat = 0; seat < setting_.seats(); ++seat) {
        start(world, seat, false);
    }
    if (setting_.bounds.start == Start::led) {
        // Longer than a leadership counts as new, and than anything that was sent before it matters.
        const std::uint32_t enough = world.at + 12 * setting_.bounds.lease + 20;
        while (world.at < enough || world.turn != 0) {
            make(world, fair_move(world, setting_));
        }
        if (!std::any_of(world.seats.begin(), world.seats.end(), [](const auto& seat) { return seat->leads; })) {
            throw std::invalid_argument{"with these numbers nobody ever leads, though nothing goes wrong"};
        }
    }
    world.since = world.at;
    return world;
}

// --- Moves ---

void Play::make(World& world, const Move& move) {
    breaches_.clear();
    if (tell_) {
        if (const auto what = words(world, setting_, move)) {
            tell_(world.at, setting_.seats(), *what, true);
        }
    }
    for (std::size_t i = 0; i < fault_count; ++i) {
        world.used[i] = static_cast<std::uint8_t>(world.used[i] + move.price[i]);
    }
    switch (move.kind) {
        case Kind::timer: return change(world, move.seat, [&](Change& c) { step(c, Deadline{}); });
        case Kind::deliver:
        case Kind::deliver_twice: {
            Letter& place = world.letters[move.letter];
            const Letter letter = place;
            if (move.kind == Kind::deliver_twice) {
                // Its age is part of its fingerprint.
                place.sent_at = world.at;
                place.fingerprint = Canon::letter(setting_, world.at, setting_.setups[letter.to].self, *letter.event);
            } else {
                world.letters.erase(world.letters.begin() + move.letter);
            }
            return change(world, move.seat, [&](Change& c) { step(c, *letter.event); });
        }
        case Kind::drop: world.letters.erase(world.letters.begin() + move.letter); return;
        case Kind::stored:
            return change(world, move.seat, [&](Change& c) {
                const Stored stored = finish_write(c);
                step(c, stored);
            });
        case Kind::crash: return crash(world, move.seat, false);
        case Kind::crash_after_write: return crash(world, move.seat, true);
        case Kind::stepdown:
            return change(world, move.seat, [&](Change& c) {
                step(c, Command{.id = 1, .kind = CommandKind::stepdown, .hold = 2 * setting_.bounds.lease * grain});
            });
        case Kind::rest:
        case Kind::nap: return next_turn(world);
        case Kind::start: return start(world, move.seat, false);
        case Kind::start_wiped: return start(world, move.seat, true);
        case Kind::cut: return cut(world, move.seat);
        case Kind::mend: world.cut_off = static_cast<std::uint8_t>(world.cut_off & ~(1U << move.seat)); return;
        case Kind::advance: return advance(world);
    }
}

void Play::change(World& world, std::size_t seat, const std::function<void(Change&)>& how) {
    Change changed{world, seat, *world.seats[seat], *world.checks};
    how(changed);
    changed.seat.stepped_at = world.at;
    if (changed.seat.machine) {
        Inspector::forget_actions(*changed.seat.machine);
        changed.seat.deadline = changed.seat.machine->next_deadline();
    }
    changed.seat.leads = changed.seat.machine && !changed.seat.machine->held().empty();
    changed.seat.fingerprint = explore::fingerprint(changed.seat, setting_);
    world.seats[seat] = std::make_shared<Seat>(std::move(changed.seat));
    world.checks_fingerprint = Inspector::fingerprint(changed.checks, setting_, world.at);
    world.checked_at = world.at;
    world.checks = std::make_shared<Invariants>(std::move(changed.checks));
}

void Play::step(Change& change, const Event& event) {
    const NodeId self = setting_.setups[change.at].self;
    const TrueTime now = Setting::moment(change.world.at);
    StateMachine& machine = *change.seat.machine;
    const Actions& actions = machine.step(setting_.local(self, change.world.at), event);
    change.checks.stepped(now, {self, change.seat.disk.incarnation}, machine.held(), setting_.clock(self));
    std::vector<Believed> believed;
    for (const Action& action : actions) {
        perform(change, action, believed);
    }
    for (const Believed& one : believed) {
        step(change, one);
    }
}

void Play::perform(Change& change, const Action& action, std::vector<Believed>& believed) {
    const NodeId self = setting_.setups[change.at].self;
    const auto handlers = Overloaded{
        [&](const Store& write) { store(change, write); },
        [&](const Send& send) {
            change.checks.sent(send, change.seat.disk);
            post_to_node(change, send.to, Received{self, send.message, {}}, false);
        },
        [&](const Publish& publish) {
            change.checks.published(publish.heartbeat, change.seat.disk);
            for (const Member& member : setting_.setups.front().members) {
                post_to_node(change, member.id, Received{self, publish.heartbeat, {}}, true);
            }
        },
        [&](const Announce& announce) {
            const Announcement& said = announce.announcement;
            const Time horizon = said.clock + 3 * setting_.setups.front().params.heartbeat;
            change.checks.announced(Setting::moment(change.world.at), {self, change.seat.disk.incarnation}, said, true,
                                    horizon, setting_.clock(self));
            if (said.valid_until) {
                believed.push_back({said.election, *said.valid_until});  // Somebody always listens.
            }
        },
        [&](const Decision& decision) {
            ++decided_[static_cast<std::size_t>(decision.rule)];
            if (tell_) tell_(change.world.at, change.at, words(decision), is_notable(decision.rule));
        },
        [&](const RoleChange& role) {
            if (tell_) tell_(change.world.at, change.at, words(role), false);
        },
        [&](const Answer&) {},
        [&](const TellSession&) {},
        [&](const KillHeld&) {},
        [&](const SessionOver&) {},
        [&](const Left&) {},
    };
    std::visit(handlers, action);
}

// --- Wires ---

void Play::post_to_node(const Change& change, NodeId to, const Event& event, bool is_heartbeat) {
    for (std::size_t seat = 0; seat < setting_.seats(); ++seat) {
        if (setting_.setups[seat].self == to && to != setting_.setups[change.at].self) {
            post(change.world, change.at, seat, event, is_heartbeat);
        }
    }
}

void Play::post(World& world, std::size_t from, std::size_t to, Event event, bool is_heartbeat) {
    if (world.is_cut_off(from) || world.is_cut_off(to) || !world.seats[to]->machine) return;
    if (is_heartbeat) {
        std::erase_if(world.letters,
                      [&](const Letter& older) { return older.is_heartbeat && older.from == from && older.to == to; });
    }
    const std::uint64_t fingerprint = Canon::letter(setting_, world.at, setting_.setups[to].self, event);
    world.letters.push_back({static_cast<std::uint8_t>(from), static_cast<std::uint8_t>(to), world.at, is_heartbeat,
                             std::make_shared<const Event>(std::move(event)), fingerprint});
}

void Play::cut(World& world, std::size_t seat) {
    world.cut_off = static_cast<std::uint8_t>(world.cut_off | 1U << seat);
    std::erase_if(world.letters, [&](const Letter& letter) { return letter.from == seat || letter.to == seat; });
}

// --- Disks ---

void Play::store(Change& change, const Store& write) {
    change.checks.asked_to_store(setting_.setups[change.at].self, write.record);
    change.seat.last_write = write.write;
    (change.seat.writing ? change.seat.waiting : change.seat.writing) = write;
    for (const ElectionRecord& election : write.record.elections) {
        change.world.highest_term = std::max(change.world.highest_term, election.term);
    }
}

Stored Play::finish_write(Change& change) {
    Seat& seat = change.seat;
    const Stored done{seat.writing->write};
    change.checks.is_on_disk(setting_.setups[change.at].self, seat.writing->record);
    seat.survives = setting_.bounds.flaw == Flaw::forgetful_disk ? seat.disk : seat.writing->record;
    seat.disk = std::move(seat.writing->record);
    seat.writing = std::exchange(seat.waiting, std::nullopt);
    return done;
}

// --- Processes ---

void Play::start(World& world, std::size_t at, bool wiped) {
    change(world, at, [&](Change& c) {
        const NodeId self = setting_.setups[at].self;
        if (wiped) {
            c.seat.disk = empty_disk(true);
            c.checks.disk_replaced(self);
        }
        c.seat.disk.incarnation = {++c.seat.life};
        c.seat.survives = c.seat.disk;
        c.seat.last_write = 0;
        const bool is_hasty = setting_.bounds.flaw == Flaw::no_quarantine;
        c.seat.machine.emplace(
            setting_.setups[at], c.seat.disk,
            setting_.local(self, world.at) - (is_hasty ? setting_.bounds.lease * grain : Duration{}));
    });
}

void Play::crash(World& world, std::size_t at, bool after_write) {
    change(world, at, [&](Change& c) {
        if (after_write) {
            finish_write(c);
        }
        c.checks.died(Setting::moment(world.at), {setting_.setups[at].self, c.seat.disk.incarnation});
        c.seat.disk = c.seat.survives;
        c.seat.machine.reset();
        c.seat.writing.reset();
        c.seat.waiting.reset();
        c.seat.last_write = 0;
    });
    std::erase_if(world.letters, [&](const Letter& letter) { return world.has_arrived(letter, at); });
    for (std::size_t other = 0; other < setting_.seats(); ++other) {
        if (other != at) {
            post(world, at, other, LinkDown{setting_.setups[at].self}, false);
        }
    }
    next_turn(world);
}

// --- Time ---

// A seat without anything to do has no turn of its own.
void Play::next_turn(World& world) const {
    const auto is_idle = [&](std::size_t seat) {
        return !world.seats[seat]->machine ||
               (!world.seats[seat]->writing && !world.is_due(seat, setting_) &&
                std::none_of(world.letters.begin(), world.letters.end(),
                             [&](const Letter& letter) { return world.has_arrived(letter, seat); }));
    };
    do {
        ++world.turn;
    } while (world.turn < setting_.seats() && is_idle(world.turn));
}

void Play::advance(World& world) const {
    std::erase_if(world.letters, [&](const Letter& letter) { return !world.seats[letter.to]->machine; });
    ++world.at;
    world.turn = static_cast<std::uint8_t>(-1);
    next_turn(world);
}

}  // namespace bellwether::explore
