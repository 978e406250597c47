// A whole daemon in this process, the only voter of its mesh: it leads as soon as its quarantine is over.
#pragma once

#include <csignal>
#include <future>
#include <optional>

#include <unistd.h>
#include <zmq.hpp>

#include "node/config.hpp"
#include "node/daemon.hpp"
#include "node/directories.hpp"
#include "node/service.hpp"
#include "protocol/local_codec.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::testing {

class LoneDaemon {
public:
    LoneDaemon();

    // Of the daemons that are started after a change.
    [[nodiscard]] node::Directories& directories() { return directories_; }
    [[nodiscard]] const std::filesystem::path& base() const { return base_.path(); }

    [[nodiscard]] node::Daemon start() { return {config_, *config_.find("alpha"), directories_, false, signals_}; }

    // Runs one as long as `life` takes, then asks it to end as a service manager would.
    template <class Life>
    [[nodiscard]] node::ExitStatus status_after(const Life& life) {
        node::Daemon daemon = start();
        std::future<node::ExitStatus> status = std::async(std::launch::async, [&] { return daemon.run(); });
        life();
        ::kill(::getpid(), SIGTERM);
        return status.get();
    }

    // What leader.sock says once it leads; nothing within some seconds if it never does.
    [[nodiscard]] std::optional<protocol::Announcement> leadership();

    // The body of the reply on control.sock; empty within some seconds if there is none.
    [[nodiscard]] protocol::Frame reply_to(const protocol::ControlRequest& request);

private:
    TemporaryDirectory base_;
    node::Signals signals_;
    node::Config config_;
    node::Directories directories_;
    zmq::context_t client_;
};

}  // namespace bellwether::testing
