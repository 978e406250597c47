// Whether a ZeroMQ socket may have something to read, without asking the socket: a node has some twenty, and to ask
// each of them at each wake-up costs more than everything else it does.
#pragma once

#include <zmq.hpp>

namespace bellwether::node {

class Doorbell {
public:
    explicit Doorbell(zmq::socket_t& socket) : socket_{&socket}, fd_{socket.get(zmq::sockopt::fd)} {}
    Doorbell(const Doorbell&) = delete;
    Doorbell& operator=(const Doorbell&) = delete;

    // After each send: the socket then looks through its mailbox, and its descriptor does not tell what it found.
    void touch() { touched_ = true; }

    // True until drained().
    [[nodiscard]] bool rings();

    // A read has found nothing, so the descriptor tells of what comes next.
    void drained() { touched_ = false; }

    // Before one waits for the descriptor alone: whether the socket has something that this does not tell of.
    [[nodiscard]] bool has_more();

    // From now on a Poller touches it when the descriptor is readable; else it looks by itself.
    void is_rung_by_poller() { looks_itself_ = false; }

    [[nodiscard]] int fd() const { return fd_; }

private:
    zmq::socket_t* socket_;
    int fd_;
    bool touched_ = true;
    bool looks_itself_ = true;
};

}  // namespace bellwether::node
