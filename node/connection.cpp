#include "node/connection.hpp"

#include <algorithm>
#include <utility>

#include "node/socket_options.hpp"

namespace bellwether::node {
namespace {

// The one after the present one, so that a host with several addresses is tried at all of them.
const std::string& next_address(const std::vector<std::string>& addresses, const std::string& present) {
    const auto found = std::find(addresses.begin(), addresses.end(), present);
    if (found == addresses.end() || std::next(found) == addresses.end()) return addresses.front();
    return *std::next(found);
}

}  // namespace

Connection::Connection(zmq::context_t& context, zmq::socket_type type, const Endpoint& endpoint, std::string peer,
                       Resolver& resolver, Asker asker, Refusals& refusals)
    : socket_{context, type},
      monitor_{context, socket_, ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED | handshake_failures},
      endpoint_{endpoint},
      peer_{std::move(peer)},
      resolver_{resolver},
      asker_{asker},
      refusals_{refusals},
      named_{!address_of(endpoint.host)} {}

void Connection::connect() {
    if (named_) {
        resolver_.watch(asker_, endpoint_.host);
    } else {
        connect_to(*address_of(endpoint_.host));
    }
}

void Connection::resolved(const Resolved& answer) {
    if (up_) return;
    if (answer.addresses.empty()) {
        refusals_.report("names_unresolved", peer_,
                         "the host name " + endpoint_.host + " cannot be resolved now; it is tried again");
        return;
    }
    const std::string& address = next_address(answer.addresses, address_);
    if (address == address_) return;
    if (!address_.empty()) socket_.disconnect(Endpoint{address_, endpoint_.port}.str());
    connect_to(address);
}

void Connection::connect_to(const std::string& address) {
    address_ = address;
    connect_tcp(socket_, {address, endpoint_.port});
}

bool Connection::observe() {
    bool broke = false;
    while (const auto event = monitor_.next()) {
        if (event->what == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
            went_up();
        } else if (is_handshake_failure(*event)) {
            refusals_.report("handshakes_failed", peer_, "does not answer at " + endpoint_.str() + " as a peer does");
        } else if (up_) {
            broke = true;
            went_down();
        }
    }
    return broke;
}

void Connection::went_up() {
    if (was_up_) refusals_.count("reconnects");
    up_ = was_up_ = true;
    if (named_) resolver_.rest(asker_);
}

void Connection::went_down() {
    up_ = false;
    if (named_) resolver_.watch(asker_, endpoint_.host);
}

}  // namespace bellwether::node
