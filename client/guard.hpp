// "May I act as the leader, now?", answered in nanoseconds by any thread: one look at the clock, two at memory, no call
// to anyone. Right even if the daemon has died or this process was stopped for an hour, as the deadline is in the
// answer.
//
//     if (guard.may_act()) write_to_the_database(guard.token());
//
// What it cannot do: stop a thread that is paused between the question and the act. Whoever owns what is acted on
// should compare tokens and refuse a smaller one than it has seen: docs/fencing.md.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "protocol/time.hpp"
#include "protocol/types.hpp"

namespace bellwether::client {

namespace guard_page {

// What a Mandate writes and its Guards read. A page of memory that is all zeros in a child made by fork(): leadership
// is not inherited, as nobody would wait for that child when it is revoked.
struct Content {
    std::atomic<std::int64_t> valid_until_ns;  // 0: must not act.
    std::atomic<std::int64_t> clock_ns;  // Nor may who reads an earlier clock: it is not the clock of the deadline.
    std::atomic<std::uint64_t> token;
};

}  // namespace guard_page

// Any thread may use and copy it. It may outlive the session it came from, and says no then.
class Guard {
public:
    // True while clock <= now < valid_until; false once the session was asked to stop, or has ended.
    [[nodiscard]] bool may_act() const noexcept;

    // To be sent along with whatever is done; 0 if nothing may be done now.
    [[nodiscard]] protocol::Token token() const noexcept;

    // When may_act() becomes false unless it is extended: to choose how much work to begin. In the past if it is.
    [[nodiscard]] protocol::Time valid_until() const noexcept;

private:
    friend class Mandate;
    explicit Guard(std::shared_ptr<const guard_page::Content> content) : content_{std::move(content)} {}

    std::shared_ptr<const guard_page::Content> content_;
};

// The writing end, used by one thread: a session has one. Withdrawn when it goes.
class Mandate {
public:
    Mandate();  // Throws std::bad_alloc if there is no page to be had.
    ~Mandate();
    Mandate(const Mandate&) = delete;
    Mandate& operator=(const Mandate&) = delete;

    // Also to extend: with the token of before. `clock` is the node's when it said so.
    void give(protocol::Token token, protocol::Time clock, protocol::Time valid_until);
    void withdraw();

    [[nodiscard]] Guard guard() const { return Guard{content_}; }

private:
    std::shared_ptr<guard_page::Content> content_;
};

}  // namespace bellwether::client
