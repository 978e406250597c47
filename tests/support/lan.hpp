// Hosts on a network of their own: each is a network namespace of the kernel, with a cable to one switch, which can be
// pulled. Whoever is pulled off hears nothing any more, not even that connections have ended, as with a real cable.
//
// Files, processes and local sockets stay shared. It all goes away with the last process that lives in it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "node/descriptor.hpp"

namespace bellwether::testing {

class Lan {
public:
    // Takes root and iproute2.
    [[nodiscard]] static bool can_be_made();

    // Throws std::runtime_error.
    explicit Lan(std::size_t hosts);

    [[nodiscard]] std::string address(std::size_t host) const { return "10.77.0." + std::to_string(host + 1); }
    // To live in, for Launch::network.
    [[nodiscard]] int network(std::size_t host) const { return hosts_.at(host).get(); }

    void unplug(std::size_t host) const { set_port(host, "down"); }
    void plug_in(std::size_t host) const { set_port(host, "up"); }

private:
    void connect(std::size_t host) const;
    void set_port(std::size_t host, const std::string& state) const;

    node::Descriptor switch_;
    std::vector<node::Descriptor> hosts_;
};

}  // namespace bellwether::testing
