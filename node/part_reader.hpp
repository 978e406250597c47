// Reads messages of a known shape from a socket whose peers may send any number of parts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <zmq.hpp>

#include "node/doorbell.hpp"

namespace bellwether::node {

enum class Read : std::uint8_t {
    nothing,   // Nothing to read now.
    message,   // A whole message is in `parts`.
    too_many,  // It has more parts than fit; those in `parts` are its first ones, the rest will be skipped.
    skipped,   // A piece of the rest of such a message is gone; there may be more.
};

class PartReader {
public:
    explicit PartReader(zmq::socket_t& socket) : socket_{&socket}, doorbell_{socket} {}

    // At most parts.size() parts; `count` says how many. A message too long is thrown away over several calls, so
    // that none of them takes long.
    [[nodiscard]] Read read(std::span<zmq::message_t> parts, std::size_t& count);

    // Something has been sent on the same socket.
    void touch() { doorbell_.touch(); }

    [[nodiscard]] Doorbell& doorbell() { return doorbell_; }

private:
    void skip();

    zmq::socket_t* socket_;
    Doorbell doorbell_;
    bool skipping_ = false;
};

}  // namespace bellwether::node
