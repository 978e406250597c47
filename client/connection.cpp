#include "client/connection.hpp"

#include <cerrno>

#include "protocol/run_directory.hpp"

namespace bellwether::client {

namespace {

// For a last word to a daemon that is there; nobody waits for long at the end of a process.
constexpr std::chrono::milliseconds linger{200};

}  // namespace

Connection::Connection(zmq::context_t& context, const std::filesystem::path& run_dir)
    : socket_{context, zmq::socket_type::dealer} {
    socket_.set(zmq::sockopt::linger, static_cast<int>(linger.count()));
    // With no second attempt, a connection that is lost leaves a socket that cannot send: is_lost() sees that.
    socket_.set(zmq::sockopt::reconnect_ivl, -1);
    socket_.connect("ipc://" + (run_dir / protocol::control_socket).string());
}

void Connection::send(const protocol::Frame& frame) {
    // Nothing to say where it fails: is_lost() tells.
    (void)socket_.send(zmq::buffer(frame), zmq::send_flags::dontwait);
}

std::optional<protocol::Frame> Connection::receive() {
    zmq::message_t part;
    if (!socket_.recv(part, zmq::recv_flags::dontwait)) return std::nullopt;
    // The parts of a message come together.
    while (part.more()) (void)socket_.recv(part);
    const auto* bytes = static_cast<const std::byte*>(part.data());
    return protocol::Frame{bytes, bytes + part.size()};
}

void Connection::wait(std::chrono::milliseconds span) {
    zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
    try {
        zmq::poll(&item, 1, span);
    } catch (const zmq::error_t& error) {
        if (error.num() != EINTR) throw;
    }
}

bool Connection::has_message() const { return (socket_.get(zmq::sockopt::events) & ZMQ_POLLIN) != 0; }
bool Connection::is_lost() const { return (socket_.get(zmq::sockopt::events) & ZMQ_POLLOUT) == 0; }

}  // namespace bellwether::client
