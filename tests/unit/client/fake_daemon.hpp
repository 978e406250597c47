// The two sockets of a daemon in a directory of its own, and a hand to move them.
#pragma once

#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

#include <zmq.hpp>

#include "protocol/local_codec.hpp"

namespace bellwether::client {

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        std::string pattern = "/tmp/bellwether-test.XXXXXX";
        path_ = ::mkdtemp(pattern.data());
    }
    ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

// Of a test in real time on a machine that is busy with others.
inline constexpr int patience_ms = 10'000;

class FakeDaemon {
public:
    explicit FakeDaemon(const std::filesystem::path& run_dir) {
        std::filesystem::create_directories(run_dir);
        leader_.set(zmq::sockopt::linger, 0);
        control_.set(zmq::sockopt::linger, 0);
        leader_.bind("ipc://" + (run_dir / "leader.sock").string());
        control_.bind("ipc://" + (run_dir / "control.sock").string());
    }

    // The prefix that somebody subscribes to; "" if nobody does in time.
    std::string await_subscriber() {
        leader_.set(zmq::sockopt::rcvtimeo, patience_ms);
        zmq::message_t frame;
        while (leader_.recv(frame)) {
            const std::string text = frame.to_string();
            if (text.starts_with('\x01')) return text.substr(1);
        }
        return "";
    }

    void publish(const std::string& topic, const protocol::Frame& body) {
        leader_.send(zmq::buffer(topic), zmq::send_flags::sndmore);
        leader_.send(zmq::buffer(body), zmq::send_flags::none);
    }

    // The next request, and the reply that `answer` makes of it.
    template <class Answer>
    bool serve_one(Answer answer) {
        control_.set(zmq::sockopt::rcvtimeo, patience_ms);
        zmq::message_t caller;
        zmq::message_t body;
        if (!control_.recv(caller) || !control_.recv(body)) return false;
        const auto* bytes = static_cast<const std::byte*>(body.data());
        const auto request = protocol::decode_request({bytes, body.size()});
        const protocol::Frame reply = answer(std::get<protocol::ControlRequest>(request));
        control_.send(caller, zmq::send_flags::sndmore);
        control_.send(zmq::buffer(reply), zmq::send_flags::none);
        return true;
    }

    // Takes the next request and says nothing.
    bool swallow_one() {
        control_.set(zmq::sockopt::rcvtimeo, patience_ms);
        zmq::message_t part;
        return control_.recv(part) && control_.recv(part);
    }

private:
    zmq::context_t context_;
    zmq::socket_t leader_{context_, zmq::socket_type::xpub};
    zmq::socket_t control_{context_, zmq::socket_type::router};
};

}  // namespace bellwether::client
