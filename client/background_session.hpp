// A session that is attended to by a thread of its own, for programs without an event loop.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <thread>

#include <zmq.hpp>

#include "client/bell.hpp"
#include "client/session.hpp"

namespace bellwether::client {

// Any thread may call it, the callback too.
class BackgroundSession {
public:
    // Called in the session's thread, one event after another. While it works nothing is extended, so it should only
    // tell others; it must not throw.
    using Callback = std::function<void(const SessionEvent&)>;

    // Throws as a Session does.
    BackgroundSession(const std::filesystem::path& run_dir, protocol::session::Campaign campaign, Callback callback);
    ~BackgroundSession();  // Resigns, and waits for a callback that is under way.
    BackgroundSession(const BackgroundSession&) = delete;
    BackgroundSession& operator=(const BackgroundSession&) = delete;

    [[nodiscard]] Guard guard() const { return guard_; }

    // As Session's; done by its thread, soon. Without effect if it acts with another token by then.
    void revoked(protocol::Token token);
    // The same for whatever it acts with.
    void resign() { ask(resign_); }

private:
    void ask(std::atomic<bool>& wish);
    void attend();

    zmq::context_t context_;
    Session session_;
    Guard guard_;
    Callback callback_;
    std::atomic<std::uint64_t> revoked_{0};  // The highest token that was given up: they only grow.
    std::atomic<bool> resign_{false};
    std::atomic<bool> done_{false};
    Bell bell_;
    std::thread thread_;
};

}  // namespace bellwether::client
