// A mesh of the real state machines in virtual time: deterministic, so that a test is a story that goes the same way
// each time. The safety invariants are checked after every step; a breach fails the test and shows the story so far.
//
//     Cluster cluster{{.nodes = 3}};       // Ranks follow ids: priority = 10 * id.
//     cluster.elapse_until(leads(3));
//     cluster.mark();
//     cluster.stepdown(3);
//     cluster.elapse_until(leads(2));
//     cluster.expect(R"( ... )");
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/invariants.hpp"
#include "tests/support/host.hpp"
#include "tests/support/network.hpp"
#include "tests/support/printing.hpp"
#include "tests/support/process.hpp"
#include "tests/support/story.hpp"

namespace bellwether::tests {

using Id = std::uint16_t;

struct ClusterOptions {
    Id nodes = 3;
    std::map<Id, std::uint16_t> priorities = {};  // Of the others 10 * id.
    std::vector<Id> observers = {};
    std::vector<Id> asleep = {};   // Not started.
    bool first_boot =
        false;  // The state of all was just created; else it is of an earlier life, in which nobody voted.
    protocol::Params params = {};
    protocol::ElectionSettings election = {};  // "default".
    protocol::ElectionSettings unnamed = {.candidate = protocol::Candidacy::session};
    Duration session_timeout = 10s;
    std::vector<std::string> more_elections = {};
    Duration link_delay = 200us;
    Duration write_latency = 1ms;
};

class Cluster;

// What elapse_until() waits for, and its words when it waits in vain.
struct Condition {
    std::string words;
    std::function<bool(const Cluster&)> holds;
};
[[nodiscard]] Condition leads(Id node);             // It alone knows: it says so itself.
[[nodiscard]] Condition all_follow(Id node);        // It leads, and every running node says so.
[[nodiscard]] Condition somebody_leads();
[[nodiscard]] Condition nobody_leads();
[[nodiscard]] Condition acts(protocol::SessionId session);  // A session has a token, and its time runs.
[[nodiscard]] Condition is_answered(std::uint64_t command);

class Cluster {
public:
    explicit Cluster(ClusterOptions options = {});
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;

    // Time.
    [[nodiscard]] TrueTime now() const { return now_; }
    void elapse(Duration span);
    void elapse_until(const Condition& condition, Duration at_most = 10s);
    // Fails if it ever holds.
    void elapse_without(const Condition& condition, Duration span);

    // Processes and disks.
    void kill(Id node);
    void kill_after_its_write(Id node);  // The write under way reaches the disk, its answer nobody.
    void start(Id node);
    void wipe(Id node);  // Of a node that is down: its disk is replaced by an empty one.
    void restore(Id node, protocol::Durable backup);
    void pause(Id node);
    void resume(Id node);
    void write_slowly(Id node, Duration latency) { host(node).disk.latency = latency; }
    void stall_disk(Id node) { host(node).disk.stalled = true; }
    void unstall_disk(Id node);
    void run_clock_fast(Id node, std::int64_t ppm);
    void suspend(Id node, Duration span);  // The machine sleeps; its clock knows when it wakes up.
    void subscribe(Id node, bool is_there = true) { host(node).has_subscriber = is_there; }

    // Wires. Without a channel both.
    void cut(Id one, Id other);
    void cut_one_way(Id from, Id to, std::optional<Channel> channel = {});
    void isolate(Id node);
    void split(std::initializer_list<Id> side, std::initializer_list<Id> other_side);
    void heal();
    void heal(Id one, Id other);
    void heal_one_way(Id from, Id to, std::optional<Channel> channel = {});
    void hold(Id from, Id to, Channel channel) { network_.hold(link(from, to, channel)); }
    void release(Id from, Id to, Channel channel) { network_.release(now_, link(from, to, channel)); }
    void delay(Id from, Id to, Duration delay);
    void inject(Id at, protocol::Received letter) { step(host(at), std::move(letter)); }

