// Makes moves: the state machines that ship take their steps, their actions are performed, the checker looks.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "tests/explore/moves.hpp"
#include "tests/explore/world.hpp"

namespace bellwether::explore {

class Play {
public:
    // Who wants to hear what the nodes decide; the seat is setting.seats() where the world speaks.
    using Tell = std::function<void(std::uint32_t at, std::size_t seat, const std::string& what, bool notable)>;

    explicit Play(const Setting& setting, Tell tell = {}) : setting_{setting}, tell_{std::move(tell)} {}
    Play(const Play&) = delete;  // The checkers of its worlds report to it.
    Play& operator=(const Play&) = delete;

    // The world that Bounds::start names.
    [[nodiscard]] World first();

    void make(World& world, const Move& move);

    // What the checker found in the last move, "S1: ...".
    [[nodiscard]] const std::vector<std::string>& breaches() const { return breaches_; }

    // How often each rule of the protocol has decided.
    [[nodiscard]] const std::array<std::uint64_t, protocol::rule_count>& decided() const { return decided_; }

private:
    // One that a move changes: taken out of the world, and put back with its new fingerprint.
    struct Change {
        World& world;
        std::size_t at{};
        Seat seat;
        protocol::Invariants checks;
    };

    void change(World& world, std::size_t seat, const std::function<void(Change&)>& how);
    void step(Change& change, const protocol::Event& event);
    void perform(Change& change, const protocol::Action& action, std::vector<protocol::Believed>& believed);
    void publish(const Change& change, const protocol::Heartbeat& heartbeat);
    void post(World& world, std::size_t from, std::size_t to, protocol::Event event, bool is_heartbeat);
    void post_to_node(const Change& change, NodeId to, const protocol::Event& event, bool is_heartbeat);
    void store(Change& change, const protocol::Store& write);
    protocol::Stored finish_write(Change& change);
    void start(World& world, std::size_t seat, bool wiped);
    void crash(World& world, std::size_t seat, bool after_write);
    void next_turn(World& world) const;
    void advance(World& world) const;
    static void cut(World& world, std::size_t seat);

    [[nodiscard]] protocol::Durable empty_disk(bool new_state) const;
    [[nodiscard]] World at_rest();

    const Setting& setting_;
    Tell tell_;
    std::vector<std::string> breaches_;
    std::array<std::uint64_t, protocol::rule_count> decided_{};
};

}  // namespace bellwether::explore
