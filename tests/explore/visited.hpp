// The states that were seen, by their fingerprints: eight bytes each, in one table that is at most three quarters full.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bellwether::explore {

class Visited {
public:
    Visited() : slots_(std::size_t{1} << 16U) {}

    // Whether it is new.
    bool insert(std::uint64_t fingerprint) {
        if (4 * (size_ + 1) > 3 * slots_.size()) grow();
        if (!place(fingerprint == 0 ? 1 : fingerprint)) return false;
        ++size_;
        return true;
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t bytes() const { return slots_.size() * sizeof(std::uint64_t); }

private:
    // 0 is an empty slot. Fingerprints are as good as random, so their low bits say where to look first.
    bool place(std::uint64_t fingerprint) {
        const std::size_t mask = slots_.size() - 1;
        std::size_t slot = fingerprint & mask;
        while (slots_[slot] != 0) {
            if (slots_[slot] == fingerprint) return false;
            slot = (slot + 1) & mask;
        }
        slots_[slot] = fingerprint;
        return true;
    }

    void grow() {
        std::vector<std::uint64_t> old(2 * slots_.size());
        old.swap(slots_);
        for (const std::uint64_t fingerprint : old) {
            if (fingerprint != 0) place(fingerprint);
        }
    }

    std::vector<std::uint64_t> slots_;
    std::size_t size_ = 0;
};

}  // namespace bellwether::explore
