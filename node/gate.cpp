#include "node/gate.hpp"

#include <cassert>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "protocol/params.hpp"

namespace bellwether::node {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t max_connections = 2 * protocol::max_nodes;
constexpr auto inspect_every = 50ms;
constexpr std::uint64_t pings_per_second = 256;  // Bytes; four pings and four pongs are 64.

std::optional<std::uint64_t> bytes_received(int fd) {
    tcp_info info{};
    socklen_t size = sizeof(info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return std::nullopt;
    if (size < offsetof(tcp_info, tcpi_bytes_received) + sizeof(info.tcpi_bytes_received)) return std::nullopt;
    return info.tcpi_bytes_received;
}

std::uint16_t port_of(const sockaddr_storage& address) {
    // The port stands at the same place for both families.
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

std::optional<std::uint16_t> local_port(int fd) {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return std::nullopt;
    if (address.ss_family != AF_INET && address.ss_family != AF_INET6) return std::nullopt;
    return port_of(address);
}

std::string remote_address(int fd) {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "a stranger";
    char text[INET6_ADDRSTRLEN] = {};
    const void* bytes = address.ss_family == AF_INET6
                            ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr)
                            : static_cast<const void*>(&reinterpret_cast<const sockaddr_in&>(address).sin_addr);
    inet_ntop(address.ss_family, bytes, text, sizeof(text));
    return text;
}

// libzmq sees the end of the connection and closes it, which the linger of 0 makes a reset: without one the sender
// would be left with a connection that never takes anything again.
bool end(int fd) {
    const linger reset{.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    return shutdown(fd, SHUT_RDWR) == 0;
}

int source_of(const zmq::message_t& message) { return zmq_msg_get(message.handle(), ZMQ_SRCFD); }

std::uint16_t bound_port(zmq::socket_t& listener) {
    const std::string endpoint = listener.get(zmq::sockopt::last_endpoint);
    return static_cast<std::uint16_t>(std::stoul(endpoint.substr(endpoint.rfind(':') + 1)));
}

}  // namespace

Gate::Listener::Listener(zmq::context_t& context, zmq::socket_t& guarded, std::uint64_t bytes, const std::string& name)
    : socket{&guarded},
      monitor{context, guarded, ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | handshake_failures},
      allowance{bytes},
      what{name} {}

Gate::Gate(zmq::context_t& context, Refusals& refusals)
    : context_{context}, refusals_{refusals}, stop_{eventfd(0, EFD_CLOEXEC)} {
    if (stop_ < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
}

Gate::~Gate() {
    if (thread_.joinable()) {
        eventfd_write(stop_, 1);
        thread_.join();
    }
    close(stop_);
}

void Gate::guard(zmq::socket_t& listener, std::uint64_t allowance, const std::string& what) {
    assert(!thread_.joinable());
    listeners_.emplace_back(context_, listener, allowance, what);
}

void Gate::start() {
    for (const Listener& listener : listeners_) ports_.insert(bound_port(*listener.socket));
    if (!listeners_.empty()) thread_ = std::thread{[this] { run(); }};
}

void Gate::credit(const zmq::message_t& message, std::size_t bytes) {
    const int fd = source_of(message);
    const std::lock_guard lock{mutex_};
    for (Listener& listener : listeners_) {
        const auto found = listener.connections.find(fd);
        if (found != listener.connections.end()) found->second.credit += bytes;
    }
}

void Gate::shut(const zmq::message_t& message) {
    const int fd = source_of(message);
    // Descriptors are reused: what is shut is at least a connection to one of our listeners.
    const auto port = local_port(fd);
    if (port && ports_.contains(*port) && end(fd)) refusals_.count("connections_shut");
}

void Gate::run() {
    std::vector<zmq::pollitem_t> items;
    while (items.empty() || (items.front().revents & ZMQ_POLLIN) == 0) {
        items.assign({{nullptr, stop_, ZMQ_POLLIN, 0}});
        for (const Listener& listener : listeners_) items.push_back(listener.monitor.poll_item());
        const auto timeout = has_connections() ? std::chrono::milliseconds{inspect_every} : -1ms;
        if (zmq_poll(items.data(), static_cast<int>(items.size()), timeout.count()) < 0 && errno != EINTR) return;
        for (Listener& listener : listeners_) {
            drain(listener);
            inspect(listener);
        }
    }
}

bool Gate::has_connections() {
    const std::lock_guard lock{mutex_};
    for (const Listener& listener : listeners_) {
        if (!listener.connections.empty()) return true;
    }
    return false;
}

void Gate::drain(Listener& listener) {
    while (const auto event = listener.monitor.next()) {
        const int fd = static_cast<int>(event->value);
        if (is_handshake_failure(*event)) {
            refusals_.report("handshakes_refused", "listener for " + listener.what,
                             "somebody connected who does not speak as a peer does");
        } else {
            const std::lock_guard lock{mutex_};
            listener.connections.erase(fd);
            if (event->what == ZMQ_EVENT_ACCEPTED) admit(listener, fd);
        }
    }
}

// More than all peers together may have makes room for nobody: out of descriptors, libzmq aborts at the next local one.
void Gate::admit(Listener& listener, int fd) {
    if (listener.connections.size() < max_connections) {
        listener.connections.emplace(fd, Connection{steady_clock::now(), 0});
        return;
    }
    refusals_.report("connections_shut", "listener for " + listener.what, "more connections than all peers may have");
    (void)end(fd);
}

void Gate::inspect(Listener& listener) {
    const auto now = steady_clock::now();
    const std::lock_guard lock{mutex_};
    std::erase_if(listener.connections, [&](const auto& entry) {
        const auto& [fd, connection] = entry;
        const auto received = bytes_received(fd);
        if (!received) return true;
        const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - connection.since).count();
        const std::uint64_t pings = static_cast<std::uint64_t>(age) * pings_per_second;
        if (*received <= connection.credit + pings + listener.allowance) return false;
        // Descriptors are reused: what is shut is at least a connection to one of our listeners.
        if (const auto port = local_port(fd); !port || !ports_.contains(*port)) return true;
        refusals_.report("connections_shut", remote_address(fd),
                         "sends more to the listener for " + listener.what + " than any peer does: connection shut");
        (void)end(fd);
        return true;
    });
}

}  // namespace bellwether::node
