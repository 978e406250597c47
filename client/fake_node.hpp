// A daemon that does as it is told, to test programs that stand for leadership: the two sockets of a node in a
// directory of its own, without a mesh.
//
//     client::FakeNode node{directory};
//     start_my_service(directory);
//     ASSERT_TRUE(node.await<session::Campaign>());
//     node.grant({1001}, 10s);
//     ...
//     node.revoke({1001}, Reason::drain, 2s);
//     ASSERT_TRUE(node.await<session::Revoked>());
//
// It has a thread of its own, which answers what needs no decision: it challenges and lets in whoever campaigns, holds
// the processes that are named to it, tells new subscribers what was last announced, and answers `status` by what it
// has said. Other requests it refuses.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <zmq.hpp>

#include "client/bell.hpp"
#include "protocol/local_codec.hpp"
#include "protocol/session_messages.hpp"
#include "protocol/status.hpp"

namespace bellwether::client {

// Any thread may call it. What it says goes to the session that campaigned last.
class FakeNode {
public:
    // Makes the directory. Throws zmq::error_t if its path is too long for a socket. Two lives of a node in one
    // directory differ in their incarnation.
    explicit FakeNode(const std::filesystem::path& run_dir, protocol::Incarnation incarnation = {1});
    ~FakeNode();
    FakeNode(const FakeNode&) = delete;
    FakeNode& operator=(const FakeNode&) = delete;

    // The first message of this kind, protocol::session::Resign or so, that was not awaited yet; those before it are
    // skipped. Nothing if none comes in time. A Campaign is told once its session has joined.
    template <class Message>
    std::optional<Message> await(std::chrono::milliseconds timeout = std::chrono::seconds{10}) {
        std::unique_lock lock{mutex_};
        const auto deadline = std::chrono::steady_clock::now() + timeout;
        for (;;) {
            while (!heard_.empty()) {
                const auto message = std::move(heard_.front());
                heard_.pop_front();
                if (const auto* wanted = std::get_if<Message>(&message)) return *wanted;
            }
            if (changed_.wait_until(lock, deadline) == std::cv_status::timeout && heard_.empty()) return std::nullopt;
        }
    }

    // What a node says. Deadlines are counted from now.
    void grant(protocol::Token token, protocol::Duration span);
    void extend(protocol::Token token, protocol::Duration span);
    void revoke(protocol::Token token, protocol::Reason reason, protocol::Duration span);
    void refuse(const std::string& reason, const std::string& text = "");
    void say(const protocol::session::FromNode& message);

    // To the session, and on leader.sock to who has subscribed to its election and who will. Its order is set here.
    void announce(protocol::Announcement announcement);

    // From now on those who campaign get this answer; "" lets them in again.
    void turn_away(const std::string& reason);

private:
    using Parts = std::vector<protocol::Frame>;

    void serve();
    void serve_process();
    void serve_request(Parts parts);
    void serve_subscriber();
    void answer(const protocol::session::FromProcess& message);
    void note(const protocol::session::FromNode& said);
    [[nodiscard]] protocol::Status status() const;
    [[nodiscard]] protocol::ElectionStatus status_of_election() const;
    void send_queued();
    void queue(bool to_subscribers, Parts parts);

    zmq::context_t context_;
    zmq::socket_t leader_{context_, zmq::socket_type::xpub};
    zmq::socket_t control_{context_, zmq::socket_type::router};
    const protocol::Incarnation incarnation_;
    const std::string name_;  // Of the directory.

    std::mutex mutex_;  // Of what follows.
    std::condition_variable changed_;
    std::deque<protocol::session::FromProcess> heard_;
    std::deque<std::pair<bool, Parts>> queued_;
    std::map<std::string, protocol::Frame> announced_;  // By topic.
    std::optional<protocol::session::Campaign> joining_;
    std::optional<protocol::ElectionName> stands_in_;  // The session.
    std::optional<protocol::session::Granted> granted_;  // What it holds.
    bool revoking_{};
    protocol::Frame session_;  // Where it is reached.
    std::uint64_t sessions_{};
    std::uint64_t announcements_{};
    std::string turned_away_;
    bool done_{};

    Bell bell_;
    std::thread thread_;
};

}  // namespace bellwether::client
