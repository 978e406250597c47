// control.sock: people and scripts ask, processes that stand for leadership speak, and both are answered. A ROUTER that
// speaks to DEALER and REQ alike.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <zmq.hpp>

#include "node/commanders.hpp"
#include "node/gate.hpp"
#include "node/part_reader.hpp"
#include "node/process_status.hpp"
#include "node/refusals.hpp"
#include "protocol/local_codec.hpp"
#include "protocol/local_messages.hpp"
#include "protocol/session_messages.hpp"

namespace bellwether::node {

class ControlSocket {
public:
    ControlSocket(zmq::context_t& context, Refusals& refusals, Commanders commanders);

    // Once, before bind(). The gate must end before this does.
    void guard_with(Gate& gate);

    // An endpoint, as ZeroMQ writes it. Throws zmq::error_t.
    void bind(const std::string& endpoint) { socket_.bind(endpoint); }

    [[nodiscard]] Doorbell& doorbell() { return reader_.doorbell(); }

    // What is no request is refused at once, with a sentence, and so is a request that changes something, or that
    // begins a session, of whom may only look. True: the cap of a turn was hit.
    [[nodiscard]] bool receive();

    struct Asked {
        std::uint64_t caller{};
        protocol::ControlRequest request;
    };
    // What a process says of its session, or what is wrong with that, or that it may have none.
    using Words = std::variant<protocol::session::FromProcess, protocol::BadRequest, Forbidden>;
    struct Spoken {
        std::uint64_t caller{};
        PeerProcess process;
        Words words;
    };
    using Heard = std::variant<Asked, Spoken>;
    using Sink = std::function<void(Heard&&)>;
    void deliver(const Sink& sink);

    // In the form in which the caller asked. A caller that has gone is not told.
    void reply(std::uint64_t caller, const protocol::Frame& frame);

private:
    void take(std::size_t count);
    void take_words(std::uint64_t caller, const zmq::message_t& payload, Words words);
    void take_request(std::uint64_t caller, const zmq::message_t& payload);
    // Why its sender may not command; nothing if it may.
    [[nodiscard]] std::optional<Forbidden> objection_to(const zmq::message_t& payload);
    void refuse(std::uint64_t caller, std::uint64_t id, std::string_view reason, const std::string& text);
    [[nodiscard]] bool send(std::uint64_t caller, const protocol::Frame& frame);

    zmq::socket_t socket_;
    PartReader reader_;
    Gate* gate_ = nullptr;
    Refusals& refusals_;
    Commanders commanders_;
    std::array<zmq::message_t, 3> parts_;
    std::vector<Heard> heard_;
};

}  // namespace bellwether::node
