#include "tests/support/flooder.hpp"

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

namespace bellwether::testing {
namespace {

constexpr int million = 1'000'000;

}  // namespace

Flooder::Flooder(const std::function<void()>& flood) : pid_{fork()} {
    if (pid_ != 0) return;
    flood();
    _exit(0);
}

Flooder::~Flooder() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
}

void flood(zmq::socket_type type, const std::string& endpoint, const std::function<void(zmq::socket_t&)>& use,
           const std::function<void(zmq::socket_t&)>& prepare) {
    zmq::context_t context;
    zmq::socket_t socket{context, type};
    socket.set(zmq::sockopt::sndhwm, 0);
    prepare(socket);
    socket.connect(endpoint);
    use(socket);
    for (;;) pause();
}

void send_a_million_parts(zmq::socket_t& socket, std::size_t size) {
    const std::string part(size, 'x');
    for (int i = 1; i < million; ++i) socket.send(zmq::buffer(part), zmq::send_flags::sndmore);
    socket.send(zmq::buffer(part), zmq::send_flags::none);
}

void subscribe_a_million_times(zmq::socket_t& socket, const std::string& beginning, std::size_t size) {
    for (unsigned i = 0; i < million; ++i) {
        std::string topic = beginning + std::to_string(i * 2654435761U);
        topic.resize(size, 'x');
        socket.send(zmq::buffer('\1' + topic), zmq::send_flags::none);
    }
}

}  // namespace bellwether::testing
