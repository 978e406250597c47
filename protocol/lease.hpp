// From acks to the moment up to which a leader may lead. docs/protocol.md, "The lease" (Gray and Cheriton, 1989:
// the one who promises counts from hearing, the one who relies on it from sending).
#pragma once

#include <map>

#include "protocol/quorum.hpp"
#include "protocol/time.hpp"
#include "protocol/types.hpp"

namespace bellwether::protocol {

class Lease {
public:
    // `since` is the first message in which this node stood: only echoes of it and later ones count.
    Lease(Sent since, Duration counted) : since_(since), counted_(counted) {}

    // An ack from a voter that is bound to this node: its grant's, or that of a heartbeat which itself shows the
    // support. Acks only move forward.
    void count(NodeId voter, Sent echo);

    // The quorum-th largest support, this node counted as now + D'.
    [[nodiscard]] Time until(const Quorum& quorum, NodeId self, Time now) const;

    [[nodiscard]] Sent since() const { return since_; }

private:
    Sent since_;
    Duration counted_;  // D'
    std::map<NodeId, Sent> echoes_;

    friend struct Inspector;
};

}  // namespace bellwether::protocol
