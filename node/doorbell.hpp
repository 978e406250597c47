// Whether a ZeroMQ socket may have something to read, without asking the socket: a node has some twenty, and to ask
// each of them at each wake-up costs more than everything else it does.
#pragma once

#include <zmq.hpp>

namespace bellwether::node {

class Doorbell {
public:
    explicit Doorbell(zmq::socket_t& socket) : socket_{&socket}, fd_{socket.get(zmq::sockopt::fd)} {}

    // After each send: the socket then looks through its mailbox, and its descriptor does not tell what it found.
    void touch() { touched_ = true; }

    // True until drained().
    [[nodiscard]] bool rings();

    // A read has found nothing, so the descriptor tells of what comes next.
    void drained() { touched_ = false; }

    [[nodiscard]] int fd() const { return fd_; }

    // For one zmq_poll(); what is right for the next one may be another.
    [[nodiscard]] zmq::pollitem_t poll_item() const;

private:
    zmq::socket_t* socket_;
    int fd_;
    bool touched_ = true;
};

}  // namespace bellwether::node
