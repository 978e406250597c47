// Where a node can be reached: tcp://host:port, read strictly.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "node/config_mistake.hpp"

namespace bellwether::node {

struct Endpoint {
    std::string host;  // An IPv4 or IPv6 address, the latter without brackets and in its shortest form, or a host name
                       // in lower case.
    std::uint16_t port{};

    [[nodiscard]] bool is_ipv6() const { return host.find(':') != std::string::npos; }
    // As ZeroMQ wants it: "tcp://10.0.0.1:7101", "tcp://[::1]:7101".
    [[nodiscard]] std::string str() const;
    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// One that others can connect to: neither a wildcard nor port 0.
[[nodiscard]] std::variant<Endpoint, Refusal> parse_endpoint(std::string_view text);

// An address to listen on, "0.0.0.0" and "::" included; ZeroMQ does not listen on a host name.
[[nodiscard]] std::variant<std::string, Refusal> parse_bind(std::string_view text);

// An IPv4 or IPv6 address, as opposed to a host name.
[[nodiscard]] bool is_address(std::string_view host);

// Reached from this host only. A host name other than localhost counts as open: nobody knows what it will mean.
[[nodiscard]] bool is_loopback(std::string_view host);

}  // namespace bellwether::node
