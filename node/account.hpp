// What a connection has sent that nothing accounts for yet.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace bellwether::node {

class Account {
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::int64_t pings_per_second = 512;  // Bytes; four pings and pongs are 64, or 330 if encrypted.

    // Before others may know of the connection.
    void open(Clock::time_point now) {
        owed_ = 0;
        pings_until_ = now;
    }

    // One thread at a time. Pings account for some of what came before.
    void take(std::int64_t bytes, Clock::time_point now) {
        using Ping = std::chrono::duration<std::int64_t, std::ratio<1, pings_per_second>>;
        const auto pings = std::chrono::duration_cast<Ping>(now - pings_until_);
        pings_until_ += std::chrono::duration_cast<Clock::duration>(pings);
        account_for(pings.count());
        owed_ += bytes;
    }

    // Any thread.
    void account_for(std::int64_t bytes) { owed_ -= std::min(bytes, owed_.load()); }

    [[nodiscard]] std::int64_t owed() const { return owed_; }

private:
    std::atomic<std::int64_t> owed_{0};
    Clock::time_point pings_until_;  // Up to here they are accounted for.
};

}  // namespace bellwether::node
