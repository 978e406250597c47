// The leader as a value that changes: subscribes to a daemon's announcements and says what is new in them.
//
// A Watch belongs to one thread at a time and starts none of its own (the context has its I/O thread). It outlives
// the daemon: it waits for one that is not there yet and finds it again after a restart.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>

#include <zmq.hpp>

#include "client/belief.hpp"
#include "protocol/local_codec.hpp"
#include "protocol/local_messages.hpp"

namespace bellwether::client {

enum class Topic : std::uint8_t {
    leader,  // With deadlines, for those who act on them: each subscriber makes a hand-over wait for the last one.
    view,    // Without: for those who only want to know. Delays nothing.
};

struct News {
    enum class Kind : std::uint8_t {
        changed,   // What is believed of this election is new.
        repeated,  // Said again.
        unknown,   // Nothing heard for silence_limit, or the deadline passed: nobody is known to lead. No frame.
    };
    Kind kind{};
    protocol::Announcement announcement;  // The newest.
    protocol::Frame frame;                // The same as it came, with keys this version may not know.
    protocol::Time received;

    // Somebody leads, `announcement.leader` by name. The newest announcement names one also once it is not believed any
    // more.
    [[nodiscard]] bool is_known() const { return kind != Kind::unknown && !announcement.leader.empty(); }
};

class Watch {
public:
    // `run_dir` is a node's own directory, and need not exist yet. Without `election`: all of them.
    // Throws zmq::error_t if the path is too long for a socket.
    Watch(zmq::context_t& context, const std::filesystem::path& run_dir, Topic topic,
          const std::optional<protocol::ElectionName>& election);

    // Waits up to `timeout` for the next piece of news; 0 takes what is there. Nothing if none came, or if a signal
    // ended the wait. News wait in a queue, so read on until there are none before you act on what they say.
    [[nodiscard]] std::optional<News> next(std::chrono::milliseconds timeout);

    // For an event loop: readable when something may have come. It tells of edges, not of levels: call next(0ms) until
    // it says nothing, once at the start, then after each edge, and at until() at the latest.
    [[nodiscard]] int fd() const;
    [[nodiscard]] protocol::Time until() const;

    // As of now; null if nothing was ever said of the election.
    [[nodiscard]] const Belief* belief(const protocol::ElectionName& election) const;

    // Frames that were no announcements.
    [[nodiscard]] std::uint64_t refused() const { return refused_; }

private:
    std::optional<News> receive();
    std::optional<News> take(const zmq::message_t& body);
    std::optional<News> expire();
    void wait_until(protocol::Time deadline, bool& interrupted);

    zmq::socket_t socket_;
    std::map<protocol::ElectionName, Belief> beliefs_;
    std::uint64_t refused_{};
};

}  // namespace bellwether::client
