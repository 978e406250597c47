#include "tests/support/raw_peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "tests/support/child_process.hpp"

namespace bellwether::testing {

using node::Descriptor;

namespace {

constexpr std::size_t greeting_size = 64;

Descriptor connected(int domain, const void* address, socklen_t size) {
    Descriptor connection{::socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (::connect(connection.get(), static_cast<const sockaddr*>(address), size) != 0) {
        throw std::system_error(errno, std::generic_category(), "cannot connect");
    }
    return connection;
}

}  // namespace

std::string zmtp_greeting() {
    std::string bytes{"\xff\0\0\0\0\0\0\0\1\x7f\3\0NULL", 16};
    bytes.resize(greeting_size, '\0');
    return bytes;
}

std::string zmtp_ready(std::string_view socket_type, std::string_view more_properties) {
    const std::string body = "\5READY" + zmtp_property("Socket-Type", socket_type) + std::string{more_properties};
    return '\4' + std::string(1, static_cast<char>(body.size())) + body;
}

std::string zmtp_property(std::string_view name, std::string_view value) {
    const std::string size_of_name(1, static_cast<char>(name.size()));
    const std::string size_of_value{'\0', '\0', static_cast<char>(value.size() >> 8U), static_cast<char>(value.size())};
    return size_of_name + std::string{name} + size_of_value + std::string{value};
}

std::string zmtp_frame_head(std::uint64_t size) {
    std::string bytes{"\2"};
    for (unsigned shift = 64; shift > 0; shift -= 8) bytes += static_cast<char>(size >> (shift - 8));
    return bytes;
}

std::string zmtp_ping() { return {"\4\7\4PING\0\0", 9}; }

RawPeer::RawPeer(Descriptor connection) : connection_{std::move(connection)} {
    const timeval longest{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(connection_.get(), SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
    ::setsockopt(connection_.get(), SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof longest);
}

RawPeer RawPeer::at_port(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return RawPeer{connected(AF_INET, &address, sizeof address)};
}

RawPeer RawPeer::at_path(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    return RawPeer{connected(AF_UNIX, &address, sizeof address)};
}

void RawPeer::say(std::string_view bytes) { (void)::send(connection_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }

bool RawPeer::shake_hands(std::string_view socket_type) {
    say(zmtp_greeting() + zmtp_ready(socket_type));
    // A greeting, and a command whose second byte is its size.
    std::array<char, greeting_size + 2> head{};
    if (::recv(connection_.get(), head.data(), head.size(), MSG_WAITALL) != static_cast<ssize_t>(head.size()))
        return false;
    std::string rest(static_cast<unsigned char>(head.back()), '\0');
    return ::recv(connection_.get(), rest.data(), rest.size(), MSG_WAITALL) == static_cast<ssize_t>(rest.size());
}

bool RawPeer::is_hung_up_on() {
    std::array<char, 4096> bytes{};
    ssize_t size = 0;
    do {
        size = ::recv(connection_.get(), bytes.data(), bytes.size(), 0);
    } while (size > 0);
    return size == 0 || errno == ECONNRESET;
}

bool RawPeer::is_hung_up_on_within(std::chrono::milliseconds span) {
    pollfd end{.fd = connection_.get(), .events = POLLRDHUP, .revents = 0};
    return ::poll(&end, 1, static_cast<int>(span.count())) > 0;
}

void RawPeer::hang_up() {
    const linger reset{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(connection_.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    connection_ = Descriptor{};
}

}  // namespace bellwether::testing
