#include "node/daemon.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include <unistd.h>

#include <spdlog/spdlog.h>

#include "build_version.hpp"
#include "node/clock.hpp"
#include "node/life.hpp"
#include "node/run_directory.hpp"
#include "node/setup_of_config.hpp"
#include "node/state_directory.hpp"
#include "node/state_file.hpp"

namespace bellwether::node {

namespace {

// Nothing if all is plain text. Before anything is made.
std::optional<KeyPair> read_own_keys(const Config& config, const NodeConfig& self) {
    if (config.security.mode == SecurityMode::off) return std::nullopt;
    close_memory();
    auto read = read_key_pair_of(config, self, ::geteuid());
    if (const auto* refusal = std::get_if<std::string>(&read)) throw WrongCall{*refusal};
    return std::get<KeyPair>(std::move(read));
}

// Commits who we are in this life. Before it returns nothing may be sent.
Store open_store(const Directories& directories, const protocol::Setup& setup, bool adopt_voters,
                 protocol::Durable& record) {
    StateFile file{directories.state};
    record = begin_life(file.content(), setup, adopt_voters);
    file.write(record);
    return Store{std::move(file)};
}

// One I/O thread is enough for a hundred peers. Per peer: two sockets, and a pair for the monitor of each.
zmq::context_t make_context(const Config& config) {
    zmq::context_t context{1};
    const int sockets = 64 + 8 * static_cast<int>(config.nodes.size());
    context.set(zmq::ctxopt::max_sockets, std::max(sockets, 1023));
    context.set(zmq::ctxopt::blocky, false);
    return context;
}

// Before anything in the directory is read.
DirectoryLock lock_state(const std::filesystem::path& directory) {
    make_state_directory(directory);
    return {directory, "state directory"};
}

// Binding takes a socket away from whoever listens there, so another daemon's must not be ours to bind.
DirectoryLock lock_run(const std::filesystem::path& directory, const Local& local) {
    claim_fallback_base(directory, Surroundings::of_this_process());
    const RunDirectory made{directory, local};
    return {directory, "run directory"};
}

}  // namespace

Daemon::Daemon(const Config& config, const NodeConfig& self, const Directories& directories, bool adopt_voters,
               Signals& signals)
    : config_(config),
      self_(self),
      signals_(signals),
      own_keys_(read_own_keys(config, self)),
      state_lock_(lock_state(directories.state)),
      locked_at_(clock_now()),
      setup_(setup_of(config, self)),
      store_(open_store(directories, setup_, adopt_voters, record_)),
      run_lock_(lock_run(directories.run, config.local)),
      context_(make_context(config)),
      transport_(context_, config, self, own_keys_ ? &*own_keys_ : nullptr),
      reload_(config, self, own_keys_ ? own_keys_->public_key : ""),
      local_api_(context_, config, directories.run),
      machine_(setup_, known_to_the_machine(record_, setup_), locked_at_),
      loop_({.setup = setup_,
             .machine = machine_,
             .transport = transport_,
             .local_api = local_api_,
             .store = store_,
             .reload = reload_,
             .signals = signals_,
             .supervisor = supervisor_}) {
    own_keys_.reset();
    say_hello(directories);
}

ExitStatus Daemon::run() {
    supervisor_.tell("READY=1");
    const Loop::End end = loop_.run();
    if (end == Loop::End::forced) return ExitStatus::failure;
    spdlog::info("{} of {} has ended", self_.name, config_.cluster);
    return end == Loop::End::left ? ExitStatus::clean : ExitStatus::failure;
}

void Daemon::say_hello(const Directories& directories) const {
    spdlog::info("bellwetherd {}: {} ({}, {}) of {}, incarnation {}, heartbeat {}, vote {}, state {}, run {}", version,
                 self_.name, self_.id.value, to_string(self_.role), config_.cluster, record_.incarnation.value,
                 self_.is_voter() ? self_.heartbeat.str() : "none", self_.is_voter() ? self_.vote.str() : "none",
                 directories.state.string(), directories.run.string());
}

}  // namespace bellwether::node
