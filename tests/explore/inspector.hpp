// Every member of a state machine, and of the checker, in its canonical form. Members are taken by structured bindings,
// which must name all of them: one that is added to protocol/ breaks this build until somebody has decided here
// how it tells states apart. A member that is left out is named with the reason.
#pragma once

#include <cstdint>
#include <vector>

#include "protocol/invariants.hpp"
#include "protocol/node.hpp"
#include "protocol/state_machine.hpp"
#include "tests/explore/canon.hpp"
#include "tests/explore/setting.hpp"

namespace bellwether::protocol {

struct Inspector {
    // At the grain of its last step.
    [[nodiscard]] static std::uint64_t fingerprint(const StateMachine& machine, const explore::Setting& setting,
                                                   std::uint32_t at);
    [[nodiscard]] static std::uint64_t fingerprint(const Invariants& invariants, const explore::Setting& setting,
                                                   std::uint32_t at);

    // Copies need not carry what the last step asked for.
    static void forget_actions(StateMachine& machine) { machine.node_->host_.actions.clear(); }

    // Its next step looks at every election, at rest or not.
    static void wake_all(StateMachine& machine);

private:
    static void describe(explore::Canon& out, const Node& node);
    static void describe(explore::Canon& out, const Host& host);
    static void describe(explore::Canon& out, const Liveness& liveness, bool is_new);
    static void describe(explore::Canon& out, const Recovery& recovery, NodeId self);
    static void describe(explore::Canon& out, const ElectionState& election, const Host& host);
    static void describe(explore::Canon& out, const Candidate& candidate, const Host& host);
    static void describe(explore::Canon& out, const Leader& leader, const Host& host);
    static void describe(explore::Canon& out, const HandOver& handover);
    static void describe(explore::Canon& out, const Sessions& sessions, const Setup& setup);
    static void describe(explore::Canon& out, const Requester& requester);
    static void describe(explore::Canon& out, const Lease& lease, NodeId self);
    static void describe(explore::Canon& out, const Tally& tally);
    static void describe(explore::Canon& out, const Heard& heard, NodeId sender, Duration longest);
    static void describe(explore::Canon& out, const Peer& peer, NodeId self, bool is_new);
    static void describe(explore::Canon& out, const Invariants::Watched& watched,
                         const std::vector<Leadership>& leaderships, std::uint32_t at);
    static void describe_write(explore::Canon& out, std::uint64_t write, const Host& host);
};

}  // namespace bellwether::protocol
