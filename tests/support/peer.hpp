// A made-up node beside the real one on a stage (tests/support/stage.hpp): it says what a test makes it say.
#pragma once

#include <cstdint>
#include <optional>

#include "protocol/messages.hpp"
#include "protocol/setup.hpp"
#include "tests/support/printing.hpp"

namespace bellwether::tests {

using Id = std::uint16_t;
class Stage;

// What a made-up node says. Change `heartbeat` and `view` as you like; beat() says it now, and while `is_beating` it is
// said again every heartbeat interval.
class Peer {
public:
    Peer(Stage& stage, const protocol::Member& member);

    protocol::Heartbeat heartbeat;  // Without acks and elections, which are filled in when it is sent.
    protocol::ElectionView view;  // Its word on "default".
    bool is_beating = true;
    bool acks = true;  // Echoes the newest message of the node on the stage.
    std::optional<protocol::Sent> echo;  // Echoes this one instead...
    std::optional<protocol::Incarnation> echoed_incarnation;  // ...as if it came from that one.
    bool lists_the_election = true;  // Else its heartbeats say nothing of "default".
    protocol::Term ceiling_of_subject{};  // What it knows of it.
    // How it answers vote requests, probes included; a grant is shown by its heartbeats as well.
    std::optional<protocol::Verdict> answers = protocol::Verdict::granted;

    [[nodiscard]] Id id() const { return heartbeat.sender.value; }
    [[nodiscard]] protocol::Instance instance() const { return {heartbeat.sender, heartbeat.incarnation}; }

    void beat();
    void stop() { is_beating = false; }
    void restart() { ++heartbeat.incarnation.value; }

    // Each says so at once.
    void campaign(protocol::Term term) { stand(protocol::Stands::campaigning, term); }
    void lead(protocol::Term term) { stand(protocol::Stands::leading, term); }
    void let_go(Id heir = 0);
    void support(protocol::Instance whom);

    // Of its own clock, strictly rising.
    [[nodiscard]] protocol::Sent next_sent();
    [[nodiscard]] protocol::VoteRequest vote_request(protocol::Term term, bool probe = false);

    // The node on the stage sends it something.
    void hears(const protocol::Message& message);

private:
    void stand(protocol::Stands stands, protocol::Term term);

    Stage& stage_;
    protocol::Sent last_sent_{};
};

}  // namespace bellwether::tests
