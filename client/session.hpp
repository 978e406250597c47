// A process that stands for leadership, through the daemon of its host: it is granted a token, kept up to date while it
// holds it, and asked to stop before anybody else may begin.
//
//     client::Session session{context, run_dir, {.election = *ElectionName::parse("backups")}};
//     while (auto event = session.next(1s)) std::visit(Overloaded{...}, *event);
//
// A Session belongs to one thread at a time and starts none (the context has its I/O thread); its Guards belong to
// every thread. It must be attended to: call next() at least each second, or wait for fd(). It finds its daemon again,
// and stands again, by itself. A child made by fork() must not touch it, and inherits neither leadership nor
// descriptors through exec().
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <zmq.hpp>

#include "client/connection.hpp"
#include "client/guard.hpp"
#include "protocol/session_messages.hpp"

namespace bellwether::client {

// What next() tells. `Granted`: begin. `Extended`: go on, until then. `Revoke`: stop, then call revoked(); not later
// than `deadline`. `Refused`: the end of this session, and `text` says what would be right. `Announcement`: who leads.
using protocol::session::Extended;
using protocol::session::Granted;
using protocol::session::HeldProcess;
using protocol::session::Joined;
using protocol::session::Refused;
using protocol::session::Revoke;

// The deadline has passed without an extension, or the daemon knows this session no more: stop at once. Nobody waits
// for an answer. The session stands again by itself.
struct Lost {
    protocol::Token token{};
    friend bool operator==(const Lost&, const Lost&) = default;
};

// It does not stand at present, and why; it tries again by itself. What it holds it may hold until its deadline.
struct Waiting {
    std::string text{};
    friend bool operator==(const Waiting&, const Waiting&) = default;
};

using SessionEvent =
    std::variant<Joined, Granted, Extended, Revoke, Lost, HeldProcess, Refused, Waiting, protocol::Announcement>;

class Session {
public:
    // `run_dir` is a node's own directory, and need not exist yet. Throws std::system_error if there are no descriptors
    // left. Later a lack of them is a Waiting; nothing but std::bad_alloc is thrown.
    Session(zmq::context_t& context, std::filesystem::path run_dir, protocol::session::Campaign campaign);
    ~Session();  // Resigns.
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // Waits up to `timeout` for the next event; 0 takes what is there. Nothing if none came, or if a signal ended the
    // wait.
    [[nodiscard]] std::optional<SessionEvent> next(std::chrono::milliseconds timeout);

    // For an event loop: the same descriptor for the whole life of the session, readable when next() should be called,
    // also because time has passed. It tells of edges, not of levels: call next(0ms) until it says nothing, once at the
    // start, then after each edge.
    [[nodiscard]] int fd() const { return poller_; }

    // For other threads, for as long as they like.
    [[nodiscard]] Guard guard() const { return mandate_.guard(); }

    // What it acts with now; 0 if nothing.
    [[nodiscard]] protocol::Token token() const { return holding_ ? holding_->token : protocol::Token{}; }
    [[nodiscard]] std::optional<protocol::Time> valid_until() const;

    // It has stopped acting, as asked by Revoke; it still stands, and may be granted another token.
    void revoked();

    // It acts no more and stands no more: the election moves on at once. The session is over.
    void resign();

    // Leadership is not released before this process is dead, too, unless the session says that it acts no more. For a
    // descendant with the same uid; answered by HeldProcess. After Joined, and again after each later one; false if it
    // is not joined. The node kills it when the time is over, or with `kill` false only waits: for one that has others
    // to end before itself.
    bool hold(std::uint32_t pid, bool kill = true);

    // Nothing will be told any more: it has resigned or was refused.
    [[nodiscard]] bool is_over() const { return stage_ == Stage::over; }

private:
    enum class Stage : std::uint8_t {
        apart,  // Without a connection, until due_.
        joining,  // Has asked, and gives up at due_.
        joined,  // Says that it is alive at due_.
        over,
    };
    struct Holding {
        protocol::Token token;
        protocol::Time valid_until;
        bool stopping{};
    };

    std::optional<SessionEvent> step();
    std::optional<SessionEvent> receive();
    std::optional<SessionEvent> attend(protocol::Time time);
    std::optional<SessionEvent> connect(protocol::Time time);
    std::optional<SessionEvent> come_apart(protocol::Time time, std::string why);
    std::optional<SessionEvent> expire(protocol::Time time);

    std::optional<SessionEvent> on(const protocol::session::Challenge& challenge);
    std::optional<SessionEvent> on(const Joined& joined);
    std::optional<SessionEvent> on(const HeldProcess& held) { return held; }
    std::optional<SessionEvent> on(const Granted& granted);
    std::optional<SessionEvent> on(const Extended& extended);
    std::optional<SessionEvent> on(const Revoke& revoke);
    std::optional<SessionEvent> on(const Refused& refused);
    std::optional<SessionEvent> on(const protocol::Announcement& announcement) { return announcement; }
    std::optional<SessionEvent> on_late(const Granted& granted);
    std::optional<SessionEvent> refuse_the_clock();

    void all_is_well();
    void send(const protocol::session::FromProcess& message);
    void drop_connection();
    void set_timer();
    [[nodiscard]] bool wait_until(protocol::Time deadline) const;

    zmq::context_t* context_;
    std::filesystem::path run_dir_;
    protocol::session::Campaign campaign_;
    int poller_;
    int timer_;
    Mandate mandate_;
    std::unique_ptr<Connection> connection_;
    Stage stage_{};
    protocol::Time due_{};
    protocol::Duration back_off_;
    std::optional<protocol::Incarnation> incarnation_;  // Of the daemon at the other end.
    std::optional<Holding> holding_;
    bool was_late_{};  // The last grant had passed when it came.
    std::string said_;  // The last Waiting, which is not repeated.
};

}  // namespace bellwether::client
