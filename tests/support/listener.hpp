// Hears what every node of a mesh tells the processes of its host, and when.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <zmq.hpp>

#include "client/watch.hpp"
#include "protocol/local_messages.hpp"
#include "protocol/time.hpp"
#include "tools/chaos/history.hpp"

namespace bellwether::testing {

struct Heard {
    protocol::Time received;  // CLOCK_BOOTTIME.
    protocol::Announcement said;

    // A process of that host could act as the leader, for now.
    [[nodiscard]] bool is_believable() const {
        return said.is_leader && said.valid_until && received < *said.valid_until;
    }
};

struct Record {
    std::vector<Heard> heard;  // In the order in which it came.
    chaos::History history;    // The same, for its checks.

    [[nodiscard]] const Heard* newest_of(const std::string& node, const protocol::ElectionName& election = {}) const;
    [[nodiscard]] std::vector<Heard> since(protocol::Time time) const;

private:
    friend class Listener;
    std::map<std::pair<std::string, protocol::ElectionName>, std::size_t> newest_;
};

// Safe to use from several threads.
class Listener {
public:
    explicit Listener(client::Topic topic) : topic_{topic} {}
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    // From now on, across restarts; the daemon need not run yet.
    void listen_to(const std::filesystem::path& run_dir);

    void mark(const std::string& line);

    [[nodiscard]] Record record() const;

    // Until `holds` says yes, which is asked whenever something was heard; false: it never did.
    [[nodiscard]] bool await(const std::function<bool(const Record&)>& holds, std::chrono::milliseconds span) const;

    // For one more announcement of whomever, or so long.
    void await_next(std::chrono::milliseconds span) const;

private:
    void listen(const std::stop_token& stop, client::Watch watch);
    void hear(const client::News& news);

    client::Topic topic_;
    zmq::context_t context_;
    mutable std::mutex mutex_;
    mutable std::condition_variable heard_;
    Record record_;
    std::vector<std::jthread> threads_;  // Last: they use the others.
};

}  // namespace bellwether::testing
