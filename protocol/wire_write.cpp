#include <cassert>
#include <span>
#include <string_view>
#include <type_traits>

#include "protocol/codec.hpp"
#include "protocol/params.hpp"
#include "protocol/wire.hpp"

namespace bellwether::protocol::wire {

namespace {

using protocol::put;

template <class Enum>
    requires std::is_enum_v<Enum>
void put(Packer& out, Enum value) {
    out.pack_uint8(static_cast<std::uint8_t>(value));
}

void put(Packer& out, Duration duration) {
    assert(duration >= Duration::zero());
    out.pack_uint64(static_cast<std::uint64_t>(duration.count()));
}

// Declared before the templates that call them: their types live in another namespace, where no later one is found.
void put(Packer& out, const Instance& instance);
void put(Packer& out, const MembershipMark& mark);
void put(Packer& out, const Ack& ack);
void put(Packer& out, const ElectionView& view);

template <class Element>
void put_list(Packer& out, const std::vector<Element>& elements) {
    out.pack_array(static_cast<std::uint32_t>(elements.size()));
    for (const Element& element : elements) put(out, element);
}

void put(Packer& out, const std::vector<Ack>& acks) { put_list(out, acks); }
void put(Packer& out, const std::vector<ElectionView>& views) { put_list(out, views); }

template <class... Fields>
void pack_fields(Packer& out, const Fields&... fields) {
    out.pack_array(sizeof...(Fields));
    (put(out, fields), ...);
}

void put(Packer& out, const Instance& instance) { pack_fields(out, instance.node, instance.incarnation); }

void put(Packer& out, const MembershipMark& mark) { pack_fields(out, mark.generation, mark.phase, mark.voters_hash); }

void put(Packer& out, const Ack& ack) { pack_fields(out, ack.peer, ack.incarnation, ack.heard, ack.ceiling); }

void put(Packer& out, const ElectionView& view) {
    pack_fields(out, view.name, view.stands, view.term, view.heir, view.supports, view.pending, view.voted,
                view.priority, view.eligible, view.holder, view.reason, view.hold_ms, view.metadata_version);
}

std::uint8_t flags_of(const Heartbeat& heartbeat) {
    return static_cast<std::uint8_t>((heartbeat.votes ? votes_bit : 0) | (heartbeat.quarantine ? quarantine_bit : 0) |
                                     (heartbeat.new_state ? new_state_bit : 0) | (heartbeat.leaving ? leaving_bit : 0));
}

// At most max_text_bytes, without half a character at the end.
std::string_view cut(std::string_view text) {
    if (text.size() <= max_text_bytes) return text;
    std::size_t size = max_text_bytes;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80) --size;
    return text.substr(0, size);
}

}  // namespace

void write(Packer& out, std::uint64_t cluster, const Heartbeat& m) {
    assert(m.acks.size() <= max_nodes && m.elections.size() <= max_elections);
    pack_fields(out, wire_version, Type::heartbeat, cluster, m.sender, m.incarnation, m.sent, m.lease, m.membership,
                m.config_hash, flags_of(m), m.floor, m.ceiling, m.largest_promise, m.acks, m.elections);
}

void write(Packer& out, std::uint64_t cluster, const VoteRequest& m) {
    pack_fields(out, wire_version, Type::vote_request, cluster, m.sender, m.incarnation, m.sent, m.request, m.election,
                m.term, m.priority, m.probe);
}

void write(Packer& out, std::uint64_t cluster, const VoteReply& m) {
    pack_fields(out, wire_version, Type::vote_reply, cluster, m.sender, m.request, m.incarnation, m.election, m.term,
                m.verdict, m.ack, m.voter_term, m.retry_after_ms);
}

void write(Packer& out, std::uint64_t cluster, const Transfer& m) {
    pack_fields(out, wire_version, Type::transfer, cluster, m.sender, m.incarnation, m.request, m.election, m.step);
}

void write(Packer& out, std::uint64_t cluster, const Request& m) {
    pack_fields(out, wire_version, Type::request, cluster, m.sender, m.incarnation, m.request, m.election, m.kind,
                m.target, m.hold_ms, m.metadata_version);
}

void write(Packer& out, std::uint64_t cluster, const Response& m) {
    assert(m.reason.size() <= max_reason_bytes && m.metadata.size() <= max_metadata);
    pack_fields(out, wire_version, Type::response, cluster, m.sender, m.request, m.incarnation, m.election, m.done,
                std::string_view{m.reason}, cut(m.text), std::span{m.metadata});
}

}  // namespace bellwether::protocol::wire
