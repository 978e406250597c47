// What writer and reader of frames must agree on. docs/wire.md lists it; neither a code nor a bit is ever reused.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "protocol/messages.hpp"
#include "protocol/msgpack_reader.hpp"
#include "protocol/msgpack_writer.hpp"

namespace bellwether::protocol::wire {

enum class Type : std::uint8_t { heartbeat = 1, vote_request, vote_reply, transfer, request, response };

// The bits of a heartbeat's flags.
inline constexpr std::uint8_t votes_bit = 1;
inline constexpr std::uint8_t quarantine_bit = 2;
inline constexpr std::uint8_t new_state_bit = 4;
inline constexpr std::uint8_t leaving_bit = 8;

// The whole message, envelope included.
void write(Packer& out, std::uint64_t cluster, const Heartbeat& message);
void write(Packer& out, std::uint64_t cluster, const VoteRequest& message);
void write(Packer& out, std::uint64_t cluster, const VoteReply& message);
void write(Packer& out, std::uint64_t cluster, const Transfer& message);
void write(Packer& out, std::uint64_t cluster, const Request& message);
void write(Packer& out, std::uint64_t cluster, const Response& message);

// The fields behind version, type and cluster, sender first. The reader knows what went wrong.
void read(MsgpackReader& in, Heartbeat& message);
void read(MsgpackReader& in, VoteRequest& message);
void read(MsgpackReader& in, VoteReply& message);
void read(MsgpackReader& in, Transfer& message);
void read(MsgpackReader& in, Request& message);
void read(MsgpackReader& in, Response& message);

}  // namespace bellwether::protocol::wire
