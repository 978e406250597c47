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
    using Time = Clock::time_point;

    static constexpr std::int64_t pings_per_second = 512;  // Bytes; four pings and pongs are 64, or 330 if encrypted.

    // Before others may know of the connection.
    void open(Time now) {
        owed_ = 0;
        pings_until_ = now.time_since_epoch();
    }

    // One thread at a time. Pings account for some of what came before.
    void take(std::int64_t bytes, Time now) {
        const Ping pings = pings_until(now);
        pings_until_ = pings_until_.load() + std::chrono::duration_cast<Clock::duration>(pings);
        account_for(pings.count());
        owed_ += bytes;
    }

    // Any thread, as all that follows.
    void account_for(std::int64_t bytes) { owed_ -= std::min(bytes, owed_.load()); }

    [[nodiscard]] std::int64_t owed(Time now) const {
        return std::max(std::int64_t{0}, owed_ - pings_until(now).count());
    }

private:
    using Ping = std::chrono::duration<std::int64_t, std::ratio<1, pings_per_second>>;  // One byte of them.

    [[nodiscard]] Ping pings_until(Time now) const {
        return std::chrono::duration_cast<Ping>(now.time_since_epoch() - pings_until_.load());
    }

    std::atomic<std::int64_t> owed_{0};
    std::atomic<Clock::duration> pings_until_{};  // Up to here they are accounted for.
};

}  // namespace bellwether::node
