#include "tests/support/relay.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

namespace bellwether::testing {

using node::Descriptor;

namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

Descriptor tcp_socket() { return Descriptor{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}; }

pollfd readable(int fd) { return {.fd = fd, .events = POLLIN, .revents = 0}; }

}  // namespace

Relay::Relay(std::uint16_t target, Change change)
    : target_{target}, change_{std::move(change)}, listener_{tcp_socket()}, stop_{::eventfd(0, EFD_CLOEXEC)} {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::listen(listener_.get(), SOMAXCONN) != 0 ||
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        throw std::system_error(errno, std::generic_category(), "cannot relay");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { run(); }};
}

Relay::~Relay() {
    ::eventfd_write(stop_.get(), 1);
    thread_.join();
}

std::string Relay::said() const {
    const std::lock_guard lock{mutex_};
    return said_;
}

std::string Relay::answered() const {
    const std::lock_guard lock{mutex_};
    return answered_;
}

void Relay::run() {
    for (;;) {
        std::vector<pollfd> items{readable(stop_.get()), readable(listener_.get())};
        for (const Wire& wire : wires_) {
            items.push_back(readable(wire.client.get()));
            items.push_back(readable(wire.server.get()));
        }
        if (::poll(items.data(), items.size(), -1) < 0 && errno != EINTR) return;
        if (items[0].revents != 0) return;
        std::size_t i = 2;
        for (Wire& wire : wires_) {
            if (items[i++].revents != 0) carry(wire, true);
            if (items[i++].revents != 0) carry(wire, false);
        }
        std::erase_if(wires_, [](const Wire& wire) { return wire.broken; });
        if (items[1].revents != 0) accept();
    }
}

void Relay::accept() {
    Wire wire{.client = Descriptor{::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)}, .server = tcp_socket()};
    const sockaddr_in address = loopback(target_);
    if (!wire.client ||
        ::connect(wire.server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        return;
    }
    wires_.push_back(std::move(wire));
}

void Relay::carry(Wire& wire, bool from_client) {
    std::array<char, 65536> buffer{};
    const ssize_t size = ::recv(from_client ? wire.client.get() : wire.server.get(), buffer.data(), buffer.size(), 0);
    if (size <= 0) {
        wire.broken = true;
        return;
    }
    std::string bytes{buffer.data(), static_cast<std::size_t>(size)};
    {
        const std::lock_guard lock{mutex_};
        (from_client ? said_ : answered_) += bytes;
    }
    if (from_client && change_) change_(bytes, std::exchange(wire.said, wire.said + bytes.size()));
    (void)::send(from_client ? wire.server.get() : wire.client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

}  // namespace bellwether::testing
