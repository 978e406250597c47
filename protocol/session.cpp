#include "protocol/session.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace bellwether::protocol {

namespace {

// A session of priority 0 waits and never leads, as a witness does.
bool may_lead(const Session& session) { return session.priority.value > 0; }

}  // namespace

void Sessions::join(Session session) {
    heard_since_ = std::min(heard_since_, session.heard_at);
    queue_.push_back(std::move(session));
}

void Sessions::hear(SessionId id, Time now) {
    if (holder_ && holder_->session.id == id) {
        holder_->session.heard_at = now;
        return;
    }
    const auto place = std::find_if(queue_.begin(), queue_.end(), [&](const Session& s) { return s.id == id; });
    if (place != queue_.end()) {
        place->heard_at = now;
    }
}

bool Sessions::leave(SessionId id) {
    return std::erase_if(queue_, [&](const Session& session) { return session.id == id; }) > 0;
}

std::vector<SessionId> Sessions::leave_silent(Time since) {
    std::vector<SessionId> silent;
    heard_since_ = never;
    std::erase_if(queue_, [&](const Session& session) {
        if (session.heard_at <= since) {
            silent.push_back(session.id);
            return true;
        }
        heard_since_ = std::min(heard_since_, session.heard_at);
        return false;
    });
    return silent;
}

const Session* Sessions::front() const {
    if (holder_ && holder_->end == SessionEnd::none) {
        return &holder_->session;
    }
    const auto first = std::find_if(queue_.begin(), queue_.end(), may_lead);
    return first == queue_.end() ? nullptr : &*first;
}

Holder& Sessions::grant(Token token, Time valid_until, Time now) {
    assert(!holder_ || holder_->end == SessionEnd::none);
    if (!holder_) {
        const auto first = std::find_if(queue_.begin(), queue_.end(), may_lead);
        assert(first != queue_.end());
        holder_ = Holder{.session = std::move(*first)};
        queue_.erase(first);
    }
    holder_->token = token;
    holder_->valid_until = valid_until;
    holder_->told_at = now;
    holder_->stop_by = never;
    holder_->killed = false;
    return *holder_;
}

void Sessions::release() {
    assert(holder_);
    if (holder_->end == SessionEnd::none) {
        heard_since_ = std::min(heard_since_, holder_->session.heard_at);
        queue_.push_front(std::move(holder_->session));
    }
    holder_.reset();
}

}  // namespace bellwether::protocol
