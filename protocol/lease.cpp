#include "protocol/lease.hpp"

#include <algorithm>

#include "protocol/planted.hpp"

namespace bellwether::protocol {

void Lease::count(NodeId voter, Sent echo) {
    if (echo >= since_ || planted(Bug::acks_of_earlier_standing)) {
        Sent& newest = echoes_[voter];
        newest = std::max(newest, echo);
    }
}

Time Lease::until(const Quorum& quorum, NodeId self, Time now) const {
    return quorum.lasts([&](NodeId voter) {
        if (voter == self) {
            return now + counted_;
        }
        const auto echo = echoes_.find(voter);
        return echo == echoes_.end() ? long_ago : at_ns(echo->second.value) + counted_;
    });
}

}  // namespace bellwether::protocol
