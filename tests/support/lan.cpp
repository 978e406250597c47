#include "tests/support/lan.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "tests/support/child_process.hpp"

namespace bellwether::testing {

namespace {

constexpr const char* ip = "/sbin/ip";

// Without a name, so that nobody has to clear it away.
node::Descriptor new_network() {
    node::Descriptor network;
    int error = 0;
    // Only that thread moves there.
    std::thread{[&] {
        if (::unshare(CLONE_NEWNET) == 0) {
            network = node::Descriptor{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)};
        }
        error = errno;
    }}.join();
    if (!network) throw std::runtime_error{std::string{"no network namespace: "} + std::strerror(error)};
    return network;
}

// `ip WORDS` there.
void order(const node::Descriptor& network, const std::string& words) {
    Launch launch{.program = ip, .network = network.get()};
    std::istringstream stream{words};
    for (std::string word; stream >> word;) launch.arguments.push_back(word);
    const Finished finished = run(launch);
    if (finished.status != 0) throw std::runtime_error{"ip " + words + ": " + finished.output + finished.errors};
}

std::string port_of(std::size_t host) { return "port" + std::to_string(host); }

}  // namespace

bool Lan::can_be_made() { return ::geteuid() == 0 && std::filesystem::exists(ip); }

Lan::Lan(std::size_t hosts) : switch_{new_network()} {
    order(switch_, "link add switch type bridge forward_delay 0");
    order(switch_, "link set switch up");
    for (std::size_t host = 0; host < hosts; ++host) {
        hosts_.push_back(new_network());
        connect(host);
    }
}

void Lan::connect(std::size_t host) const {
    const std::string there = "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(network(host));
    order(switch_, "link add " + port_of(host) + " type veth peer name eth0 netns " + there);
    order(switch_, "link set " + port_of(host) + " master switch up");
    order(hosts_[host], "address add " + address(host) + "/24 dev eth0");
    order(hosts_[host], "link set lo up");
    order(hosts_[host], "link set eth0 up");
}

void Lan::set_port(std::size_t host, const std::string& state) const {
    order(switch_, "link set " + port_of(host) + ' ' + state);
}

}  // namespace bellwether::testing