    // People. Each returns the id of the command; how it was answered is in answer().
    std::uint64_t stepdown(Id at, Duration hold = protocol::default_hold, Id target = 0);
    std::uint64_t transfer(Id at, Id target, Duration hold = protocol::default_hold);
    std::uint64_t drain(Id at, Duration hold = protocol::default_hold);
    std::uint64_t undrain(Id at);
    std::uint64_t shutdown(Id at);
    [[nodiscard]] std::optional<protocol::Answer> answer(std::uint64_t command) const;

    // Local processes. They do what they are told as the options say.
    protocol::SessionId campaign(Id node, ProcessOptions options = {});
    void resign(protocol::SessionId session);
    void revoked(protocol::SessionId session, protocol::Token token);  // It says so by itself.
    void kill_process(protocol::SessionId session);
    void hush(protocol::SessionId session) { processes_.at(session).is_hushed = true; }
    [[nodiscard]] const Process& process(protocol::SessionId session) const { return processes_.at(session); }
    // Somebody acts with this session's token now.
    [[nodiscard]] bool acts(protocol::SessionId session) const;

    // Looks.
    [[nodiscard]] bool runs(Id node) const { return host(node).machine.has_value(); }
    [[nodiscard]] bool is_voter(Id node) const { return host(node).setup.own().voter; }
    [[nodiscard]] protocol::Status status(Id node) const;
    [[nodiscard]] protocol::ElectionStatus election(Id node, std::string_view name = "default") const;
    [[nodiscard]] const protocol::Durable& disk(Id node) const { return host(node).disk.content(); }
    [[nodiscard]] const protocol::Announcement& announcement(Id node, std::string_view name = "default") const;
    [[nodiscard]] const std::vector<protocol::Leadership>& leaderships() const { return invariants_.leaderships(); }
    [[nodiscard]] std::size_t carried(Id from, Id to, Channel channel) const {
        return network_.carried(link(from, to, channel));
    }
    [[nodiscard]] std::vector<Id> nodes() const;
    [[nodiscard]] protocol::Invariants& invariants() { return invariants_; }

    // The story.
    void mark() { story_.mark(now_); }
    [[nodiscard]] const Story& story() const { return story_; }
    // The notable decisions since the mark are these lines.
    void expect(std::string_view lines) const;
    // How often a rule has decided since the start.
    [[nodiscard]] std::size_t decisions(protocol::Rule rule, Id node = 0) const;
    void fail(const std::string& why);
    [[nodiscard]] bool has_failed() const { return failed_; }

private:
    [[nodiscard]] Host& host(Id node) { return hosts_.at(node); }
    [[nodiscard]] const Host& host(Id node) const { return hosts_.at(node); }
    [[nodiscard]] static Link link(Id from, Id to, Channel channel) { return {{from}, {to}, channel}; }

    void advance(TrueTime target, const std::function<bool()>& is_enough);
    void plan(Host& host, TrueTime moment, const protocol::Event& event);
    void step(Host& host, const protocol::Event& event);
    void perform(Host& host, const protocol::Action& action);
    void perform(Host& host, const protocol::TellSession& tell);
    void perform(Host& host, const protocol::KillHeld& kill);
    void perform(Host& host, const protocol::SessionOver& over);
    void say(protocol::SessionId id, Duration after, decltype(protocol::SessionEvent::news) news);
    void say_alive(protocol::SessionId id);
    void stops(Process& process);
    void begin_write(Host& host);
    void finish_write(Host& host, std::uint64_t life);
    void end_process(Host& host);
    std::uint64_t command(Id at, protocol::CommandKind kind, const std::string& words, Id target = 0,
                          Duration hold = {});
    void tell(const std::string& words) { story_.tell(now_, protocol::nobody, words, true); }

    TrueTime now_{};
    Agenda agenda_;
    Network network_;
    std::map<Id, Host> hosts_;
    Story story_;
    protocol::Invariants invariants_;
    std::map<protocol::SessionId, Process> processes_;
    std::uint64_t last_session_ = 0;
    std::vector<protocol::Answer> answers_;
    std::map<protocol::Rule, std::map<Id, std::size_t>> decisions_;
    std::uint64_t last_command_ = 0;
    unsigned steps_without_progress_ = 0;
    bool failed_ = false;
};

}  // namespace bellwether::tests
