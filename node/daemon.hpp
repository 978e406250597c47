// Owns everything a node is made of. The order in which the members stand is the order in which they start; they end
// in the opposite one.
#pragma once

#include <optional>

#include <zmq.hpp>

#include "node/config.hpp"
#include "node/config_secret.hpp"
#include "node/directories.hpp"
#include "node/directory_lock.hpp"
#include "node/exit_status.hpp"
#include "node/local_api.hpp"
#include "node/loop.hpp"
#include "node/reload.hpp"
#include "node/service.hpp"
#include "node/store.hpp"
#include "node/transport.hpp"
#include "protocol/setup.hpp"
#include "protocol/state_machine.hpp"

namespace bellwether::node {

class Daemon {
public:
    // Locks and reads the state, commits this life's incarnation, binds. Throws WrongCall or std::runtime_error with a
    // sentence. `config`, of which `self` is a node, and `signals` must outlive the daemon.
    Daemon(const Config& config, const NodeConfig& self, const Directories& directories, bool adopt_voters,
           Signals& signals);

    // Until a signal asks for the end; throws if the disk fails. Anything but `clean`: there was no orderly end, and a
    // part may be stuck, so the process is to end without destroying this.
    [[nodiscard]] ExitStatus run();

private:
    void say_hello(const Directories& directories) const;

    const Config& config_;
    const NodeConfig& self_;
    Signals& signals_;
    Supervisor supervisor_;

    std::optional<KeyPair> own_keys_;  // Until ZeroMQ has them.
    DirectoryLock state_lock_;
    protocol::Time locked_at_;  // The quarantine runs from here.
    protocol::Setup setup_;
    protocol::Durable record_;
    Store store_;

    DirectoryLock run_lock_;
    zmq::context_t context_;
    Transport transport_;
    Reload reload_;
    LocalApi local_api_;
    protocol::StateMachine machine_;
    Loop loop_;
};

}  // namespace bellwether::node
