#include "node/socket_options.hpp"

#include <algorithm>

namespace bellwether::node {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr std::int64_t max_subscription_bytes = 1024;
constexpr std::int64_t max_request_bytes = std::int64_t{64} << 10U;
constexpr std::int64_t max_answer_bytes = std::int64_t{256} << 10U;  // A heartbeat of a full mesh, too.
// For whoever accepts strangers. At a limit libzmq stops reading from a connection, and when that one then breaks the
// next ping aborts the process (its issues 4364 and 4841). The gate bounds what waits instead.
constexpr int unlimited = 0;

milliseconds ceil_ms(protocol::Duration duration) { return std::chrono::ceil<milliseconds>(duration); }
int count(milliseconds duration) { return static_cast<int>(duration.count()); }

void set_common(zmq::socket_t& socket, const LinkWaits& waits, std::int64_t max_bytes) {
    socket.set(zmq::sockopt::linger, 0);
    socket.set(zmq::sockopt::maxmsgsize, max_bytes);
    socket.set(zmq::sockopt::handshake_ivl, count(waits.handshake));
}

void set_connecting(zmq::socket_t& socket, const LinkWaits& waits) {
    // Without it a SYN lost in a partition is repeated after 1, 3, 7 seconds.
    socket.set(zmq::sockopt::connect_timeout, count(waits.connect));
    // The connecting end pings for both: the other one goes by the time that each ping grants.
    socket.set(zmq::sockopt::heartbeat_ivl, count(waits.ping));
    socket.set(zmq::sockopt::heartbeat_timeout, count(waits.silence));
    socket.set(zmq::sockopt::heartbeat_ttl, count(waits.silence));
    socket.set(zmq::sockopt::reconnect_ivl, 10);
    socket.set(zmq::sockopt::reconnect_ivl_max, 200);
}

}  // namespace

LinkWaits link_waits(const protocol::Params& params) {
    const milliseconds lease = ceil_ms(params.lease);
    const milliseconds ping = std::max(lease, 250ms);
    const milliseconds patience = std::clamp(lease, 200ms, 2000ms);
    return {.ping = ping, .silence = 2 * ping, .connect = patience, .handshake = patience};
}

void set_publisher_options(zmq::socket_t& publisher, const LinkWaits& waits) {
    set_common(publisher, waits, max_subscription_bytes);
    publisher.set(zmq::sockopt::sndhwm, 8);
    publisher.set(zmq::sockopt::rcvhwm, unlimited);
    publisher.set(zmq::sockopt::xpub_verbose, true);
}

void set_subscriber_options(zmq::socket_t& subscriber, const LinkWaits& waits) {
    set_common(subscriber, waits, max_answer_bytes);
    set_connecting(subscriber, waits);
    subscriber.set(zmq::sockopt::conflate,
                   true);  // After a pause the newest heartbeat is read, not a queue of old ones.
    subscriber.set(zmq::sockopt::subscribe, "");
}

void set_router_options(zmq::socket_t& router, const LinkWaits& waits) {
    set_common(router, waits, max_request_bytes);
    router.set(zmq::sockopt::sndhwm, 64);
    router.set(zmq::sockopt::rcvhwm, unlimited);
    router.set(zmq::sockopt::router_mandatory, true);
}

void set_dealer_options(zmq::socket_t& dealer, const LinkWaits& waits) {
    set_common(dealer, waits, max_answer_bytes);
    set_connecting(dealer, waits);
    dealer.set(zmq::sockopt::immediate, true);  // Nothing is queued for a peer that is away: it would arrive stale.
    dealer.set(zmq::sockopt::sndhwm, 16);
    dealer.set(zmq::sockopt::rcvhwm, 64);
}

void connect_tcp(zmq::socket_t& socket, const Endpoint& endpoint) {
    socket.set(zmq::sockopt::ipv6, endpoint.is_ipv6());
    socket.connect(endpoint.str());
}

}  // namespace bellwether::node
