// Stands on the wire between two that speak over TCP: hands on what it gets, keeps a copy, and may change it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "node/descriptor.hpp"

namespace bellwether::testing {

class Relay {
public:
    // Changes what a client has sent; `before` says how many bytes of this connection came earlier.
    using Change = std::function<void(std::string& bytes, std::size_t before)>;

    // To that port of loopback.
    explicit Relay(std::uint16_t target, Change change = {});
    ~Relay();
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    [[nodiscard]] std::string endpoint() const { return "tcp://127.0.0.1:" + std::to_string(port_); }

    // All that the clients have sent so far, and all that they were sent.
    [[nodiscard]] std::string said() const;
    [[nodiscard]] std::string answered() const;

private:
    struct Wire {
        node::Descriptor client;
        node::Descriptor server;
        std::size_t said{};
        bool broken{};
    };

    void run();
    void accept();
    void carry(Wire& wire, bool from_client);

    std::uint16_t target_;
    std::uint16_t port_{};
    Change change_;
    node::Descriptor listener_;
    node::Descriptor stop_;
    std::list<Wire> wires_;
    mutable std::mutex mutex_;
    std::string said_;
    std::string answered_;
    std::thread thread_;
};

}  // namespace bellwether::testing
