// A socket that is connected to one peer, by address or by name, and what is known of that connection.
#pragma once

#include <cstdint>
#include <string>

#include <zmq.hpp>

#include "node/config_endpoint.hpp"
#include "node/monitor.hpp"
#include "node/refusals.hpp"
#include "node/resolver.hpp"

namespace bellwether::node {

class Connection {
public:
    // `peer` names it in the log; `asker` tells this connection from all others of the resolver.
    Connection(zmq::context_t& context, zmq::socket_type type, const Endpoint& endpoint, std::string peer,
               Resolver& resolver, Asker asker, Refusals& refusals);

    // The options come first.
    [[nodiscard]] zmq::socket_t& socket() { return socket_; }
    [[nodiscard]] const std::string& peer() const { return peer_; }
    [[nodiscard]] Asker asker() const { return asker_; }
    [[nodiscard]] zmq::pollitem_t monitor_item() const { return monitor_.poll_item(); }

    // A name is resolved first, and again every few seconds while the connection is down.
    void connect();
    void resolved(const Resolved& answer);

    // Looks at what has become of the connection since the last call. True: it was up and broke in the meantime.
    [[nodiscard]] bool observe();

private:
    void connect_to(const std::string& address);
    void went_up();
    void went_down();

    zmq::socket_t socket_;
    Monitor monitor_;
    Endpoint endpoint_;
    std::string peer_;
    Resolver& resolver_;
    Asker asker_;
    Refusals& refusals_;
    bool named_;           // By a host name that must be resolved.
    std::string address_;  // Of the host as connected to; empty: not yet.
    bool up_ = false;
    bool was_up_ = false;
};

}  // namespace bellwether::node
