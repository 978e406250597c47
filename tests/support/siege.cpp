#include "tests/support/siege.hpp"

#include "client/clock.hpp"
#include "protocol/codec.hpp"
#include "tests/support/mesh_sockets.hpp"

namespace bellwether::testing {

using namespace std::chrono_literals;

Siege::Siege() {
    mesh.start_all();
    composure_.emplace(mesh);
}

void Siege::TearDown() {
    mesh.await_links("alpha", linked_);
    composure_->expect_kept({"bravo", "charlie"});
}

zmq::socket_t Siege::plain_dealer() {
    zmq::socket_t socket{context, zmq::socket_type::dealer};
    socket.set(zmq::sockopt::linger, 0);
    socket.connect(mesh.vote_endpoint("alpha"));
    return socket;
}

zmq::socket_t Siege::dealer_at(const std::string& endpoint, const Keys& own) {
    zmq::socket_t socket{context, zmq::socket_type::dealer};
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::sndhwm, 0);
    speak_as(socket, own, mesh.keys("alpha").public_key);
    socket.connect(endpoint);
    return socket;
}

void Siege::send(zmq::socket_t& socket, std::string_view frame) {
    (void)socket.send(zmq::buffer(frame), zmq::send_flags::dontwait);
}

bool Siege::hears(zmq::socket_t& socket, std::chrono::milliseconds span) {
    zmq::pollitem_t item{socket.handle(), 0, ZMQ_POLLIN, 0};
    return zmq::poll(&item, 1, span) > 0;
}

std::string encoded(const protocol::Message& message, std::string_view cluster) {
    std::vector<std::byte> frame;
    protocol::Codec{cluster}.encode(message, frame);
    return {reinterpret_cast<const char*>(frame.data()), frame.size()};
}

protocol::VoteRequest grab(std::uint16_t sender) {
    return {.sender = {sender},
            .incarnation = {1},
            .sent = {protocol::ns_of(client::now())},
            .request = 1,
            .election = {},
            .term = {1'000'000},
            .priority = {1000},
            .probe = false};
}

}  // namespace bellwether::testing
