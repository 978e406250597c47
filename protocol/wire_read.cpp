#include <chrono>
#include <cstdint>

#include "protocol/codec.hpp"
#include "protocol/metadata.hpp"
#include "protocol/params.hpp"
#include "protocol/wire.hpp"

namespace bellwether::protocol::wire {

namespace {

constexpr std::uint64_t any = UINT64_MAX;

std::uint16_t number16(MsgpackReader& in, std::uint16_t max) { return static_cast<std::uint16_t>(in.number(max)); }

std::uint32_t number32(MsgpackReader& in, std::uint64_t max = UINT32_MAX) {
    return static_cast<std::uint32_t>(in.number(max));
}

NodeId node_or_nobody(MsgpackReader& in) { return {number16(in, UINT16_MAX)}; }

NodeId node(MsgpackReader& in) {
    const NodeId id = node_or_nobody(in);
    if (id == nobody) in.fail(DecodeError::out_of_range);
    return id;
}

Incarnation incarnation(MsgpackReader& in) {
    const Incarnation life{in.number(any)};
    if (life == Incarnation{}) in.fail(DecodeError::out_of_range);
    return life;
}

Sent sent(MsgpackReader& in) { return {in.number(max_sent.value)}; }

Term term(MsgpackReader& in) { return {in.number(max_term.value)}; }

Priority priority(MsgpackReader& in) { return {number16(in, max_priority)}; }

Duration at_most_a_lease(MsgpackReader& in) {
    return Duration{static_cast<std::int64_t>(in.number(static_cast<std::uint64_t>(max_lease.count())))};
}

std::uint32_t hold_ms(MsgpackReader& in) {
    return number32(in, static_cast<std::uint64_t>(max_hold / std::chrono::milliseconds{1}));
}

template <class Enum>
Enum enumerator(MsgpackReader& in, Enum last) {
    return static_cast<Enum>(in.number(static_cast<std::uint64_t>(last)));
}

ElectionName election(MsgpackReader& in) {
    const auto name = ElectionName::parse(in.text(ElectionName::max_size));
    if (!name) in.fail(DecodeError::out_of_range);
    return name.value_or(ElectionName{});
}

// Both or neither: half an instance is nobody's.
Instance instance_or_nobody(MsgpackReader& in) {
    Instance instance;
    in.array([&] {
        instance.node = node_or_nobody(in);
        instance.incarnation = {in.number(any)};
    });
    if ((instance.node == nobody) != (instance.incarnation == Incarnation{})) in.fail(DecodeError::out_of_range);
    return instance;
}

MembershipMark membership(MsgpackReader& in) {
    MembershipMark mark;
    in.array([&] {
        mark.generation = in.number(any);
        mark.phase = static_cast<std::uint8_t>(in.number(UINT8_MAX));
        mark.voters_hash = in.number(any);
    });
    return mark;
}

void read_ack(MsgpackReader& in, Ack& ack) {
    in.array([&] {
        ack.peer = node(in);
        ack.incarnation = incarnation(in);
        ack.heard = sent(in);
        ack.ceiling = term(in);
    });
}

void read_view(MsgpackReader& in, ElectionView& view) {
    in.array([&] {
        view.name = election(in);
        view.stands = enumerator(in, Stands::leading);
        view.term = term(in);
        view.heir = node_or_nobody(in);
        view.supports = instance_or_nobody(in);
        view.pending = in.boolean();
        view.voted = term(in);
        view.priority = priority(in);
        view.eligible = enumerator(in, Eligible::yes);
        view.holder = number16(in, max_holder);
        view.reason = enumerator(in, static_cast<Reason>(reason_count - 1));
        view.hold_ms = hold_ms(in);
        view.metadata_version = number32(in);
    });
}

// Bits that are not known here are left to those who know them.
void read_flags(MsgpackReader& in, Heartbeat& heartbeat) {
    const std::uint64_t flags = in.number(UINT8_MAX);
    heartbeat.votes = (flags & votes_bit) != 0;
    heartbeat.quarantine = (flags & quarantine_bit) != 0;
    heartbeat.new_state = (flags & new_state_bit) != 0;
    heartbeat.leaving = (flags & leaving_bit) != 0;
}

// It is handed on to local processes as it is, so it must be a map that they can read.
void read_metadata(MsgpackReader& in, std::vector<std::uint8_t>& metadata) {
    const auto bytes = in.binary(max_metadata);
    if (!is_metadata(bytes)) in.fail(DecodeError::out_of_range);
    const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
    metadata.assign(first, first + bytes.size());
}

}  // namespace

void read(MsgpackReader& in, Heartbeat& m) {
    m.sender = node(in);
    m.incarnation = incarnation(in);
    m.sent = sent(in);
    m.lease = at_most_a_lease(in);
    m.membership = membership(in);
    m.config_hash = in.number(any);
    read_flags(in, m);
    m.floor = term(in);
    m.ceiling = term(in);
    m.largest_promise = at_most_a_lease(in);
    in.list(m.acks, max_nodes, [&](Ack& ack) { read_ack(in, ack); });
    in.list(m.elections, max_elections, [&](ElectionView& view) { read_view(in, view); });
}

void read(MsgpackReader& in, VoteRequest& m) {
    m.sender = node(in);
    m.incarnation = incarnation(in);
    m.sent = sent(in);
    m.request = in.number(any);
    m.election = election(in);
    m.term = term(in);
    m.priority = priority(in);
    m.probe = in.boolean();
}

void read(MsgpackReader& in, VoteReply& m) {
    m.sender = node(in);
    m.request = in.number(any);
    m.incarnation = incarnation(in);
    m.election = election(in);
    m.term = term(in);
    m.verdict = enumerator(in, static_cast<Verdict>(verdict_count - 1));
    m.ack = sent(in);
    m.voter_term = term(in);
    m.retry_after_ms = number32(in);
}

void read(MsgpackReader& in, Transfer& m) {
    m.sender = node(in);
    m.incarnation = incarnation(in);
    m.request = in.number(any);
    m.election = election(in);
    m.step = enumerator(in, TransferStep::unable);
}

void read(MsgpackReader& in, Request& m) {
    m.sender = node(in);
    m.incarnation = incarnation(in);
    m.request = in.number(any);
    m.election = election(in);
    m.kind = enumerator(in, RequestKind::metadata);
    m.target = node_or_nobody(in);
    m.hold_ms = hold_ms(in);
    m.metadata_version = number32(in);
}

void read(MsgpackReader& in, Response& m) {
    m.sender = node(in);
    m.request = in.number(any);
    m.incarnation = incarnation(in);
    m.election = election(in);
    m.done = in.boolean();
    m.reason = in.text(max_reason_bytes);
    m.text = in.text(max_text_bytes);
    read_metadata(in, m.metadata);
}

}  // namespace bellwether::protocol::wire
