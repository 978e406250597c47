// What must hold after every step of a virtual mesh, whatever was done to it: the safety invariants that
// docs/protocol.md numbers. They look from outside, at what nodes say, write and report, with the true time in hand.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocol/action.hpp"
#include "protocol/params.hpp"
#include "protocol/status.hpp"
#include "tests/support/true_time.hpp"

namespace bellwether::tests {

// One leadership as it truly was.
struct Leadership {
    protocol::ElectionName election;
    protocol::Term term{};
    protocol::Instance leader;
    protocol::Token token{};
    TrueTime since{};
    TrueTime until = end_of_time;  // When it was given up, or its process died.
};

class Checks {
public:
    using Breach = std::function<void(const std::string&)>;

    Checks(protocol::Params params, std::vector<protocol::NodeId> voters, Breach breach);

    // Off where a test breaks the bound on clock rates on purpose: then tokens are the guarantee, and S2 is not.
    bool clocks_are_in_bounds = true;

    // Before a node's actions are performed: `disk` is what it holds at this moment.
    void published(const protocol::Heartbeat& heartbeat, const protocol::Durable& disk);
    void sent(const protocol::Send& send, const protocol::Durable& disk);
    void asked_to_store(protocol::NodeId node, const protocol::Durable& record);
    void announced(TrueTime now, const NodeClock& clock, const protocol::Announcement& announcement,
                   protocol::NodeId node, bool to_a_subscriber);

    void is_on_disk(protocol::NodeId node, const protocol::Durable& record);
    // The disk was replaced: it may know less than it did.
    void disk_replaced(protocol::NodeId node) { on_disk_.erase(node); }

    // After them. `clock` must stay where it is.
    void stepped(TrueTime now, const NodeClock& clock, const protocol::Status& status);
    // Its processes live on and may believe in its lease to the end.
    void died(TrueTime now, const protocol::Instance& node);

    [[nodiscard]] const std::vector<Leadership>& leaderships() const { return leaderships_; }

private:
    // How long, by the node's own clock, somebody may believe that it leads.
    struct Belief {
        const NodeClock* clock = nullptr;
        protocol::Time lease = protocol::long_ago;
        protocol::Time announced = protocol::long_ago;  // To a subscriber.
        protocol::Time said = protocol::long_ago;       // In this step, to whomever.
    };
    using Voted = std::map<std::pair<protocol::ElectionName, protocol::Term>, protocol::Instance>;

    void leadership(TrueTime now, const protocol::Instance& leader, const protocol::ElectionStatus& election);
    void won_by_durable_votes(const Leadership& won);
    void no_two_beliefs(TrueTime now, const protocol::ElectionName& election);
    void vote_stays(protocol::NodeId node, const protocol::ElectionRecord& record);
    void breach(const char* number, const std::string& what) { breach_(std::string{number} + ": " + what); }

    protocol::Params params_;
    std::vector<protocol::NodeId> voters_;
    Breach breach_;

    std::vector<Leadership> leaderships_;
    std::map<std::pair<protocol::ElectionName, protocol::Instance>, std::size_t> leading_;  // Index of the present one.
    std::map<protocol::ElectionName, std::map<protocol::Instance, Belief>> beliefs_;
    std::map<protocol::NodeId, Voted> voted_;  // All that was ever on its disk.
    std::map<protocol::NodeId, protocol::Durable> on_disk_;
    std::map<std::pair<protocol::ElectionName, protocol::Instance>, protocol::Token> last_token_said_;
    std::map<protocol::Instance, std::uint64_t> last_seq_;
    std::set<std::pair<protocol::Instance, std::uint64_t>> probes_;  // By their sender and request id.
};

}  // namespace bellwether::tests
