// Asked by libzmq about each client that shows a key to an encrypted listener: the key of a node is admitted, and told
// with every message of that connection from then on; everything else is refused. Without somebody who answers, libzmq
// would admit any key.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include <zmq.hpp>

#include "node/curve_keyring.hpp"
#include "node/descriptor.hpp"
#include "node/refusals.hpp"

namespace bellwether::node {

// What a listener must set so that the doorkeeper is asked.
inline constexpr const char* mesh_domain = "mesh";

// Has a thread of its own: handshakes wait for the answer, and it waits for nothing.
class Doorkeeper {
public:
    // One a context, before any encrypted listener is bound, and until all have ended. Throws std::runtime_error if it
    // does not answer as it should.
    Doorkeeper(zmq::context_t& context, const KeyRing& keys, Refusals& refusals);
    ~Doorkeeper();
    Doorkeeper(const Doorkeeper&) = delete;
    Doorkeeper& operator=(const Doorkeeper&) = delete;

private:
    void run();
    void answer(const std::vector<zmq::message_t>& request);
    void test_itself(zmq::context_t& context) const;

    const KeyRing& keys_;
    Refusals& refusals_;
    Descriptor stop_;  // eventfd
    zmq::socket_t socket_;
    std::thread thread_;
};

}  // namespace bellwether::node
