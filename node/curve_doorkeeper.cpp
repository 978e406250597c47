#include "node/curve_doorkeeper.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <sys/eventfd.h>

#include "node/curve.hpp"

namespace bellwether::node {
namespace {

using namespace std::chrono_literals;

// ZAP, RFC 27 of ZeroMQ: what a request and a reply are made of.
constexpr const char* endpoint = "inproc://zeromq.zap.01";
enum RequestPart : std::size_t { version, id, domain, address, identity, mechanism, credentials, request_parts };
constexpr std::string_view admitted = "200";
constexpr std::string_view refused = "400";
constexpr std::size_t key_bytes = 32;
constexpr std::size_t max_parts = 16;  // Of what ZeroMQ itself sends.

std::vector<zmq::message_t> receive(zmq::socket_t& socket) {
    std::vector<zmq::message_t> parts;
    zmq::message_t part;
    do {
        if (!socket.recv(part, zmq::recv_flags::dontwait)) break;
        if (parts.size() < max_parts) parts.push_back(std::move(part));
    } while (socket.get(zmq::sockopt::rcvmore) != 0);
    return parts;
}

void send(zmq::socket_t& socket, const std::vector<std::string>& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool is_last = i + 1 == parts.size();
        (void)socket.send(zmq::buffer(parts[i]), is_last ? zmq::send_flags::none : zmq::send_flags::sndmore);
    }
}

std::string key_in(const zmq::message_t& bytes) {
    std::array<char, key_characters + 1> text{};
    if (bytes.size() != key_bytes) return {};
    zmq_z85_encode(text.data(), bytes.data<std::uint8_t>(), key_bytes);
    return text.data();
}

std::string bytes_of(const std::string& key) {
    std::array<std::uint8_t, key_bytes> bytes{};
    zmq_z85_decode(bytes.data(), key.c_str());
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool is_readable(zmq::socket_t& socket, std::chrono::milliseconds patience) {
    zmq::pollitem_t item{socket.handle(), 0, ZMQ_POLLIN, 0};
    return zmq::poll(&item, 1, patience) > 0;
}

}  // namespace

Doorkeeper::Doorkeeper(zmq::context_t& context, const KeyRing& keys, Refusals& refusals)
    : keys_{keys}, refusals_{refusals}, stop_{::eventfd(0, EFD_CLOEXEC)}, socket_{context, zmq::socket_type::rep} {
    if (!stop_) throw std::system_error{errno, std::generic_category(), "eventfd"};
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::rcvhwm, 0);  // At a limit handshakes would be lost.
    socket_.bind(endpoint);
    thread_ = std::thread{[this] { run(); }};
    try {
        test_itself(context);
    } catch (...) {
        ::eventfd_write(stop_.get(), 1);
        thread_.join();
        throw;
    }
}

Doorkeeper::~Doorkeeper() {
    ::eventfd_write(stop_.get(), 1);
    thread_.join();
}

void Doorkeeper::run() {
    std::array<zmq::pollitem_t, 2> items{{{socket_.handle(), 0, ZMQ_POLLIN, 0}, {nullptr, stop_.get(), ZMQ_POLLIN, 0}}};
    while (items[1].revents == 0) {
        if (zmq_poll(items.data(), static_cast<int>(items.size()), -1) < 0 && zmq_errno() != EINTR) return;
        if ((items[0].revents & ZMQ_POLLIN) != 0) answer(receive(socket_));
    }
}

void Doorkeeper::answer(const std::vector<zmq::message_t>& request) {
    const bool is_whole = request.size() == request_parts && request[mechanism].to_string_view() == "CURVE";
    const std::string key = is_whole ? key_in(request[credentials]) : "";
    const protocol::NodeId holder = keys_.holder_of(key);
    const std::string request_id = request.size() > id ? request[id].to_string() : "";
    if (holder != protocol::nobody && request[domain].to_string_view() == mesh_domain) {
        send(socket_,
             {"1.0", request_id, std::string{admitted}, "OK", std::to_string(holder.value), key_property(key)});
        return;
    }
    send(socket_, {"1.0", request_id, std::string{refused}, "unknown key", "", ""});
    if (is_whole && !request[address].empty()) {
        refusals_.report("keys_refused", request[address].to_string_view(),
                         "shows the key \"" + key + "\", which is no public_key in the configuration: refused");
    }
}

// A key that nobody has must be refused. That of a node is admitted, by the same lines.
void Doorkeeper::test_itself(zmq::context_t& context) const {
    zmq::socket_t asker{context, zmq::socket_type::req};
    asker.set(zmq::sockopt::linger, 0);
    asker.connect(endpoint);
    const std::string nobodys_key(key_characters, '0');
    send(asker, {"1.0", "self-test", mesh_domain, "", "", "CURVE", bytes_of(nobodys_key)});
    const bool answers = is_readable(asker, 5s);
    const auto reply = answers ? receive(asker) : std::vector<zmq::message_t>{};
    if (reply.size() != 6 || reply[2].to_string_view() != refused) {
        throw std::runtime_error{"nobody refuses unknown keys here, so nothing encrypted is begun: restart this node"};
    }
}

}  // namespace bellwether::node
