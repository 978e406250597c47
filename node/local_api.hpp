// The sockets for local processes in the run directory: leader.sock (XPUB, announcements, state first) and
// control.sock (ROUTER, people, scripts and sessions). Used from the loop's thread only.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <zmq.hpp>

#include "node/config.hpp"
#include "node/control_socket.hpp"
#include "node/poller.hpp"
#include "node/transport.hpp"
#include "protocol/local_codec.hpp"
#include "protocol/local_messages.hpp"

namespace bellwether::node {

class LocalApi {
public:
    // Makes `run_dir` (mode 0750, group of the config) and binds in it with the umask set; throws
    // std::runtime_error with a sentence that names the path.
    LocalApi(zmq::context_t& context, const Config& config, const std::filesystem::path& run_dir);
    ~LocalApi();
    LocalApi(const LocalApi&) = delete;
    LocalApi& operator=(const LocalApi&) = delete;

    // All its descriptors, for the life of both.
    void watch_with(Poller& poller);

    // Drains subscriptions and control requests, a cap a turn. A new subscriber is sent the state of every election
    // that its prefix matches at once, on leader/ and view/ alike.
    void receive();

    // `events` gets Believed whenever a valid_until was handed to a subscriber of leader/...; `control` each good
    // request, and what sessions say, with the number to answer it by. Bad requests have been refused already. True:
    // there is more to read.
    bool deliver(const EventSink& events, const ControlSocket::Sink& control);

    void announce(const protocol::Announcement& announcement);
    void reply(std::uint64_t caller, const protocol::Frame& frame);

    [[nodiscard]] std::vector<protocol::Counter> counters() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bellwether::node
