// One connection to a daemon's control.sock, for one life of that daemon: it is never made again behind its owner's
 // back.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include <zmq.hpp>

#include "protocol/local_codec.hpp"

namespace bellwether::client {

// Belongs to one thread. What was sent when it goes is still delivered, for a moment.
class Connection {
public:
    // Throws zmq::error_t if the path is too long for a socket. If nobody listens, nothing ever comes: look before,
    // with why_not_reachable().
    Connection(zmq::context_t& context, const std::filesystem::path& run_dir);

    // What cannot be sent, as the daemon is gone or does not read, is dropped.
    void send(const protocol::Frame& frame);

    // The last part of the next message that is here.
    [[nodiscard]] std::optional<protocol::Frame> receive();

    // Until something may have come, or `span` is over, or a signal ended the wait.
    void wait(std::chrono::milliseconds span);

    // After this has said no, fd() tells of the next one.
    [[nodiscard]] bool has_message() const;

    // The daemon has ended, or has not read for long.
    [[nodiscard]] bool is_lost() const;

    // Readable when one of the above may have changed. Edges, not levels.
    [[nodiscard]] int fd() const { return socket_.get(zmq::sockopt::fd); }

private:
    zmq::socket_t socket_;
};

}  // namespace bellwether::client
