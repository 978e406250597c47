#include "node/control_socket.hpp"

#include <utility>

#include "node/routing_id.hpp"
#include "protocol/session_codec.hpp"

namespace bellwether::node {
namespace {

constexpr int requests_per_turn = 16;  // Each is a step of the machine, and the mesh waits meanwhile.
constexpr std::size_t frame_overhead = 9 + 2;  // Of the empty part that a REQ begins with, too.
// What may wait in the kernel and in half a message. As empty parts it takes 32 times as much memory.
constexpr std::int64_t unaccounted_request_bytes = std::int64_t{1} << 20U;
constexpr std::string_view who = "control.sock";

// A caller is its routing id and, above it, whether it is a REQ, whose messages begin with an empty part.
constexpr std::uint64_t asked_as_req = std::uint64_t{1} << 32U;

}  // namespace

ControlSocket::ControlSocket(zmq::context_t& context, Refusals& refusals, Commanders commanders)
    : socket_{context, zmq::socket_type::router},
      reader_{socket_},
      refusals_{refusals},
      commanders_{std::move(commanders)} {
    socket_.set(zmq::sockopt::linger, 100);  // The answer to a last request still leaves when the daemon ends.
    socket_.set(zmq::sockopt::sndhwm, 64);
    socket_.set(zmq::sockopt::rcvhwm, 0);  // Why not a limit: socket_options.cpp, `unlimited`.
    socket_.set(zmq::sockopt::maxmsgsize, std::int64_t{64} << 10U);
    socket_.set(zmq::sockopt::backlog, 1024);
    socket_.set(zmq::sockopt::router_mandatory, true);
}

void ControlSocket::guard_with(Gate& gate) {
    gate_ = &gate;
    gate.guard(socket_, {{unaccounted_request_bytes}, max_local_connections}, "control.sock");
}

bool ControlSocket::receive() {
    std::size_t count = 0;
    for (int i = 0; i < requests_per_turn; ++i) {
        const Read read = reader_.read(parts_, count);
        if (read == Read::nothing) return false;
        if (read == Read::message) take(count);
        if (read == Read::too_many) {
            refusals_.report("local_parts_refused", who, "a request of many parts is refused: connection shut");
            gate_->shut(parts_.back());
        }
    }
    return true;
}

void ControlSocket::take(std::size_t count) {
    const zmq::message_t& payload = parts_[count - 1];
    gate_->credit(payload, payload.size() + frame_overhead);
    const auto id = pack_routing_id(parts_.front());
    if (!id || count < 2 || (count == 3 && !parts_[1].empty())) {
        refusals_.report("local_parts_refused", who,
                         "a client must send one frame, from a DEALER or REQ without a routing id of its own");
        return;
    }
    const std::uint64_t caller = *id | (count == 3 ? asked_as_req : 0);
    const std::span frame{payload.data<std::byte>(), payload.size()};
    if (auto words = protocol::session::decode_from_process(frame)) {
        std::visit([&](auto& each) { take_words(caller, payload, std::move(each)); }, *words);
    } else {
        take_request(caller, payload);
    }
}

// Who may begin a session may say all that belongs to it; without one, nothing that is said means anything.
void ControlSocket::take_words(std::uint64_t caller, const zmq::message_t& payload, Words words) {
    const auto* said = std::get_if<protocol::session::FromProcess>(&words);
    if (said != nullptr && std::holds_alternative<protocol::session::Campaign>(*said)) {
        if (auto objection = objection_to(payload)) words = *std::move(objection);
    }
    heard_.emplace_back(Spoken{caller, sender_of(payload), std::move(words)});
}

void ControlSocket::take_request(std::uint64_t caller, const zmq::message_t& payload) {
    auto decoded = protocol::decode_request({payload.data<std::byte>(), payload.size()});
    if (const auto* bad = std::get_if<protocol::BadRequest>(&decoded)) {
        refusals_.report("requests_refused", who, bad->text);
        return refuse(caller, bad->id, "bad_request", bad->text);
    }
    auto& request = std::get<protocol::ControlRequest>(decoded);
    if (request.type != "status") {
        if (const auto objection = objection_to(payload)) {
            return refuse(caller, request.id, "forbidden", objection->text);
        }
    }
    heard_.emplace_back(Asked{caller, std::move(request)});
}

std::optional<Forbidden> ControlSocket::objection_to(const zmq::message_t& payload) {
    const PeerProcess sender = sender_of(payload);
    if (commanders_.include(sender, [&] { return groups_of_sender(payload); })) return std::nullopt;
    Forbidden objection = commanders_.objection_to(sender);
    refusals_.report("commands_forbidden", who, objection.text);
    return objection;
}

void ControlSocket::refuse(std::uint64_t caller, std::uint64_t id, std::string_view reason, const std::string& text) {
    reply(caller, protocol::encode_reply({.id = id, .done = false, .reason = std::string{reason}, .text = text}));
}

void ControlSocket::deliver(const Sink& sink) {
    for (Heard& each : heard_) sink(std::move(each));
    heard_.clear();
}

void ControlSocket::reply(std::uint64_t caller, const protocol::Frame& frame) {
    if (!send(caller, frame)) refusals_.count("replies_dropped");
}

bool ControlSocket::send(std::uint64_t caller, const protocol::Frame& frame) {
    constexpr auto now = zmq::send_flags::dontwait;
    const RoutingId id = unpack_routing_id(static_cast<std::uint32_t>(caller));
    reader_.touch();
    try {
        if (!socket_.send(zmq::buffer(id), zmq::send_flags::sndmore | now)) return false;
        if ((caller & asked_as_req) != 0) (void)socket_.send(zmq::message_t{}, zmq::send_flags::sndmore | now);
        return socket_.send(zmq::buffer(frame), now).has_value();
    } catch (const zmq::error_t&) {
        return false;
    }
}

}  // namespace bellwether::node
