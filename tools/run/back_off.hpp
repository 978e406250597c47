// How long a command that ended waits before it is started again.
#pragma once

#include <algorithm>
#include <chrono>

#include "protocol/time.hpp"

namespace bellwether::run {

class BackOff {
public:
    // Of one that ran for so long. 100 ms, doubling to 10 s; from the start again after 60 s of running.
    protocol::Duration after(protocol::Duration ran) {
        if (ran >= std::chrono::seconds{60}) next_ = shortest;
        const protocol::Duration wait = next_;
        next_ = std::min(2 * next_, longest);
        return wait;
    }

private:
    static constexpr protocol::Duration shortest = std::chrono::milliseconds{100};
    static constexpr protocol::Duration longest = std::chrono::seconds{10};

    protocol::Duration next_ = shortest;
};

}  // namespace bellwether::run
