#include "tests/explore/moves.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <utility>

#include "protocol/messages.hpp"

namespace bellwether::explore {

using namespace protocol;
using Kind = Move::Kind;

namespace {

// What a kind of move takes of the bounds, its order apart.
Counts cost(const World& world, Kind kind, std::size_t seat) {
    Counts price{};
    switch (kind) {
        case Kind::drop: of(price, Fault::drop) = 1; break;
        case Kind::deliver_twice: of(price, Fault::duplicate) = 1; break;
        case Kind::crash:
        case Kind::crash_after_write: of(price, Fault::crash) = 1; break;
        case Kind::stepdown: of(price, Fault::stepdown) = 1; break;
        case Kind::nap: of(price, Fault::nap) = 1; break;
        case Kind::start_wiped: of(price, Fault::wipe) = 1; break;
        case Kind::cut: of(price, Fault::cut) = 1; break;
        case Kind::rest:
            of(price, Fault::slow_write) = world.seats[seat]->writing ? 1 : 0;
            of(price, Fault::delay) = static_cast<std::uint8_t>(
                std::count_if(world.letters.begin(), world.letters.end(),
                              [&](const Letter& letter) { return world.has_arrived(letter, seat); }));
            break;
        case Kind::timer:
        case Kind::deliver:
        case Kind::stored:
        case Kind::start:
        case Kind::mend:
        case Kind::advance: break;
    }
    return price;
}

class Choice {
public:
    Choice(const World& world, const Setting& setting) : world_{world}, setting_{setting} {}

    void offer(Kind kind, std::size_t seat, std::size_t letter = 0) { offer(kind, seat, letter, false); }
    // A step: the first that is offered is the usual one.
    void offer_step(Kind kind, std::size_t seat, std::size_t letter = 0) {
        offer(kind, seat, letter, has_usual_);
        has_usual_ = true;
    }
    [[nodiscard]] std::vector<Move> take() { return std::move(moves_); }

private:
    void offer(Kind kind, std::size_t seat, std::size_t letter, bool is_unusual) {
        Move move{kind, static_cast<std::uint8_t>(seat), static_cast<std::uint8_t>(letter), cost(world_, kind, seat)};
        of(move.price, Fault::reorder) = is_unusual && of(setting_.bounds.most, Fault::reorder) != any_number ? 1 : 0;
        if (is_affordable(move.price)) {
            moves_.push_back(move);
        }
    }

    [[nodiscard]] bool is_affordable(const Counts& price) const {
        unsigned together = 0;
        bool is_fault = false;
        for (std::size_t i = 0; i < fault_count; ++i) {
            if (world_.used[i] + price[i] > setting_.bounds.most[i]) return false;
            const bool counts = i != static_cast<std::size_t>(Fault::reorder);
            together += counts ? world_.used[i] + price[i] : 0U;
            is_fault = is_fault || (counts && price[i] != 0);
        }
        return !is_fault || together <= setting_.bounds.faults;
    }

