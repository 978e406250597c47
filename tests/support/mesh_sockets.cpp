#include "tests/support/mesh_sockets.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bellwether::testing {

namespace {

bool is_free(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
    close(fd);
    return bound;
}

}  // namespace

std::uint16_t free_port() {
    // Below the ports that connections are made from, and from a place of our own, as tests run side by side.
    constexpr int first = 10'000;
    constexpr int count = 20'000;
    static int next = static_cast<int>(std::random_device{}() % count);
    for (;;) {
        const auto port = static_cast<std::uint16_t>(first + next++ % count);
        if (is_free(port)) return port;
    }
}

node::Config mesh_of(int voters) {
    node::Config config;
    config.cluster = "test";
    for (int i = 1; i <= voters; ++i) {
        node::NodeConfig node;
        node.name = "n" + std::to_string(i);
        node.id = protocol::NodeId{static_cast<std::uint16_t>(i)};
        node.heartbeat = {"127.0.0.1", free_port()};
        node.vote = {"127.0.0.1", free_port()};
        config.nodes.push_back(node);
    }
    return config;
}

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        (void)poll(nullptr, 0, 1);
    }
    return true;
}

std::size_t open_descriptors(pid_t pid) {
    const std::filesystem::directory_iterator directory{"/proc/" + std::to_string(pid) + "/fd"};
    return static_cast<std::size_t>(std::distance(begin(directory), end(directory)));
}

std::size_t resident_mb() {
    std::ifstream statm{"/proc/self/statm"};
    std::size_t total = 0;
    std::size_t resident = 0;
    statm >> total >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) >> 20U;
}

std::vector<protocol::Event> take(node::Transport& transport) {
    std::vector<protocol::Event> events;
    transport.receive();
    (void)transport.deliver([&](const protocol::Event& event) { events.push_back(event); });
    return events;
}

std::uint64_t value_of(const std::vector<protocol::Counter>& counters, std::string_view name) {
    const auto found = std::find_if(counters.begin(), counters.end(),
                                    [&](const protocol::Counter& counter) { return counter.name == name; });
    return found == counters.end() ? 0 : found->value;
}

}  // namespace bellwether::testing
