// One real node on a stage of made-up peers: for a test of one rule. The peers say what the test makes them say, so
// that exactly the rule in question decides.
//
//     Stage stage{{.self = 1}};                  // Three voters; 2 and 3 are made up: they beat, ack, and do nothing.
//     stage.peer(2).campaign({5});
//     EXPECT_EQ(stage.ask(2, {5}), Verdict::granted);
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/state_machine.hpp"
#include "tests/support/disk.hpp"
#include "tests/support/peer.hpp"
#include "tests/support/true_time.hpp"

namespace bellwether::tests {

struct StageOptions {
    Id self = 1;
    Id nodes = 3;
    std::map<Id, std::uint16_t> priorities = {};  // Of the others 10 * id.
    std::vector<Id> observers = {};
    protocol::Params params = {};
    protocol::ElectionSettings election = {};
    // What is on disk. An empty voter list stands for that of the mesh, an empty promise for D.
    protocol::Durable stored = {};
    std::vector<std::string> more_elections = {};
    bool in_quarantine = false;  // Begins there; else when it is over.
    bool peers_beat = true;
};

class Stage {
public:
    explicit Stage(StageOptions options = {});
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    [[nodiscard]] Peer& peer(Id id) { return peers_.at(id); }
    [[nodiscard]] protocol::Instance self() const { return self_; }
    [[nodiscard]] protocol::Time now() const { return now_; }
    [[nodiscard]] Duration heartbeat_interval() const { return setup_.params.heartbeat; }
    [[nodiscard]] const protocol::Setup& setup() const { return setup_; }

    // Peers beat, writes end, deadlines are kept.
    void elapse(Duration span);
    // The process stands still: time passes, and nobody looks at the clock.
    void stand_still(Duration span) { now_ += span; }
    void step(const protocol::Event& event);
    void hear(Id from, const protocol::Message& message) { step(protocol::Received{{from}, message, {77}}); }

    // The disk writes in 1 ms, unless it is held.
    void hold_disk() { disk_is_held_ = true; }
    void let_disk_go();
    [[nodiscard]] const protocol::Durable& disk() const { return disk_.content(); }
    [[nodiscard]] protocol::Term disk_term() const;

    // A vote request of a peer and what comes back, after the disk has written; nothing if nothing does.
    std::optional<protocol::Verdict> ask(Id candidate, protocol::Term term, bool probe = false);
    // It campaigns, now or when its quarantine is over; fails the test if it does not.
    void let_it_stand();
    // All peers grant, and it campaigns and wins; fails the test if it does not.
    void let_it_lead();
    // No peer answers vote requests by itself...
    void silence();
    // ...but a test may: to the newest request that the peer was sent.
    [[nodiscard]] protocol::VoteReply reply_of(Id voter, protocol::Verdict verdict) const;
    std::uint64_t command(protocol::CommandKind kind, Id target = 0, Duration hold = protocol::default_hold);

    // The newest that it said.
    [[nodiscard]] const protocol::Heartbeat& heartbeat() const { return published_; }
    [[nodiscard]] protocol::ElectionView shown() const;
    [[nodiscard]] std::optional<protocol::Ack> ack_of(Id peer) const;
    [[nodiscard]] protocol::Sent last_sent() const { return last_sent_; }

    [[nodiscard]] protocol::Status status() const { return machine_.status(now_); }
    [[nodiscard]] protocol::ElectionStatus election() const;
    [[nodiscard]] protocol::RoleName role() const { return election().role; }
    [[nodiscard]] protocol::NodeId bound_to() const { return election().bound_to; }

    // What it did since the mark.
    void mark() { log_.clear(); }
    [[nodiscard]] const std::vector<protocol::Action>& log() const { return log_; }
    [[nodiscard]] std::size_t decisions(protocol::Rule rule) const;
    [[nodiscard]] std::string told() const;  // All its decisions, for the message of a failed test.
    template <class Message>
    [[nodiscard]] std::vector<Message> sent(Id to = 0) const {
        std::vector<Message> found;
        for (const auto& send : of<protocol::Send>()) {
            const auto* message = std::get_if<Message>(&send.message);
            if (message != nullptr && (to == 0 || send.to == protocol::NodeId{to})) {
                found.push_back(*message);
            }
        }
        return found;
    }
    template <class Action>
    [[nodiscard]] std::vector<Action> of() const {
        std::vector<Action> found;
        for (const protocol::Action& action : log_) {
            if (const auto* one = std::get_if<Action>(&action)) {
                found.push_back(*one);
            }
        }
        return found;
    }

private:
    void note(const protocol::Action& action);
    void hand_over_letters();

    protocol::Setup setup_;
    protocol::Time now_;
    Disk disk_;
    protocol::Instance self_;
    protocol::StateMachine machine_;
    std::map<Id, Peer> peers_;
    protocol::Time next_beat_;
    std::optional<protocol::Time> write_done_;
    bool disk_is_held_ = false;
    bool in_step_ = false;
    std::vector<protocol::Send> letters_;
    std::vector<protocol::Action> log_;
    std::string told_;
    protocol::Heartbeat published_;
    protocol::Sent last_sent_{};
    std::uint64_t last_command_ = 0;
};

}  // namespace bellwether::tests
