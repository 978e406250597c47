// The options of the mesh's sockets, in one place: sizes, queues and waits, none of them left to a default.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <zmq.hpp>

#include "node/config_endpoint.hpp"
#include "protocol/params.hpp"

namespace bellwether::node {

// How long ZeroMQ waits for what, made from the numbers the mesh is run with.
struct LinkWaits {
    std::chrono::milliseconds ping;       // Between ZMTP heartbeats: they only clear away dead connections.
    std::chrono::milliseconds silence;    // After which a connection is given up.
    std::chrono::milliseconds connect;    // For a connection to be accepted,
    std::chrono::milliseconds handshake;  // and then to become one of ZeroMQ.
};
[[nodiscard]] LinkWaits link_waits(const protocol::Params& params);

void set_publisher_options(zmq::socket_t& publisher, const LinkWaits& waits);
void set_subscriber_options(zmq::socket_t& subscriber, const LinkWaits& waits);
void set_router_options(zmq::socket_t& router, const LinkWaits& waits);
void set_dealer_options(zmq::socket_t& dealer, const LinkWaits& waits);

// `endpoint.host` is an address.
void connect_tcp(zmq::socket_t& socket, const Endpoint& endpoint);

}  // namespace bellwether::node
