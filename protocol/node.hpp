// The inside of the state machine: a node with its liveness, its recovery and its elections.
#pragma once

#include <map>
#include <vector>

#include "protocol/action.hpp"
#include "protocol/election.hpp"
#include "protocol/event.hpp"
#include "protocol/host.hpp"
#include "protocol/status.hpp"

namespace bellwether::protocol {

// What a node remembers beside its host and its elections.
struct NodeState {
    std::uint64_t largest_write_ = 0;    // Of the largest promise.
    Duration largest_on_disk_{};
    std::uint64_t floor_write_ = 0;
    Term floor_on_disk_{};
    std::uint64_t new_state_write_ = 0;  // The commit that ends the new state; 0: none under way.
    Time published_at_ = long_ago;
    bool shown_votes_ = false;
    bool shown_new_ = false;
    std::vector<std::uint64_t> drain_commands_;  // Not answered yet.
    bool left_ = false;
    std::uint64_t refused_ = 0;
};

class Node : NodeState {
public:
    Node(Setup setup, const Durable& stored, Time now);
    Node(const Node& other);  // Elections refer to their host.
    Node& operator=(const Node&) = delete;

    const Actions& step(Time now, const Event& event);
    [[nodiscard]] Time next_deadline() const;
    [[nodiscard]] Status status(Time now) const;
    [[nodiscard]] std::vector<Held> held() const;

private:
    void on(const Received& received);
    void on(const LinkDown& down);
    void on(const Stored& stored);
    void on(const Believed& believed);
    void on(const Command& command);
    void on(const SessionEvent& event);
    void on(const Deadline& deadline);

    void join(SessionId id, const SessionJoin& wish);

    void hear(const Heartbeat& heartbeat);
    void tell_elections(const Heartbeat& heartbeat);
    void notice_copy(const Heartbeat& heartbeat);
    void on_vote_request(const VoteRequest& request, Route route);
    void on_request(const Request& request, Route route);
    [[nodiscard]] bool is_newest(NodeId sender, Incarnation incarnation) const;

    void wake(Time now, const Event& event);
    template <class Look>
    void each_awake(const Look& look);
    void recover();
    void settle();
    void forget();
    void finish_drain();
    void leave();
    void store_if_wanted();
    void publish_if_due();
    [[nodiscard]] Time next_publish() const;
    [[nodiscard]] Time shared_deadline() const;
    [[nodiscard]] Heartbeat heartbeat();
    [[nodiscard]] Term ceiling() const;
    [[nodiscard]] Durable durable() const;

    [[nodiscard]] Election* find(const ElectionName& name);
    [[nodiscard]] Election* find_or_create(const ElectionName& name);

    Host host_;
    std::map<ElectionName, Election> elections_;

    friend struct Inspector;
};

}  // namespace bellwether::protocol
