#include "node/monitor.hpp"

#include <atomic>
#include <cstring>
#include <string>

namespace bellwether::node {
namespace {

std::string next_name() {
    static std::atomic<std::uint64_t> last{0};
    return "inproc://monitor-" + std::to_string(++last);
}

}  // namespace

bool is_handshake_failure(const MonitorEvent& event) { return (event.what & handshake_failures) != 0; }

Monitor::Monitor(zmq::context_t& context, zmq::socket_t& watched, int events)
    : watched_{&watched}, pair_{context, ZMQ_PAIR}, doorbell_{pair_} {
    const std::string name = next_name();
    if (zmq_socket_monitor(watched.handle(), name.c_str(), events) != 0) throw zmq::error_t{};
    pair_.set(zmq::sockopt::linger, 0);
    // Before connecting: at a limit the sending end would wait for us, and that is the thread that serves all sockets.
    pair_.set(zmq::sockopt::rcvhwm, 0);
    pair_.connect(name);
}

Monitor::~Monitor() {
    // First, for the same reason: without a reader it would wait for one.
    zmq_socket_monitor(watched_->handle(), nullptr, 0);
}

std::optional<MonitorEvent> Monitor::next() {
    if (!doorbell_.rings()) return std::nullopt;
    zmq::message_t event;
    zmq::message_t address;
    if (!pair_.recv(event, zmq::recv_flags::dontwait)) {
        doorbell_.drained();
        return std::nullopt;
    }
    if (event.more()) (void)pair_.recv(address, zmq::recv_flags::dontwait);
    MonitorEvent result;
    if (event.size() != sizeof(result.what) + sizeof(result.value)) return std::nullopt;
    std::memcpy(&result.what, event.data(), sizeof(result.what));
    std::memcpy(&result.value, event.data<char>() + sizeof(result.what), sizeof(result.value));
    return result;
}

}  // namespace bellwether::node
