#include "node/config_endpoint.hpp"

#include <arpa/inet.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace bellwether::node {

namespace {

constexpr std::string_view scheme = "tcp://";
constexpr std::size_t longest_host_name = 253;

std::optional<std::string> canonical(int family, std::string_view host) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    if (inet_pton(family, std::string{host}.c_str(), address.data()) != 1) {
        return std::nullopt;
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    return inet_ntop(family, address.data(), text.data(), text.size());
}

bool is_host_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
}

// One whose last label is a number would be a misspelt address.
bool is_host_name(std::string_view host) {
    if (host.empty() || host.size() > longest_host_name || host.front() == '.' || host.front() == '-') {
        return false;
    }
    const std::string_view last_label =
        host.substr(host.rfind('.') == std::string_view::npos ? 0 : host.rfind('.') + 1);
    const bool numeric = std::all_of(last_label.begin(), last_label.end(), [](char c) { return c >= '0' && c <= '9'; });
    return !numeric && std::all_of(host.begin(), host.end(), is_host_name_character);
}

// The resolver does not tell DB1 and db1 apart, so neither do we.
std::string in_lower_case(std::string_view name) {
    std::string lower{name};
    for (char& c : lower) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return lower;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port{};
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    const bool good = error == std::errc{} && rest == text.data() + text.size() && port != 0;
    return good ? std::optional{port} : std::nullopt;
}

std::optional<std::string> parse_host(std::string_view text) {
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
        return canonical(AF_INET6, text.substr(1, text.size() - 2));
    }
    if (auto address = canonical(AF_INET, text)) {
        return address;
    }
    return is_host_name(text) ? std::optional{in_lower_case(text)} : std::nullopt;
}

bool is_wildcard(std::string_view host) { return host == "0.0.0.0" || host == "::"; }

// ZeroMQ's own "*" included.
std::optional<std::string> parse_host_or_wildcard(std::string_view text) {
    return text == "*" ? std::optional<std::string>{"0.0.0.0"} : parse_host(text);
}

}  // namespace

std::string Endpoint::str() const {
    return std::string{scheme} + (is_ipv6() ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::variant<Endpoint, Refusal> parse_endpoint(std::string_view text) {
    if (!text.starts_with(scheme)) {
        return Refusal{"does not begin with tcp://, as in \"tcp://10.0.0.1:7101\""};
    }
    const std::string_view address = text.substr(scheme.size());
    const std::size_t colon = address.rfind(':');
    if (colon == std::string_view::npos || address.ends_with(']')) {
        return Refusal{"has no port, as in \"tcp://10.0.0.1:7101\""};
    }
    auto host = parse_host_or_wildcard(address.substr(0, colon));
    if (!host) {
        return Refusal{"has no IPv4 address, IPv6 address in brackets or host name before the port"};
    }
    if (is_wildcard(*host)) {
        return Refusal{"is no address to connect to: write the one peers use here, and bind = \"0.0.0.0\" beside it"};
    }
    const auto port = parse_port(address.substr(colon + 1));
    if (!port) {
        return Refusal{"needs a port from 1 to 65535"};
    }
    return Endpoint{std::move(*host), *port};
}

std::variant<std::string, Refusal> parse_bind(std::string_view text) {
    const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
    const std::string_view bare = bracketed ? text.substr(1, text.size() - 2) : text;
    for (const int family : {AF_INET, AF_INET6}) {
        if (auto address = canonical(family, bare); address && (family == AF_INET6 || !bracketed)) {
            return std::move(*address);
        }
    }
    return Refusal{"is not an address to listen on, such as \"0.0.0.0\" or \"::\", without a port"};
}

bool is_address(std::string_view host) { return canonical(AF_INET, host) || canonical(AF_INET6, host); }

bool is_loopback(std::string_view host) {
    return host == "localhost" || host == "::1" || (canonical(AF_INET, host) && host.starts_with("127."));
}

}  // namespace bellwether::node
