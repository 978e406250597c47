// A TCP port of ours. It is listened on from the first moment to the last, so nobody else on the host gets it while a
// socket of ZeroMQ ends its listener and begins another: who connects meanwhile waits in the kernel.
#pragma once

#include <string>

#include <zmq.hpp>

#include "node/config_endpoint.hpp"
#include "node/descriptor.hpp"

namespace bellwether::node {

class TcpPort {
public:
    TcpPort() = default;
    // `endpoint.host` is an address. Throws std::runtime_error with a sentence that names the endpoint; `what` says
    // what is to listen, as "heartbeats".
    TcpPort(Endpoint endpoint, const std::string& what);

    // From now on connections are this socket's, with the options that it has at present. Throws
    // std::system_error if no descriptor is left, zmq::error_t.
    void serve(zmq::socket_t& listener) const;
    // Ends all its connections and begins anew, with the options that were set since. Takes less than a millisecond.
    void serve_anew(zmq::socket_t& listener) const;

private:
    Endpoint endpoint_;
    Descriptor port_;
};

}  // namespace bellwether::node
