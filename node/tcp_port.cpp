#include "node/tcp_port.hpp"

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bellwether::node {
namespace {

constexpr int backlog = 1024;  // At ZeroMQ's 100 a storm of connections waits a second for SYNs to be repeated.

std::string reason_of(int error, const Endpoint& endpoint) {
    switch (error) {
        case EADDRINUSE: return "the port is taken: does another daemon, or this node twice, run here?";
        case EADDRNOTAVAIL:
        case ENODEV: return endpoint.host + " is not an address of this host; name one with \"bind\"";
        case EACCES: return "this user may not listen on port " + std::to_string(endpoint.port);
        default: return std::generic_category().message(error);
    }
}

// Or none, and `errno` says why.
Descriptor listen_on(const Endpoint& endpoint) {
    addrinfo wanted{};
    wanted.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo(endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &wanted, &found) != 0) {
        errno = EADDRNOTAVAIL;
        return {};
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> address{found, ::freeaddrinfo};
    Descriptor port{::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    if (!port) return {};
    const int yes = 1;
    const int no = 0;
    (void)::setsockopt(port.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    // "::" is for IPv4 as well.
    (void)::setsockopt(port.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    if (::bind(port.get(), address->ai_addr, address->ai_addrlen) != 0 || ::listen(port.get(), backlog) != 0) return {};
    return port;
}

}  // namespace

TcpPort::TcpPort(Endpoint endpoint, const std::string& what)
    : endpoint_{std::move(endpoint)}, port_{listen_on(endpoint_)} {
    if (port_) return;
    throw std::runtime_error{"cannot listen on " + endpoint_.str() + " for " + what + ": " +
                             reason_of(errno, endpoint_)};
}

// ZeroMQ is given a descriptor of its own, and closes it with its listener.
void TcpPort::serve(zmq::socket_t& listener) const {
    const int its_own = ::fcntl(port_.get(), F_DUPFD_CLOEXEC, 0);
    if (its_own < 0) throw std::system_error{errno, std::generic_category(), "no descriptor for " + endpoint_.str()};
    listener.set(zmq::sockopt::ipv6, endpoint_.is_ipv6());
    listener.set(zmq::sockopt::use_fd, its_own);
    try {
        listener.bind(endpoint_.str());
    } catch (const zmq::error_t&) {
        ::close(its_own);
        throw;
    }
}

void TcpPort::serve_anew(zmq::socket_t& listener) const {
    listener.unbind(listener.get(zmq::sockopt::last_endpoint));
    serve(listener);
}

}  // namespace bellwether::node
