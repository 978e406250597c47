#include "protocol/codec.hpp"

#include "protocol/msgpack_reader.hpp"
#include "protocol/msgpack_writer.hpp"
#include "protocol/wire.hpp"

namespace bellwether::protocol {

namespace {

// Into what the message already holds where it is of this type, so that its memory is used again.
template <class Fields>
void read_into(MsgpackReader& in, Message& message) {
    if (!std::holds_alternative<Fields>(message)) message.emplace<Fields>();
    wire::read(in, std::get<Fields>(message));
}

void read_fields(MsgpackReader& in, wire::Type type, Message& message) {
    switch (type) {
        case wire::Type::heartbeat: return read_into<Heartbeat>(in, message);
        case wire::Type::vote_request: return read_into<VoteRequest>(in, message);
        case wire::Type::vote_reply: return read_into<VoteReply>(in, message);
        case wire::Type::transfer: return read_into<Transfer>(in, message);
        case wire::Type::request: return read_into<Request>(in, message);
        case wire::Type::response: return read_into<Response>(in, message);
    }
    in.fail(DecodeError::type);
}

void read_message(MsgpackReader& in, std::uint64_t cluster_hash, std::size_t frame_size, Message& message) {
    if (in.number(UINT64_MAX) != wire_version) in.fail(DecodeError::version);
    const std::uint64_t code = in.number(UINT64_MAX);
    if (in.number(UINT64_MAX) != cluster_hash) in.fail(DecodeError::cluster);
    if (code > UINT8_MAX) in.fail(DecodeError::type);
    const auto type = static_cast<wire::Type>(code);
    if (type != wire::Type::heartbeat && frame_size > max_frame) in.fail(DecodeError::limit);
    if (in.ok()) read_fields(in, type, message);
}

}  // namespace

Codec::Codec(std::string_view cluster) : cluster_hash_{fingerprint(cluster)} {}

void Codec::encode(const Message& message, std::vector<std::byte>& frame) const {
    frame.clear();
    FrameStream stream{frame};
    Packer out{stream};
    std::visit([&](const auto& fields) { wire::write(out, cluster_hash_, fields); }, message);
}

void Codec::encode(const Heartbeat& heartbeat, std::vector<std::byte>& frame) const {
    frame.clear();
    FrameStream stream{frame};
    Packer out{stream};
    wire::write(out, cluster_hash_, heartbeat);
}

DecodeError Codec::decode(std::span<const std::byte> frame, Message& message) const {
    if (frame.size() > max_heartbeat_frame) return DecodeError::limit;
    MsgpackReader in{frame, max_wire_depth};
    in.array([&] { read_message(in, cluster_hash_, frame.size(), message); });
    if (!in.at_end()) in.fail(DecodeError::trailing);
    return in.error();
}

NodeId sender_of(const Message& message) {
    return std::visit([](const auto& fields) { return fields.sender; }, message);
}

}  // namespace bellwether::protocol
