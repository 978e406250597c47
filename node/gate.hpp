// Keeps strangers from filling our memory: libzmq queues a message of any number of parts until its last one has come,
// and a subscription to any number of topics. The gate counts what each connection sends in the kernel, and shuts
// those that send more than the messages taken from them, and pings, account for.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <zmq.hpp>

#include "node/monitor.hpp"
#include "node/refusals.hpp"

namespace bellwether::node {

// Has a thread of its own, since libzmq may keep the thread that uses a socket busy for as long as a flood lasts.
class Gate {
public:
    Gate(zmq::context_t& context, Refusals& refusals);
    // Before the guarded sockets end.
    ~Gate();
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;

    // Before start(), and before `listener` is bound. `allowance`: the bytes that may be unaccounted for.
    void guard(zmq::socket_t& listener, std::uint64_t allowance, const std::string& what);

    // After the listeners are bound.
    void start();

    // A good message has been taken from the connection it came from.
    void credit(const zmq::message_t& message, std::size_t bytes);

    // Shuts the connection the message came from; ZeroMQ then frees what it holds for it.
    void shut(const zmq::message_t& message);

private:
    struct Connection {
        std::chrono::steady_clock::time_point since;
        std::uint64_t credit{};
    };
    struct Listener {
        Listener(zmq::context_t& context, zmq::socket_t& guarded, std::uint64_t bytes, const std::string& name);

        zmq::socket_t* socket;
        Monitor monitor;
        std::uint64_t allowance;
        std::string what;
        std::map<int, Connection> connections;
    };

    void run();
    void drain(Listener& listener);
    void admit(Listener& listener, int fd);
    void inspect(Listener& listener);
    [[nodiscard]] bool has_connections();

    zmq::context_t& context_;
    Refusals& refusals_;
    int stop_;  // eventfd
    std::list<Listener> listeners_;
    std::set<std::uint16_t> ports_;
    std::mutex mutex_;  // The connections.
    std::thread thread_;
};

}  // namespace bellwether::node
