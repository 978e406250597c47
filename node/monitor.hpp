// What libzmq says of the connections of one socket.
#pragma once

#include <cstdint>
#include <optional>

#include <zmq.hpp>

#include "node/doorbell.hpp"

namespace bellwether::node {

struct MonitorEvent {
    std::uint16_t what{};   // ZMQ_EVENT_...
    std::uint32_t value{};  // A file descriptor or an error, by `what`.
};

inline constexpr int handshake_failures =
    ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
[[nodiscard]] bool is_handshake_failure(const MonitorEvent& event);

// Must be drained always, and end before the socket it watches: an unread monitor stops every socket of the process.
class Monitor {
public:
    Monitor(zmq::context_t& context, zmq::socket_t& watched, int events);
    ~Monitor();
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;

    [[nodiscard]] std::optional<MonitorEvent> next();
    [[nodiscard]] Doorbell& doorbell() { return doorbell_; }
    // Readable when there may be something, after next() has found nothing.
    [[nodiscard]] int fd() const { return doorbell_.fd(); }

private:
    zmq::socket_t* watched_;
    zmq::socket_t pair_;
    Doorbell doorbell_;
};

}  // namespace bellwether::node
