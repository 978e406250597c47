// The daemon as a process among others: signals, limits, and the service manager that may have started it.
#pragma once

#include <optional>
#include <string>

#include "node/descriptor.hpp"
#include "protocol/time.hpp"

namespace bellwether::node {

// Files for their owner and group, as many descriptors as we may have, dice that nobody knows, one heap for all
// threads: before the first thread. Throws std::system_error.
void prepare_process();

// From now on nobody gets to see our memory: no core dump, no debugger but root's. Before a secret is read.
void close_memory();

// SIGTERM, SIGINT and SIGHUP as something to poll. Blocks them in this thread, and thereby in all that it starts
// later; SIGPIPE is ignored for good.
class Signals {
public:
    Signals();  // Throws std::system_error.
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    [[nodiscard]] int fd() const { return descriptor_.get(); }
    [[nodiscard]] std::optional<int> take() const;  // The number of a signal that came; nothing if none did.

private:
    Descriptor descriptor_;
};

// systemd's readiness protocol: a datagram a word, lost if nobody listens. Without NOTIFY_SOCKET nothing is sent.
class Supervisor {
public:
    Supervisor();

    void tell(const std::string& words) const;  // "READY=1"

    // How often "WATCHDOG=1" must be told at the latest, half of what the supervisor waits; nothing if it does not.
    [[nodiscard]] std::optional<protocol::Duration> watchdog_interval() const { return watchdog_interval_; }

private:
    std::string address_;
    Descriptor socket_;
    std::optional<protocol::Duration> watchdog_interval_;
};

}  // namespace bellwether::node
