#include "client/control.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <zmq.hpp>

#include "client/access.hpp"
#include "client/clock.hpp"
#include "protocol/run_directory.hpp"

namespace bellwether::client {

using std::chrono::milliseconds;

namespace {

// How soon a daemon that ended while it was asked is noticed.
constexpr milliseconds look_interval{100};

std::filesystem::path socket_in(const std::filesystem::path& run_dir) { return run_dir / protocol::control_socket; }

// The errno of a connection attempt, 0 if somebody listens.
int try_connect(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string text = path.string();
    if (text.size() >= sizeof address.sun_path) return ENAMETOOLONG;
    std::copy(text.begin(), text.end(), address.sun_path);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return errno;
    const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    // EAGAIN: it listens, and has more callers waiting than it takes at once.
    const int error = connected || errno == EAGAIN ? 0 : errno;
    ::close(fd);
    return error;
}

class Connection {
public:
    explicit Connection(const std::filesystem::path& run_dir) {
        socket_.set(zmq::sockopt::linger, 0);
        // With no second attempt, a connection that is lost leaves a socket that cannot send: is_lost() sees that.
        socket_.set(zmq::sockopt::reconnect_ivl, -1);
        socket_.connect("ipc://" + socket_in(run_dir).string());
    }

    void send(const protocol::Frame& frame) { socket_.send(zmq::buffer(frame), zmq::send_flags::dontwait); }

    [[nodiscard]] bool is_lost() { return (socket_.get(zmq::sockopt::events) & ZMQ_POLLOUT) == 0; }

    // The last part of a message; nothing if none came within `span`, or a signal ended the wait.
    std::optional<protocol::Frame> receive(milliseconds span) {
        zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
        try {
            if (zmq::poll(&item, 1, span) == 0) return std::nullopt;
        } catch (const zmq::error_t& error) {
            if (error.num() != EINTR) throw;
            return std::nullopt;
        }
        zmq::message_t part;
        do {
            if (!socket_.recv(part)) return std::nullopt;
        } while (part.more());
        const auto* bytes = static_cast<const std::byte*>(part.data());
        return protocol::Frame{bytes, bytes + part.size()};
    }

private:
    zmq::context_t context_;
    zmq::socket_t socket_{context_, zmq::socket_type::dealer};
};

std::string seconds_of(milliseconds span) {
    std::string text = std::to_string(span.count() / 1000);
    if (span.count() % 1000 != 0) text += '.' + std::to_string(span.count() % 1000 / 100);
    return text + " s";
}

}  // namespace

std::optional<NoReply> why_not_reachable(const std::filesystem::path& run_dir) {
    const int error = try_connect(socket_in(run_dir));
    if (error == 0) return std::nullopt;
    if (error == EACCES) return NoReply{NoReply::Why::forbidden, why_forbidden(socket_in(run_dir))};
    const std::string path = socket_in(run_dir).string();
    std::string text = "cannot reach the daemon at " + path + ": " + std::strerror(error);
    if (error == ENOENT) text = "no daemon at " + run_dir.string() + ": there is no " + path;
    if (error == ECONNREFUSED) text = "no daemon at " + run_dir.string() + ": nobody listens on " + path;
    return NoReply{NoReply::Why::no_daemon, std::move(text)};
}

std::variant<protocol::Frame, NoReply> ask(const std::filesystem::path& run_dir,
                                           const protocol::ControlRequest& request, milliseconds timeout) {
    if (auto hindrance = why_not_reachable(run_dir)) return std::move(*hindrance);
    const protocol::Time deadline = now() + timeout;
    Connection connection{run_dir};
    connection.send(protocol::encode_request(request));
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - now());
        if (left <= milliseconds{0}) break;
        if (auto frame = connection.receive(std::min(left, look_interval))) return std::move(*frame);
        if (connection.is_lost()) {
            return NoReply{NoReply::Why::lost, "the daemon at " + run_dir.string() + " ended before it answered"};
        }
    }
    return NoReply{NoReply::Why::late,
                   "the daemon at " + run_dir.string() + " has not answered within " + seconds_of(timeout)};
}

}  // namespace bellwether::client
