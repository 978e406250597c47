#include "tests/support/lone_daemon.hpp"

#include <string>
#include <variant>

#include "tests/support/mesh_sockets.hpp"

namespace bellwether::testing {

namespace {

constexpr int patience_ms = 5000;

node::Config mesh_of_one() {
    const std::string text = R"(
        cluster = "alone"
        [timing]
        heartbeat = "10ms"
        lease = "50ms"
        [[node]]
        name = "alpha"
        id = 1
        heartbeat = "tcp://127.0.0.1:)" +
                             std::to_string(free_port()) +
                             "\"\nvote = \"tcp://127.0.0.1:" + std::to_string(free_port()) + "\"\n";
    return std::get<node::Config>(node::parse(text, "mesh.toml"));
}

protocol::Frame frame_of(const zmq::message_t& message) {
    const auto* begin = static_cast<const std::byte*>(message.data());
    return {begin, begin + message.size()};
}

}  // namespace

LoneDaemon::LoneDaemon()
    : config_(mesh_of_one()), directories_{.state = base_.path() / "state", .run = base_.path() / "run"} {}

std::optional<protocol::Announcement> LoneDaemon::leadership() {
    zmq::socket_t watch{client_, ZMQ_SUB};
    watch.set(zmq::sockopt::rcvtimeo, patience_ms);
    watch.set(zmq::sockopt::subscribe, protocol::leader_topic({}));
    watch.connect("ipc://" + (directories_.run / "leader.sock").string());
    zmq::message_t topic;
    zmq::message_t body;
    while (watch.recv(topic) && watch.recv(body)) {
        const auto announcement = protocol::decode_announcement(frame_of(body));
        if (announcement && announcement->is_leader) return announcement;
    }
    return std::nullopt;
}

protocol::Frame LoneDaemon::reply_to(const protocol::ControlRequest& request) {
    zmq::socket_t control{client_, ZMQ_DEALER};
    control.set(zmq::sockopt::linger, 0);
    control.set(zmq::sockopt::rcvtimeo, patience_ms);
    control.connect("ipc://" + (directories_.run / "control.sock").string());
    const protocol::Frame frame = protocol::encode_request(request);
    control.send(zmq::buffer(frame.data(), frame.size()), zmq::send_flags::none);
    zmq::message_t reply;
    return control.recv(reply) ? frame_of(reply) : protocol::Frame{};
}

}  // namespace bellwether::testing
