// What the elections of a node share: who it is, whom it hears, its disk, and where its actions go. A step begins by
// setting `now`, and everything said in it is collected in `actions`.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "protocol/action.hpp"
#include "protocol/durable.hpp"
#include "protocol/liveness.hpp"
#include "protocol/quorum.hpp"
#include "protocol/recovery.hpp"
#include "protocol/setup.hpp"

namespace bellwether::protocol {

class Host {
public:
    Host(Setup given, const Durable& stored, Time start);

    const Setup setup;
    const Instance self;
    const bool is_voter;
    const Membership membership;  // A voter's is durable, an observer's that of its file.
    const MembershipMark mark;
    const Quorum quorum;

    Time now;
    Liveness liveness;
    Recovery recovery;
    Term floor;                // In memory; on disk with the write that follows its change.
    Duration largest_promise;  // Likewise.
    Time drained_until = long_ago;
    bool leaving = false;
    std::uint64_t clock_alarms = 0;
    std::uint64_t last_forgotten_seq = 0;  // An election that comes again under a forgotten name counts on from it.
    std::map<SessionId, ElectionName> sessions;  // All that are not over.
    Time awake_since;  // It may have stood still before: then silence was its own.

    Actions actions;
    Time publish_by = never;  // When something is to be shown that has changed.

    [[nodiscard]] const Params& params() const { return setup.params; }
    [[nodiscard]] bool is_linked(NodeId node) const { return node == self.node || liveness.is_linked(node, now); }
    [[nodiscard]] bool votes() const;
    // Goes by the same voter list. An observer knows the list and not its history.
    [[nodiscard]] bool is_same_membership(const MembershipMark& other) const;
    // Links up to a quorum of voters whose heartbeats say that they vote, itself counted.
    [[nodiscard]] bool quorum_linked() const;
    // The same, counting voters that only have to end their quarantine or new state: a cold start.
    [[nodiscard]] bool quorum_linked_soon() const;
    [[nodiscard]] bool draining() const { return now < drained_until; }

    // Strictly rising, and never behind the clock: the sequence number of every message that can be echoed.
    Sent next_sent();
    [[nodiscard]] Sent last_sent() const { return last_sent_; }
    std::uint64_t next_request() { return ++last_request_; }

    void publish_within(Duration patience) { publish_by = std::min(publish_by, now + patience); }

    // Asks for the durable state to be written at the end of this step, and returns the number of that write.
    std::uint64_t write();
    [[nodiscard]] bool is_stored(std::uint64_t write) const { return write <= stored_write_; }
    [[nodiscard]] bool is_write_wanted() const { return write_wanted_; }
    std::uint64_t begin_write();  // The step's end: takes the request back.
    void stored(std::uint64_t write) { stored_write_ = std::max(stored_write_, write); }

    void decide(Decision decision);
    void send(NodeId to, Message message, Route route = {}) {
        actions.emplace_back(Send{to, std::move(message), route});
    }
    void send_to_voters(const Message& message);  // Itself left out.

    void end_session(SessionId session);

    // What the configuration says of a node, if that is this version of it; else nullptr.
    [[nodiscard]] const std::vector<std::uint8_t>* configured_metadata(NodeId node, std::uint32_t version) const;
    [[nodiscard]] std::uint32_t own_metadata_version() const { return metadata_versions_.at(self.node); }

private:
    Sent last_sent_{};
    std::uint64_t last_request_ = 0;
    std::uint64_t last_write_ = 0;
    std::uint64_t stored_write_ = 0;
    bool write_wanted_ = false;
    std::map<NodeId, std::uint32_t> metadata_versions_;  // Of what the configuration says.

    friend struct Inspector;
};

}  // namespace bellwether::protocol
