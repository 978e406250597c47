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
#include "client/connection.hpp"
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
    zmq::context_t context;
    Connection connection{context, run_dir};
    connection.send(protocol::encode_request(request));
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - now());
        if (left <= milliseconds{0}) break;
        connection.wait(std::min(left, look_interval));
        if (auto frame = connection.receive()) return std::move(*frame);
        if (connection.is_lost()) {
            return NoReply{NoReply::Why::lost, "the daemon at " + run_dir.string() + " ended before it answered"};
        }
    }
    return NoReply{NoReply::Why::late,
                   "the daemon at " + run_dir.string() + " has not answered within " + seconds_of(timeout)};
}

}  // namespace bellwether::client
