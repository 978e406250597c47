#include "node/local_api.hpp"

#include <stdexcept>
#include <utility>

#include <unistd.h>

#include "node/announcer.hpp"
#include "node/control_socket.hpp"
#include "node/gate.hpp"
#include "node/intake.hpp"
#include "node/refusals.hpp"
#include "node/run_directory.hpp"
#include "protocol/run_directory.hpp"

namespace bellwether::node {
namespace {

void bind_ipc(auto& socket, const RunDirectory& directory, std::string_view name) {
    const std::filesystem::path path = directory.socket(name);
    try {
        const NarrowUmask umask;
        socket.bind("ipc://" + path.string());
    } catch (const zmq::error_t& error) {
        throw std::runtime_error{"cannot listen on " + path.string() + ": " + error.what()};
    }
    directory.admit(path);
}

void bind_loopback(Announcer& announcer, const Endpoint& endpoint) {
    try {
        announcer.bind(endpoint.str());
    } catch (const zmq::error_t& error) {
        throw std::runtime_error{"cannot listen on " + endpoint.str() + " for the leader topic: " + error.what()};
    }
}

}  // namespace

class LocalApi::Impl {
public:
    Impl(zmq::context_t& context, const Config& config, const std::filesystem::path& run_dir)
        : announcer_{context, refusals_},
          directory_{run_dir, config.local},
          control_{context, refusals_, {::geteuid(), directory_.group(), config.local.group}},
          gate_{context, refusals_, Strangers::processes} {
        announcer_.guard_with(gate_);
        control_.guard_with(gate_);
        bind_ipc(announcer_, directory_, protocol::leader_socket);
        bind_ipc(control_, directory_, protocol::control_socket);
        if (config.local.tcp) bind_loopback(announcer_, *config.local.tcp);
        gate_.start();
    }

    void watch_with(Poller& poller) {
        poller.watch(announcer_.doorbell());
        poller.watch(waiting_bell());
        poller.watch(control_.doorbell());
    }

    void receive() {
        if (announcer_.receive()) more_ = true;
        if (control_.receive()) more_ = true;
    }

    bool deliver(const EventSink& events, const ControlSocket::Sink& control) {
        announcer_.deliver(events);
        control_.deliver(control);
        return std::exchange(more_, false) || announcer_.has_newcomers();
    }

    void announce(const protocol::Announcement& announcement) { announcer_.announce(announcement); }
    void reply(std::uint64_t caller, const protocol::Frame& frame) { control_.reply(caller, frame); }

    [[nodiscard]] std::vector<protocol::Counter> counters() const {
        std::vector<protocol::Counter> counters;
        refusals_.append_counters(counters);
        counters.push_back({"local_topics", announcer_.prefixes()});
        return counters;
    }

private:
    Refusals refusals_{"commands_forbidden",  "local_connections_shut", "local_handshakes_refused",
                       "local_parts_refused", "local_subscribers_shut", "replies_dropped",
                       "requests_refused"};
    Announcer announcer_;
    RunDirectory directory_;
    ControlSocket control_;
    Gate gate_;  // Ends before the sockets that it watches.
    bool more_ = false;
};

LocalApi::LocalApi(zmq::context_t& context, const Config& config, const std::filesystem::path& run_dir)
    : impl_{std::make_unique<Impl>(context, config, run_dir)} {}
LocalApi::~LocalApi() = default;

void LocalApi::watch_with(Poller& poller) { impl_->watch_with(poller); }
void LocalApi::receive() { impl_->receive(); }
bool LocalApi::deliver(const EventSink& events, const ControlSocket::Sink& control) {
    return impl_->deliver(events, control);
}
void LocalApi::announce(const protocol::Announcement& announcement) { impl_->announce(announcement); }
void LocalApi::reply(std::uint64_t caller, const protocol::Frame& frame) { impl_->reply(caller, frame); }
std::vector<protocol::Counter> LocalApi::counters() const { return impl_->counters(); }

}  // namespace bellwether::node
