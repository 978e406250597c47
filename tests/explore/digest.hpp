// 64 bits that stand for a state. Two states are taken for one if theirs are equal: among n states that happens
// n * n / 2^65 times on average, once in 400,000 explorations of ten million.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace bellwether::explore {

class Digest {
public:
    void add(std::uint64_t value) {
        value *= 0x87c3'7b91'1142'53d5U;
        value = std::rotl(value, 31) * 0x4cf5'ad43'2745'937fU;
        state_ = std::rotl(state_ ^ value, 27) * 5 + 0x52dc'e729U;
        ++length_;
    }
    void add(bool value) { add(std::uint64_t{value ? 1U : 0U}); }
    template <std::integral Number>
    void add(Number value) {
        add(static_cast<std::uint64_t>(value));
    }
    template <class Enum>
        requires std::is_enum_v<Enum>
    void add(Enum value) {
        add(static_cast<std::uint64_t>(value));
    }
    void add(std::string_view text) {
        add(text.size());
        for (const char c : text) {
            add(static_cast<unsigned char>(c));
        }
    }

    [[nodiscard]] std::uint64_t value() const { return mixed(state_ ^ length_); }

    // For sets, whose order is nothing: the sum of what this gives for each.
    [[nodiscard]] static std::uint64_t mixed(std::uint64_t value) {
        value = (value ^ (value >> 33U)) * 0xff51'afd7'ed55'8ccdU;
        value = (value ^ (value >> 33U)) * 0xc4ce'b9fe'1a85'ec53U;
        return value ^ (value >> 33U);
    }

private:
    std::uint64_t state_ = 0x9e37'79b9'7f4a'7c15U;
    std::uint64_t length_ = 0;
};

}  // namespace bellwether::explore
