// One moment of an explored mesh as a value. Copying one is cheap: what a move does not change is shared.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "protocol/invariants.hpp"
#include "protocol/state_machine.hpp"
#include "tests/explore/bounds.hpp"
#include "tests/explore/setting.hpp"

namespace bellwether::explore {

// On its way to one seat. A heartbeat that is not yet read gives way to a newer one; other letters overtake each other.
struct Letter {
    std::uint8_t from{};  // Seats.
    std::uint8_t to{};
    std::uint32_t sent_at{};
    bool is_heartbeat{};
    std::shared_ptr<const protocol::Event> event{};  // Received, or LinkDown.
    std::uint64_t fingerprint{};
};

// A process, its disk, and what is being written: one record, and the newest of those that wait.
struct Seat {
    std::optional<protocol::StateMachine> machine{};  // Nothing while it is down.
    protocol::Durable disk{};
    protocol::Durable survives{};  // What is found there after a crash: the same, if the disk is honest.
    std::optional<protocol::Store> writing{};
    std::optional<protocol::Store> waiting{};
    std::uint64_t last_write{};
    std::uint64_t life{};
    std::uint32_t stepped_at{};
    Time deadline{};
    bool leads{};
    std::uint64_t fingerprint{};
};

// Time goes on by grains. Within one the seats have their turns one after the other: what one does reaches the others
// in the next grain at the earliest, so the order among seats changes nothing, and only the order of what comes to one
// seat is tried. The last turn of a grain is the world's: processes start, nodes are cut off and mended.
struct World {
    std::uint32_t at{};  // The grain.
    std::uint8_t turn{};
    std::uint8_t cut_off{};  // A bit a seat.
    Counts used{};
    std::uint32_t since{};  // The grain at which the exploration began.
    protocol::Term highest_term{};
    std::vector<std::shared_ptr<const Seat>> seats{};
    std::vector<Letter> letters{};
    std::shared_ptr<const protocol::Invariants> checks{};
    std::uint64_t checks_fingerprint{};
    std::uint32_t checked_at{};

    [[nodiscard]] bool is_cut_off(std::size_t seat) const { return (cut_off >> seat & 1U) != 0; }
    [[nodiscard]] bool has_arrived(const Letter& letter, std::size_t seat) const {
        return letter.to == seat && letter.sent_at < at;
    }
    [[nodiscard]] bool is_due(std::size_t seat, const Setting& setting) const {
        return seats[seat]->machine && seats[seat]->deadline <= setting.local(setting.setups[seat].self, at);
    }
    [[nodiscard]] std::uint64_t fingerprint(const Setting& setting) const;
};

[[nodiscard]] std::uint64_t fingerprint(const Seat& seat, const Setting& setting);

}  // namespace bellwether::explore
