#include "node/gate.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "node/intake.hpp"

namespace bellwether::node {
namespace {

int must(int result, const char* what) {
    if (result < 0) throw std::system_error{errno, std::generic_category(), what};
    return result;
}

void watch(int epoll, int fd, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    must(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

using AddressOf = int (*)(int, sockaddr*, socklen_t*);

// Empty if there is none.
std::string address(AddressOf address_of, int fd) {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    if (address_of(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
    return {reinterpret_cast<const char*>(&address), size};
}

// Of both ends; empty if it is no connection any more.
std::string ends_of(int fd) {
    const std::string remote = address(getpeername, fd);
    return remote.empty() ? remote : address(getsockname, fd) + remote;
}

std::string remote_address(int fd) {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return "a stranger";
    if (address.ss_family == AF_UNIX) return "a local process";
    char text[INET6_ADDRSTRLEN] = {};
    const void* bytes = address.ss_family == AF_INET6
                            ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr)
                            : static_cast<const void*>(&reinterpret_cast<const sockaddr_in&>(address).sin_addr);
    inet_ntop(address.ss_family, bytes, text, sizeof(text));
    return text;
}

// libzmq sees the end of the connection and closes it, which the linger of 0 makes a reset: without one the sender
// would be left with a connection that never takes anything again.
bool end(int fd) {
    end_intake(fd);
    const linger reset{.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    return shutdown(fd, SHUT_RDWR) == 0;
}

std::string prefix_of(Strangers strangers) { return strangers == Strangers::processes ? "local_" : ""; }

bool was_refused_by_us(const MonitorEvent& failure) {
    return failure.what == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL && failure.value == greeting_refused;
}

// A local client may connect only to see whether somebody listens.
bool matters(const MonitorEvent& failure, Strangers strangers) {
    return strangers == Strangers::hosts || failure.what != ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL ||
           was_refused_by_us(failure);
}

const char* fault_of(const MonitorEvent& failure) {
    return was_refused_by_us(failure) ? "somebody connected who claims a reserved routing id, or does not speak ZMTP 3"
                                      : "somebody connected who does not speak as is spoken here";
}

int source_of(const zmq::message_t& message) { return zmq_msg_get(message.handle(), ZMQ_SRCFD); }

}  // namespace

Gate::Listener::Listener(zmq::context_t& context, zmq::socket_t& guarded, const Allowance& allowed, std::string name)
    : monitor{context, guarded, ZMQ_EVENT_LISTENING | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | handshake_failures},
      allowance{allowed},
      what{std::move(name)} {}

Gate::Gate(zmq::context_t& context, Refusals& refusals, Strangers strangers, IsGood is_good)
    : context_{context},
      refusals_{refusals},
      strangers_{strangers},
      is_good_{is_good ? std::move(is_good) : [](const Proof&) { return true; }},
      connections_shut_{prefix_of(strangers) + "connections_shut"},
      handshakes_refused_{prefix_of(strangers) + "handshakes_refused"},
      stop_{must(eventfd(0, EFD_CLOEXEC), "eventfd")},
      epoll_{must(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")} {
    watch(epoll_.get(), stop_.get(), EPOLLIN);
    watch(epoll_.get(), full_bell(), EPOLLIN | EPOLLET);
}

Gate::~Gate() {
    if (!thread_.joinable()) return;
    eventfd_write(stop_.get(), 1);
    thread_.join();
}

void Gate::guard(zmq::socket_t& listener, const Allowance& allowance, const std::string& what) {
    assert(!thread_.joinable());
    watch(epoll_.get(), listeners_.emplace_back(context_, listener, allowance, what).monitor.fd(), EPOLLIN);
}

// What is told before is of the listeners, whose connections have their limits from the first byte on then; and a
// monitor's descriptor tells of what comes after a first look.
void Gate::start() {
    for (Listener& listener : listeners_) drain(listener);
    thread_ = std::thread{[this] { run(); }};
}

void Gate::credit(const zmq::message_t& message, std::size_t bytes) {
    const int fd = source_of(message);
    account_for_intake(fd, static_cast<std::int64_t>(bytes));
    const std::lock_guard lock{mutex_};
    for (Listener& listener : listeners_) {
        const auto found = listener.connections.find(fd);
        if (found == listener.connections.end()) continue;
        found->second.known = true;
    }
}

void Gate::shut(const zmq::message_t& message) {
    const int fd = source_of(message);
    const std::lock_guard lock{mutex_};
    for (Listener& listener : listeners_) {
        const auto found = listener.connections.find(fd);
        if (found == listener.connections.end()) continue;
        if (end_if_same(fd, found->second)) refusals_.count(connections_shut_);
        listener.connections.erase(found);
        return;
    }
    if (Early* told = early(fd)) told->shut = true;
}

bool Gate::admits(const zmq::message_t& message, const Proof& proof) {
    if (!is_good_(proof)) {
        shut(message);
        return false;
    }
    const int fd = source_of(message);
    const Maker maker{.sender = proof.sender, .key = std::string{proof.key}};
    const std::lock_guard lock{mutex_};
    for (Listener& listener : listeners_) {
        const auto found = listener.connections.find(fd);
        if (found == listener.connections.end()) continue;
        found->second.maker = maker;
        found->second.known = true;
        return true;
    }
    if (Early* told = early(fd)) told->maker = maker;
    return true;
}

// What is read after the end of its connection is late and not early: then it has no ends any more.
Gate::Early* Gate::early(int fd) {
    const std::string ends = ends_of(fd);
    if (ends.empty()) return nullptr;
    Early& early = early_[fd];
    if (early.ends != ends) early = {.ends = ends, .maker = {}};
    return &early;
}

void Gate::shut_revoked() {
    const std::lock_guard lock{mutex_};
    for (Listener& listener : listeners_) {
        std::erase_if(listener.connections, [&](const auto& entry) {
            const auto& [fd, connection] = entry;
            if (!connection.maker || is_good_(connection.maker->proof())) return false;
            if (end_if_same(fd, connection)) refusals_.count(connections_shut_);
            return true;
        });
    }
}

// Descriptors are used again: another connection's must not be ended, nor that of a listener, which has the address of
// its connections, and ends them without a word to the monitor when it is bound anew.
bool Gate::end_if_same(int fd, const Connection& connection) {
    const std::string ends = ends_of(fd);
    // One that was reset has no ends any more, and still bytes to be read.
    if (ends.empty()) end_intake(fd);
    return !ends.empty() && ends == connection.ends && end(fd);
}

void Gate::run() {
    std::array<epoll_event, 64> events{};
    for (;;) {
        const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
        if (count < 0 && errno != EINTR) return;
        for (int i = 0; i < count; ++i) {
            const int fd = events.at(static_cast<std::size_t>(i)).data.fd;
            if (fd == stop_.get()) return;
            if (fd == full_bell()) shut_full();
            for (Listener& listener : listeners_) {
                if (listener.monitor.fd() == fd) drain(listener);
            }
        }
    }
}

void Gate::shut_full() {
    const std::lock_guard lock{mutex_};
    for (Listener& listener : listeners_) {
        std::erase_if(listener.connections, [&](const auto& entry) {
            const int fd = entry.first;
            if (!is_full(fd)) return false;
            const std::string sender = remote_address(fd);
            (void)end(fd);
            refusals_.report(
                connections_shut_, sender,
                "sends more to the listener for " + listener.what + " than anybody needs to: connection shut");
            return true;
        });
    }
}

void Gate::drain(Listener& listener) {
    while (const auto event = listener.monitor.next()) {
        const int fd = static_cast<int>(event->value);
        if (is_handshake_failure(*event)) {
            if (!matters(*event, strangers_)) continue;
            refusals_.report(handshakes_refused_, "listener for " + listener.what, fault_of(*event));
        } else if (event->what == ZMQ_EVENT_LISTENING) {
            limit_intake_of_listener(fd, listener.allowance.intake);
        } else {
            const std::lock_guard lock{mutex_};
            listener.connections.erase(fd);
            if (event->what == ZMQ_EVENT_ACCEPTED) {
                admit(listener, fd);
                catch_up(listener, fd);
            } else {
                early_.erase(fd);
            }
        }
    }
}

void Gate::catch_up(Listener& listener, int fd) {
    const auto told = early_.extract(fd);
    const auto found = listener.connections.find(fd);
    if (told.empty() || found == listener.connections.end() || told.mapped().ends != found->second.ends) return;
    // The key may have been taken away in the meantime.
    if (told.mapped().shut || !is_good_(told.mapped().maker.proof())) {
        if (end_if_same(fd, found->second)) refusals_.count(connections_shut_);
        listener.connections.erase(found);
    } else {
        found->second.maker = told.mapped().maker;
        found->second.known = true;
    }
}

void Gate::admit(Listener& listener, int fd) {
    const auto newcomer = oldest_newcomer(listener);
    if (listener.connections.size() >= listener.allowance.connections) {
        refusals_.report(connections_shut_, "listener for " + listener.what, "too many connections at once");
        if (!newcomer) {
            (void)end(fd);
            return;
        }
        // Or whoever opens connections and is silent would keep all others out.
        (void)end_if_same(*newcomer, listener.connections.at(*newcomer));
        listener.connections.erase(*newcomer);
    }
    limit_intake(fd, listener.allowance.intake);
    const std::uint64_t number = ++listener.last_number;
    listener.connections.emplace(fd, Connection{.number = number, .ends = ends_of(fd)});
    listener.newcomers.emplace_back(fd, number);
    if (is_full(fd)) ring_full_bell();  // It rang before we knew of the connection.
}

// Of whom nothing good was heard yet.
std::optional<int> Gate::oldest_newcomer(Listener& listener) {
    while (!listener.newcomers.empty()) {
        const auto& [fd, number] = listener.newcomers.front();
        const auto found = listener.connections.find(fd);
        if (found != listener.connections.end() && found->second.number == number && !found->second.known) return fd;
        listener.newcomers.pop_front();
    }
    return std::nullopt;
}

}  // namespace bellwether::node
