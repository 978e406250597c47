// Keeps strangers from filling our memory and our time: libzmq queues a message of any number of parts until its last
// one has come, and enters every subscription on the thread that uses the socket, for as long as they come. The gate
// says how much of each connection is taken in (node/intake.hpp), and shuts those that send more than the messages
// taken from them, and pings, account for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <zmq.hpp>

#include "node/curve.hpp"
#include "node/descriptor.hpp"
#include "node/intake.hpp"
#include "node/monitor.hpp"
#include "node/refusals.hpp"
#include "protocol/params.hpp"
#include "protocol/types.hpp"

namespace bellwether::node {

// Of a listener for peers: each has one, and the one that broke may still be there.
inline constexpr std::size_t max_mesh_connections = 2 * protocol::max_nodes;
inline constexpr std::size_t max_local_connections = 4096;

// Who may connect to the guarded sockets; what local processes do is counted as local_...
enum class Strangers { hosts, processes };

// What one listener may be asked to hold.
struct Allowance {
    IntakeLimits intake;
    // More would leave no descriptors for others, and without any libzmq aborts. For a new one, the oldest of those
    // that have not said anything good is shut.
    std::size_t connections{};
};

// Whether who connected with this key may speak at this moment. Asked from several threads.
using IsGood = std::function<bool(const Proof& proof)>;

// Has a thread of its own, since a flood keeps those busy that read it. The thread wakes when a connection begins or
// ends, or is full.
class Gate {
public:
    // Without `is_good` nobody needs a key.
    Gate(zmq::context_t& context, Refusals& refusals, Strangers strangers = Strangers::hosts, IsGood is_good = {});
    // Before the guarded sockets end.
    ~Gate();
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;

    // Before start(), and before `listener` is bound. `what`: whom the log says was spoken to.
    void guard(zmq::socket_t& listener, const Allowance& allowance, const std::string& what);

    void start();

    // A good message has been taken from the connection it came from.
    void credit(const zmq::message_t& message, std::size_t bytes);

    // Shuts the connection the message came from; ZeroMQ then frees what it holds for it.
    void shut(const zmq::message_t& message);

    // False: the connection the message came from was made with a key that is not good, or not any more, and is shut.
    [[nodiscard]] bool admits(const zmq::message_t& message, const Proof& proof);
    // Shuts those of which a message has told the key, where that is not good any more. The others are met at their
    // first message.
    void shut_revoked();

private:
    // Who made a connection, and with which key.
    struct Maker {
        protocol::NodeId sender{};
        std::string key;
        [[nodiscard]] Proof proof() const { return {.sender = sender, .key = key}; }
    };
    struct Connection {
        std::optional<Maker> maker;  // Once a message has told.
        bool known{};  // Something good has come from it.
        std::uint64_t number{};  // Of all that were admitted.
        std::string ends;  // Descriptors are reused: by these the connection is known to be still itself.
    };
    struct Listener {
        Listener(zmq::context_t& context, zmq::socket_t& guarded, const Allowance& allowed, std::string name);

        Monitor monitor;
        Allowance allowance;
        std::string what;
        std::map<int, Connection> connections;
        std::deque<std::pair<int, std::uint64_t>>
            newcomers;  // Descriptors and numbers; some have become known or gone.
        std::uint64_t last_number{};
    };

    // What a message told of its connection before the monitor told of the connection.
    struct Early {
        std::string ends;
        Maker maker;
        bool shut{};
    };

    void run();
    void drain(Listener& listener);
    void admit(Listener& listener, int fd);
    void catch_up(Listener& listener, int fd);
    [[nodiscard]] Early* early(int fd);
    [[nodiscard]] static std::optional<int> oldest_newcomer(Listener& listener);
    void shut_full();
    [[nodiscard]] static bool end_if_same(int fd, const Connection& connection);

    zmq::context_t& context_;
    Refusals& refusals_;
    Strangers strangers_;
    IsGood is_good_;
    std::string connections_shut_;
    std::string handshakes_refused_;
    Descriptor stop_;  // eventfd
    Descriptor epoll_;
    std::list<Listener> listeners_;
    std::map<int, Early> early_;
    std::mutex mutex_;  // The connections, and what came early.
    std::thread thread_;
};

}  // namespace bellwether::node
