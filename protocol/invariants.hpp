// What must hold at every moment, whatever was done to a mesh: the safety invariants of docs/protocol.md, "What must
// hold". One checker for the tests in virtual time, the simulator, and whoever else sees all nodes at once. It looks
// from outside, at what nodes say, write and lead, with the true time in hand; it shares no state with them.
//
//   S8   An announced leader was alive in that incarnation: S9 finds its leadership, which S1 saw begin in a process
//        that ran.
//   S11  Frames that are lost, late, doubled, out of order or replayed break nothing: whoever feeds this does that.
//   S12  Who speaks is who he says: nothing here can witness it. Frames of a simulation carry the sender they were
//        sent by; sockets and keys are for tests of the daemon.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/action.hpp"
#include "protocol/status.hpp"
#include "protocol/true_time.hpp"

namespace bellwether::protocol {

// One leadership as it truly was.
struct Leadership {
    ElectionName election;
    Term term{};
    Instance leader;
    Token token{};
    TrueTime since{};
    TrueTime until = end_of_time;  // When it was given up, or its process died.
};

class Invariants {
public:
    // `number` as in docs/protocol.md, "S2". The first report is the one to read.
    using Report = std::function<void(std::string_view number, const std::string& what)>;

    Invariants(std::vector<NodeId> voters, Report report);

    // Off where a test breaks the bound on clock rates on purpose: then tokens are the guarantee, and S2 is not. One
    // whose clock stood still may then begin to lead an older term, with a token that nobody had; so of S3 it is left
    // that none is given twice, and that no life of a daemon announces one below its last.
    bool clocks_are_in_bounds = true;
    // Off where frames from before its start are played to a process: no socket does that. Then S3 holds for one life
    // of a daemon, and not for a subscriber that outlives it.
    bool restarts_hear_no_past = true;

    // After each step of a node and before its actions are performed: what it leads now.
    void stepped(TrueTime now, const Instance& self, const std::vector<Held>& held, const LocalClock& clock);

    // As its actions are performed; `disk` is what it holds at this moment.
    // `under_way`: the newest record that it was asked to write and that is not on it yet.
    void published(const Heartbeat& heartbeat, const Durable& disk, const Durable* under_way = nullptr);
    void sent(const Send& send, const Durable& disk);
    void asked_to_store(NodeId node, const Durable& record);
    // `believed`: somebody acts on it. `horizon`: the farthest valid_until that it may give.
    void announced(TrueTime now, const Instance& speaker, const Announcement& announcement, bool believed, Time horizon,
                   const LocalClock& clock);

    // A session of this node is told that it may act until then, first by a grant; and it acts no more: it said so, or
    // its last process is dead.
    void session_told(TrueTime now, const Instance& self, const ElectionName& election, SessionId session,
                      const session::Granted& told, bool is_grant, const LocalClock& clock);
    void session_stopped(const Instance& self, const ElectionName& election, SessionId session,
                         const LocalClock& clock);

    void is_on_disk(NodeId node, const Durable& record);
    // The disk was replaced: it may know less than it did.
    void disk_replaced(NodeId node);
    // Its clock runs at another rate from now on, or has jumped.
    void clock_changed(NodeId node, const LocalClock& clock);
    // Its processes live on and may believe in its lease to the end.
    void died(TrueTime now, const Instance& self);

    // A process acts on a resource that refuses every token below the highest it has seen, for an announcement that
    // it was given once: maybe late. Whether the resource takes it.
    bool written(const ElectionName& election, const Instance& leader, Token token);

    [[nodiscard]] const std::vector<Leadership>& leaderships() const { return leaderships_; }

private:
    // How long somebody may believe that this node leads; by its own clock, and what that is in true time.
    struct Belief {
        Instance node;
        Time lease = long_ago;
        Time announced = long_ago;  // To somebody who acts on it.
        std::map<SessionId, Time> sessions{};
        TrueTime until = before_time;
    };
    struct Said {
        Incarnation by{};
        Token token{};
    };
    struct Watched {
        std::vector<Belief> beliefs;
        std::map<Token, std::size_t> by_token;  // Indices of leaderships.
        std::map<Token, std::pair<Instance, SessionId>> granted;  // To which session.
        std::map<Instance, std::uint64_t> last_seq;
        std::map<NodeId, Said> last_said;  // On its host: a subscriber outlives the daemon.
        Token highest_written{};
        Instance highest_writer;
    };
    struct Present {
        ElectionName election;
        Instance leader;
        std::size_t index{};  // Of its leadership.
    };
    struct Vote {
        Instance to;
        unsigned disk{};  // Of those that its voter has had.
    };
    using Voted = std::map<std::pair<ElectionName, Term>, Vote>;

    [[nodiscard]] bool has_led(const ElectionName& election, const Instance& node) const;
    [[nodiscard]] static Time latest(const Belief& belief);
    [[nodiscard]] Belief& belief(Watched& watched, const Instance& node);
    void leads(TrueTime now, const Instance& self, const Held& held, const LocalClock& clock);
    void end_others(TrueTime now, const Instance& self, const std::vector<Held>& held, const LocalClock& clock);
    void leadership_begins(TrueTime now, const Instance& self, const Held& held, Watched& watched);
    void next_holder(const Instance& self, const Held& held, Watched& watched, std::size_t index);
    void won_by_durable_votes(const Leadership& won);
    void nobody_else_is_believed(TrueTime now, const Watched& watched, const Belief& own);
    void exists(const Watched& watched, const Instance& speaker, const Announcement& announcement);
    void vote_stays(NodeId node, const ElectionRecord& record);
    [[nodiscard]] bool was_won(const ElectionName& election, Term term) const;
    void breach(std::string_view number, const std::string& what) const { report_(number, what); }

    std::vector<NodeId> voters_;
    Report report_;

    std::vector<Leadership> leaderships_;
    std::vector<Present> present_;
    std::map<ElectionName, Watched> elections_;
    std::map<NodeId, Voted> voted_;  // All that was ever on its disk.
    std::map<NodeId, Durable> on_disk_;
    std::map<NodeId, unsigned> disks_;  // Replaced so often.
    std::set<std::pair<Instance, std::uint64_t>> probes_;  // By their sender and request id.

    friend struct Inspector;
};

}  // namespace bellwether::protocol
