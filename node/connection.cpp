#include "node/connection.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "node/clock.hpp"
#include "node/socket_options.hpp"

namespace bellwether::node {
namespace {

// Between two tries, once each way has failed.
constexpr std::chrono::milliseconds pace{100};

// The one after the present one, so that a host with several addresses is tried at all of them.
const std::string& next_address(const std::vector<std::string>& addresses, const std::string& present) {
    const auto found = std::find(addresses.begin(), addresses.end(), present);
    if (found == addresses.end() || std::next(found) == addresses.end()) return addresses.front();
    return *std::next(found);
}

}  // namespace

Connection::Connection(zmq::context_t& context, zmq::socket_type type, const Endpoint& endpoint, std::string peer,
                       std::vector<Way> ways, Resolver& resolver, Asker asker, Refusals& refusals)
    : socket_{context, type},
      monitor_{context, socket_, ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED | handshake_failures},
      endpoint_{endpoint},
      peer_{std::move(peer)},
      resolver_{resolver},
      asker_{asker},
      refusals_{refusals},
      named_{!address_of(endpoint.host)},
      ways_{std::move(ways)} {}

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
    close();
    connect_to(address);
}

void Connection::connect_to(const std::string& address) {
    address_ = address;
    open();
}

void Connection::open() {
    retry_at_ = protocol::never;
    if (ways_.empty() || address_.empty()) return;
    choose_way(socket_, ways_[way_]);
    connect_tcp(socket_, {address_, endpoint_.port});
    open_ = true;
}

void Connection::close() {
    if (open_) socket_.disconnect(Endpoint{address_, endpoint_.port}.str());
    open_ = up_ = false;
}

bool Connection::observe() {
    bool broke = false;
    bool gave_up = false;
    while (const auto event = monitor_.next()) {
        if (event->what == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
            went_up();
        } else if (is_handshake_failure(*event)) {
            gave_up = note_failure(*event);
        } else if (up_) {
            broke = true;
            went_down();
        }
    }
    // Once, for all that failed until now.
    if (gave_up && !up_ && !ways_.empty()) try_next_way();
    return broke;
}

// True: ZeroMQ does not try again, or there is another way to be tried.
bool Connection::note_failure(const MonitorEvent& failure) {
    hindrance_ = reason_of(failure);
    // While there is another way to be tried, nothing is wrong yet.
    if (failures_ + 1 < ways_.size()) {
        refusals_.count("handshakes_failed");
    } else {
        refusals_.report("handshakes_failed", peer_, hindrance_ + ", at " + endpoint_.str());
    }
    const bool tries_again = failure.what == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;
    return !tries_again || ways_.size() > 1 || !is_plain();
}

std::string Connection::reason_of(const MonitorEvent& failure) const {
    if (failure.what == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) return "refuses the key of this node";
    if (failure.value == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH) {
        return is_plain() ? "takes encrypted connections only" : "takes connections in plain text only";
    }
    if (!is_plain() && failure.value == EPIPE) return "wrong key: it does not hold the one that is expected of it";
    return "does not answer as a peer does";
}

// The first try of each way is made at once.
void Connection::try_next_way() {
    close();
    way_ = (way_ + 1) % ways_.size();
    if (++failures_ < ways_.size()) {
        open();
    } else {
        retry_at_ = clock_now() + pace;
    }
}

void Connection::keep_deadline(protocol::Time now) {
    if (retry_at_ <= now) open();
}

void Connection::change_ways(std::vector<Way> ways, bool own_key_changed) {
    const Way present = ways_.empty() ? Way{} : ways_[way_];
    ways_ = std::move(ways);
    const auto same = std::find(ways_.begin(), ways_.end(), present);
    way_ = same == ways_.end() ? 0 : static_cast<std::size_t>(same - ways_.begin());
    failures_ = 0;
    if (open_ && up_ && same != ways_.end() && (!own_key_changed || present.is_plain())) return;
    close();
    open();
}

void Connection::went_up() {
    if (was_up_) refusals_.count("reconnects");
    up_ = was_up_ = true;
    failures_ = 0;
    hindrance_.clear();
    if (named_) resolver_.rest(asker_);
}

void Connection::went_down() {
    up_ = false;
    if (named_) resolver_.watch(asker_, endpoint_.host);
}

}  // namespace bellwether::node
