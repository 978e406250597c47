// What can happen next in an explored mesh.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/explore/world.hpp"

namespace bellwether::explore {

struct Move {
    enum class Kind : std::uint8_t {
        // A seat's turn.
        timer,
        deliver,
        deliver_twice,  // And once more.
        drop,
        stored,
        crash,              // A write that is under way is lost.
        crash_after_write,  // It is done, but nobody was told.
        stepdown,
        rest,  // The turn is over.
        nap,   // It is over, and whatever was due waits.
        // The world's.
        start,
        start_wiped,
        cut,
        mend,
        advance,
    };
    Kind kind{};
    std::uint8_t seat{};
    std::uint8_t letter{};  // Its place among the letters.
    Counts price{};         // What it takes of the bounds.
};

// All that can happen, within the bounds; never nothing.
[[nodiscard]] std::vector<Move> moves(const World& world, const Setting& setting);

// The move if nothing goes wrong: everything is read in order, written at once, and whoever is down starts.
[[nodiscard]] Move fair_move(const World& world, const Setting& setting);

// What a person is told of it; nothing of what goes as it should.
[[nodiscard]] std::optional<std::string> words(const World& world, const Setting& setting, const Move& move);

}  // namespace bellwether::explore
