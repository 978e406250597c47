// A socket that is connected to one peer, by address or by name, and what is known of that connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <zmq.hpp>

#include "node/config_endpoint.hpp"
#include "node/curve.hpp"
#include "node/monitor.hpp"
#include "node/refusals.hpp"
#include "node/resolver.hpp"
#include "protocol/time.hpp"

namespace bellwether::node {

class Connection {
public:
    // `peer` names it in the log; `asker` tells this connection from all others of the resolver. The ways to speak to
    // the peer are tried in turn.
    Connection(zmq::context_t& context, zmq::socket_type type, const Endpoint& endpoint, std::string peer,
               std::vector<Way> ways, Resolver& resolver, Asker asker, Refusals& refusals);

    // The options come first.
    [[nodiscard]] zmq::socket_t& socket() { return socket_; }
    [[nodiscard]] const std::string& peer() const { return peer_; }
    [[nodiscard]] Asker asker() const { return asker_; }
    [[nodiscard]] Monitor& monitor() { return monitor_; }

    // A name is resolved first, and again every few seconds while the connection is down.
    void connect();
    void resolved(const Resolved& answer);

    // Looks at what has become of the connection since the last call. True: it was up and broke in the meantime.
    [[nodiscard]] bool observe();

    // When a way that failed, or the next one, is to be tried.
    [[nodiscard]] protocol::Time deadline() const { return retry_at_; }
    void keep_deadline(protocol::Time now);

    // Other ways from now on. Connects anew if the present one is none of them, or if what we show there has changed.
    void change_ways(std::vector<Way> ways, bool own_key_changed);

    [[nodiscard]] bool is_up() const { return up_; }
    [[nodiscard]] bool is_plain() const { return ways_.empty() || ways_[way_].is_plain(); }
    // Why the last handshake failed, as a sentence; "" while the connection is up or nothing has failed.
    [[nodiscard]] const std::string& hindrance() const { return hindrance_; }

private:
    void connect_to(const std::string& address);
    void open();
    void close();
    void went_up();
    void went_down();
    [[nodiscard]] bool note_failure(const MonitorEvent& failure);
    [[nodiscard]] std::string reason_of(const MonitorEvent& failure) const;
    void try_next_way();

    zmq::socket_t socket_;
    Monitor monitor_;
    Endpoint endpoint_;
    std::string peer_;
    Resolver& resolver_;
    Asker asker_;
    Refusals& refusals_;
    bool named_;  // By a host name that must be resolved.
    std::string address_;  // Of the host as connected to; empty: not yet.
    std::vector<Way> ways_;
    std::size_t way_ = 0;
    std::size_t failures_ = 0;  // Since it was up.
    protocol::Time retry_at_ = protocol::never;
    std::string hindrance_;
    bool open_ = false;  // ZeroMQ is trying, or is connected.
    bool up_ = false;
    bool was_up_ = false;
};

}  // namespace bellwether::node