    const World& world_;
    const Setting& setting_;
    std::vector<Move> moves_;
    bool has_usual_ = false;
};

// The letters that a seat has to read, in the usual order.
std::vector<std::size_t> arrived(const World& world, std::size_t seat) {
    std::vector<std::size_t> indices;
    for (std::size_t i = 0; i < world.letters.size(); ++i) {
        if (world.has_arrived(world.letters[i], seat)) indices.push_back(i);
    }
    const auto key = [&](std::size_t i) {
        const Letter& letter = world.letters[i];
        return std::tuple{letter.sent_at, letter.from, letter.is_heartbeat, letter.fingerprint};
    };
    std::sort(indices.begin(), indices.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    // Of the same letters one is as good as the other.
    indices.erase(
        std::unique(indices.begin(), indices.end(), [&](std::size_t a, std::size_t b) { return key(a) == key(b); }),
        indices.end());
    return indices;
}

void offer_turn(Choice& choice, const World& world, const Setting& setting) {
    const std::size_t seat = world.turn;
    const Seat& here = *world.seats[seat];
    const bool is_due = world.is_due(seat, setting);
    const std::vector<std::size_t> letters = arrived(world, seat);
    for (const std::size_t letter : letters) {
        choice.offer_step(Kind::deliver, seat, letter);
        choice.offer(Kind::drop, seat, letter);
        choice.offer(Kind::deliver_twice, seat, letter);
    }
    if (here.writing) {
        choice.offer_step(Kind::stored, seat);
        choice.offer(Kind::crash_after_write, seat);
    }
    if (is_due) {
        choice.offer_step(Kind::timer, seat);
    }
    choice.offer(Kind::crash, seat);
    if (here.leads) {
        choice.offer(Kind::stepdown, seat);
    }
    if (!is_due) {
        choice.offer(Kind::rest, seat);
    }
    if (is_due || !letters.empty()) {
        choice.offer(Kind::nap, seat);
    }
}

void offer_the_worlds(Choice& choice, const World& world) {
    for (std::size_t seat = 0; seat < world.seats.size(); ++seat) {
        if (!world.seats[seat]->machine) {
            choice.offer(Kind::start, seat);
            choice.offer(Kind::start_wiped, seat);
        }
        choice.offer(world.is_cut_off(seat) ? Kind::mend : Kind::cut, seat);
    }
    choice.offer(Kind::advance, 0);
}

std::string kind_of(const Event& event) {
    constexpr std::array<std::string_view, 6> words{"heartbeat", "vote request", "vote reply",
                                                    "transfer",  "request",      "response"};
    const auto* received = std::get_if<Received>(&event);
    return received == nullptr ? "broken connection" : std::string{words.at(received->message.index())};
}

}  // namespace

std::vector<Move> moves(const World& world, const Setting& setting) {
    Choice choice{world, setting};
    if (world.turn < setting.seats()) {
        offer_turn(choice, world, setting);
    } else {
        offer_the_worlds(choice, world);
    }
    return choice.take();
}

Move fair_move(const World& world, const Setting& setting) {
    const std::uint8_t turn = world.turn;
    if (turn == setting.seats()) {
        for (std::uint8_t seat = 0; seat < turn; ++seat) {
            if (!world.seats[seat]->machine) return {.kind = Kind::start, .seat = seat};
        }
        return {.kind = Kind::advance};
    }
    if (const auto letters = arrived(world, turn); !letters.empty()) {
        return {.kind = Kind::deliver, .seat = turn, .letter = static_cast<std::uint8_t>(letters.front())};
    }
    if (world.seats[turn]->writing) return {.kind = Kind::stored, .seat = turn};
    return {.kind = world.is_due(turn, setting) ? Kind::timer : Kind::rest, .seat = turn};
}

std::optional<std::string> words(const World& world, const Setting& setting, const Move& move) {
    const auto name = [&](std::size_t seat) {
        const std::string id = std::to_string(setting.setups[seat].self.value);
        return seat < setting.bounds.nodes ? id : "the twin of " + id;
    };
    const auto letter = [&] {
        const Letter& one = world.letters[move.letter];
        return "the " + kind_of(*one.event) + " of " + name(one.from) + " to " + name(one.to);
    };
    switch (move.kind) {
        case Kind::deliver_twice: return letter() + " will come again";
        case Kind::drop: return letter() + " is lost";
        case Kind::crash:
            return name(move.seat) + " dies" + (world.seats[move.seat]->writing ? ", its write lost" : "");
        case Kind::crash_after_write: return name(move.seat) + " dies, its write done";
        case Kind::stepdown: return name(move.seat) + " is asked to step down";
        case Kind::nap: return name(move.seat) + " sleeps";
        case Kind::start: return name(move.seat) + " starts";
        case Kind::start_wiped: return name(move.seat) + " starts with an empty disk";
        case Kind::cut: return name(move.seat) + " is cut off";
        case Kind::mend: return name(move.seat) + " is reached again";
        case Kind::rest: break;
        default: return {};
    }
    std::string late;
    for (std::size_t i = 0; i < world.letters.size(); ++i) {
        if (world.has_arrived(world.letters[i], move.seat) && world.seats[move.seat]->machine) {
            late += (late.empty() ? "" : ", ") + ("the " + kind_of(*world.letters[i].event) + " of ") +
                    name(world.letters[i].from) + " to " + name(move.seat);
        }
    }
    if (of(move.price, Fault::slow_write) != 0) {
        late += (late.empty() ? "" : ", ") + ("the write of " + name(move.seat));
    }
    return late.empty() ? std::nullopt : std::optional{late + " is late"};
}

}  // namespace bellwether::explore
