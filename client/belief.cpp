#include "client/belief.hpp"

#include <algorithm>
#include <tuple>

namespace bellwether::client {

using protocol::Announcement;
using protocol::Time;

namespace {

bool is_older(const Announcement& a, const Announcement& b) {
    return std::tie(a.incarnation, a.seq) < std::tie(b.incarnation, b.seq);
}

bool says_the_same(const Announcement& a, const Announcement& b) {
    return std::tie(a.leader, a.leader_id, a.is_leader, a.token, a.reason, a.metadata) ==
           std::tie(b.leader, b.leader_id, b.is_leader, b.token, b.reason, b.metadata);
}

}  // namespace

Belief::Effect Belief::hear(const Announcement& announcement, Time now) {
    if (last_ && is_older(announcement, *last_)) return Effect::outdated;
    const bool same = fresh_ && says_the_same(announcement, *last_);
    last_ = announcement;
    heard_ = now;
    fresh_ = true;
    // A frame that lay in the queue past its deadline is a change to "unknown", which is for expire() to tell.
    return same ? Effect::repeated : Effect::changed;
}

Time Belief::until() const {
    if (!fresh_) return protocol::never;
    return std::min(heard_ + silence_limit, last_->valid_until.value_or(protocol::never));
}

bool Belief::expire(Time now) {
    if (now < until()) return false;
    fresh_ = false;
    return true;
}

bool Belief::may_act(Time now) const {
    if (!fresh_ || !last_->is_leader || !last_->valid_until) return false;
    return last_->clock <= now && now < std::min(*last_->valid_until, until());
}

}  // namespace bellwether::client
