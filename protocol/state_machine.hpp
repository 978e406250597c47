// The node as one value: events with the time in them go in, actions come out. It has no clock, socket, file,
// thread, dice or logger, so a simulator, a test and the daemon run the same lines.
#pragma once

#include <memory>
#include <vector>

#include "protocol/action.hpp"
#include "protocol/durable.hpp"
#include "protocol/event.hpp"
#include "protocol/setup.hpp"
#include "protocol/status.hpp"

namespace bellwether::protocol {

class Node;

class StateMachine {
public:
    // `stored` is what is on disk at this moment: this life's incarnation is already in it, and where the state did
    // not exist before, `new_state`. `now` is when the lock on the state was taken: the quarantine runs from it.
    // The voters of `setup` and of `stored` are the same list. For an observer `stored` names only its incarnation.
    StateMachine(Setup setup, Durable stored, Time now);
    ~StateMachine();
    StateMachine(StateMachine&&) noexcept;
    StateMachine& operator=(StateMachine&&) noexcept;
    // A copy goes on by itself: for whoever looks at several futures.
    StateMachine(const StateMachine& other);
    StateMachine& operator=(const StateMachine&) = delete;

    // Pure: the same calls give the same actions, in the order in which they are to be performed. `now` never goes
    // back. Costs microseconds, never blocks, never throws on what a peer sends. The actions are valid until the
    // next call.
    [[nodiscard]] const Actions& step(Time now, const Event& event);

    // The latest moment at which step(now, Deadline{}) must be called.
    [[nodiscard]] Time next_deadline() const;

    [[nodiscard]] Status status(Time now) const;
    // What it leads since the last step.
    [[nodiscard]] std::vector<Held> held() const;

private:
    std::unique_ptr<Node> node_;

    friend struct Inspector;  // Sees every member of a node and its parts: the explorer tells states apart by them.
};

}  // namespace bellwether::protocol
