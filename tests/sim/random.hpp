// Dice that fall the same way everywhere: xoshiro256** seeded by splitmix64 (Blackman and Vigna), and our own
// distributions, as those of the standard library differ from one to the next. One seed is one run, bit for bit.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "protocol/time.hpp"

namespace bellwether::sim {

class Random {
public:
    explicit Random(std::uint64_t seed) {
        for (std::uint64_t& word : state_) {
            seed += 0x9e3779b97f4a7c15U;
            word = mixed(seed);
        }
    }

    // A stream of its own for what is named by `what`: it does not move when others draw more or less.
    [[nodiscard]] static Random stream(std::uint64_t seed, std::uint64_t what) {
        return Random{mixed(seed) ^ mixed(what + 0x632be59bd9b4e019U)};
    }

    std::uint64_t next() {
        const std::uint64_t result = rotated(state_[1] * 5, 7) * 9;
        const std::uint64_t t = state_[1] << 17U;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= t;
        state_[3] = rotated(state_[3], 45);
        return result;
    }

    // 0...n-1; n at least 1. The bias of the modulus is beyond notice for the small n of a simulation.
    std::uint64_t below(std::uint64_t n) { return next() % n; }
    std::uint64_t between(std::uint64_t least, std::uint64_t most) { return least + below(most - least + 1); }
    protocol::Duration between(protocol::Duration least, protocol::Duration most) {
        return least + protocol::Duration{
                           static_cast<std::int64_t>(below(static_cast<std::uint64_t>((most - least).count()) + 1))};
    }
    bool once_in(std::uint64_t n) { return below(n) == 0; }
    bool in_ten_thousand(std::uint64_t times) { return below(10'000) < times; }

    template <class List>
    const auto& one_of(const List& list) {
        return std::data(list)[static_cast<std::size_t>(below(std::size(list)))];
    }

private:
    static constexpr std::uint64_t mixed(std::uint64_t z) {
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }
    static constexpr std::uint64_t rotated(std::uint64_t x, unsigned by) { return (x << by) | (x >> (64U - by)); }

    std::array<std::uint64_t, 4> state_{};
};

}  // namespace bellwether::sim
