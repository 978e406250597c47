#include "node/part_reader.hpp"

namespace bellwether::node {
namespace {

constexpr int parts_skipped_at_once = 256;

bool take(zmq::socket_t& socket, zmq::message_t& part) {
    return socket.recv(part, zmq::recv_flags::dontwait).has_value();
}

}  // namespace

Read PartReader::read(std::span<zmq::message_t> parts, std::size_t& count) {
    count = 0;
    if (skipping_) {
        skip();
        return Read::skipped;
    }
    if (!doorbell_.rings()) return Read::nothing;
    // ZeroMQ hands over whole messages: after the first part the others are there.
    while (count < parts.size() && take(*socket_, parts[count])) {
        if (!parts[count++].more()) return Read::message;
    }
    if (count == 0) {
        doorbell_.drained();
        return Read::nothing;
    }
    skipping_ = true;
    return Read::too_many;
}

void PartReader::skip() {
    zmq::message_t part;
    for (int i = 0; i < parts_skipped_at_once && skipping_; ++i) {
        skipping_ = take(*socket_, part) && part.more();
    }
}

}  // namespace bellwether::node
