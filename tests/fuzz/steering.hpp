// Bytes as a row of choices. When they are used up every choice is the first one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace bellwether::fuzz {

class Steering {
public:
    explicit Steering(std::span<const std::byte> bytes) : rest_{bytes} {}

    [[nodiscard]] bool is_at_end() const { return rest_.empty(); }

    [[nodiscard]] std::uint8_t byte() {
        if (rest_.empty()) return 0;
        const auto first = std::to_integer<std::uint8_t>(rest_.front());
        rest_ = rest_.subspan(1);
        return first;
    }
    // 0...most, which is at most 255.
    [[nodiscard]] std::uint8_t upto(std::size_t most) { return static_cast<std::uint8_t>(byte() % (most + 1)); }
    [[nodiscard]] bool coin() { return (byte() & 1U) != 0; }
    [[nodiscard]] std::uint16_t two_bytes() {
        const unsigned high = byte();
        return static_cast<std::uint16_t>(high << 8U | byte());
    }
    [[nodiscard]] std::span<const std::byte> bytes(std::size_t size) {
        const auto taken = rest_.first(std::min(size, rest_.size()));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }
    [[nodiscard]] std::span<const std::byte> rest() { return bytes(rest_.size()); }

private:
    std::span<const std::byte> rest_;
};

}  // namespace bellwether::fuzz
