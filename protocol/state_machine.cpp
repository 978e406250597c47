#include "protocol/state_machine.hpp"

#include <utility>

#include "protocol/node.hpp"

namespace bellwether::protocol {

StateMachine::StateMachine(Setup setup, Durable stored, Time now)
    : node_(std::make_unique<Node>(std::move(setup), std::move(stored), now)) {}
StateMachine::~StateMachine() = default;
StateMachine::StateMachine(StateMachine&&) noexcept = default;
StateMachine::StateMachine(const StateMachine& other) : node_(std::make_unique<Node>(*other.node_)) {}
StateMachine& StateMachine::operator=(StateMachine&&) noexcept = default;

const Actions& StateMachine::step(Time now, const Event& event) { return node_->step(now, event); }

Time StateMachine::next_deadline() const { return node_->next_deadline(); }

Status StateMachine::status(Time now) const { return node_->status(now); }

std::vector<Held> StateMachine::held() const { return node_->held(); }

}  // namespace bellwether::protocol
