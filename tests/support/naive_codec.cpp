#include "tests/support/naive_codec.hpp"

#include <msgpack.hpp>
#include <stdexcept>

#include "protocol/codec.hpp"
#include "protocol/metadata.hpp"
#include "protocol/params.hpp"

namespace bellwether::tests {

using namespace protocol;

namespace {

void require(bool holds) {
    if (!holds) throw std::invalid_argument{"refused"};
}

// The elements of an array, one after the other.
class Elements {
public:
    explicit Elements(const msgpack::object& array) : array_{&array} { require(array.type == msgpack::type::ARRAY); }

    const msgpack::object& next() {
        require(at_ < array_->via.array.size);
        return array_->via.array.ptr[at_++];
    }
    std::uint64_t number(std::uint64_t max, std::uint64_t min = 0) {
        const auto number = next().as<std::uint64_t>();
        require(number >= min && number <= max);
        return number;
    }
    template <class Enum>
    Enum enumerator(std::uint64_t last) {
        return static_cast<Enum>(number(last));
    }
    bool boolean() { return next().as<bool>(); }
    std::string text(std::size_t max) {
        const auto& element = next();
        require(element.type == msgpack::type::STR);
        auto text = element.as<std::string>();
        require(text.size() <= max);
        return text;
    }
    NodeId node(std::uint64_t min) { return {static_cast<std::uint16_t>(number(65535, min))}; }
    Incarnation incarnation() { return {number(UINT64_MAX, 1)}; }
    Sent sent() { return {number(std::uint64_t{1} << 62U)}; }
    Term term() { return {number(std::uint64_t{1} << 43U)}; }
    Duration lease() { return Duration{static_cast<std::int64_t>(number(60'000'000'000))}; }
    Priority priority() { return {static_cast<std::uint16_t>(number(1000))}; }
    std::uint32_t hold() { return static_cast<std::uint32_t>(number(86'400'000)); }
    std::uint32_t number32() { return static_cast<std::uint32_t>(number(UINT32_MAX)); }
    ElectionName election() {
        const auto name = ElectionName::parse(text(64));
        require(name.has_value());
        return *name;
    }

private:
    const msgpack::object* array_;
    std::uint32_t at_ = 0;
};

Ack ack_of(const msgpack::object& object) {
    Elements e{object};
    return {.peer = e.node(1), .incarnation = e.incarnation(), .heard = e.sent(), .ceiling = e.term()};
}

Instance instance_of(const msgpack::object& object) {
    Elements e{object};
    const Instance instance{.node = e.node(0), .incarnation{e.number(UINT64_MAX)}};
    require((instance.node.value == 0) == (instance.incarnation.value == 0));
    return instance;
}

MembershipMark membership_of(const msgpack::object& object) {
    Elements e{object};
    return {.generation = e.number(UINT64_MAX),
            .phase = static_cast<std::uint8_t>(e.number(255)),
            .voters_hash = e.number(UINT64_MAX)};
}

ElectionView view_of(const msgpack::object& object) {
    Elements e{object};
    return {.name = e.election(),
            .stands = e.enumerator<Stands>(2),
            .term = e.term(),
            .heir = e.node(0),
            .supports = instance_of(e.next()),
            .pending = e.boolean(),
            .voted = e.term(),
            .priority = e.priority(),
            .eligible = e.enumerator<Eligible>(2),
            .holder = static_cast<std::uint16_t>(e.number(999)),
            .reason = e.enumerator<Reason>(11),
            .hold_ms = e.hold(),
            .metadata_version = e.number32()};
}

template <class Element, class Read>
std::vector<Element> list_of(const msgpack::object& object, const Read& read) {
    require(object.type == msgpack::type::ARRAY && object.via.array.size <= 1024);
    std::vector<Element> elements;
    for (const auto& element : object.via.array) elements.push_back(read(element));
    return elements;
}

Heartbeat heartbeat_of(Elements& e) {
    Heartbeat m{.sender = e.node(1),
                .incarnation = e.incarnation(),
                .sent = e.sent(),
                .lease = e.lease(),
                .membership = membership_of(e.next()),
                .config_hash = e.number(UINT64_MAX)};
    const auto flags = e.number(255);
    m.votes = (flags & 1U) != 0;
    m.quarantine = (flags & 2U) != 0;
    m.new_state = (flags & 4U) != 0;
    m.leaving = (flags & 8U) != 0;
    m.floor = e.term();
    m.ceiling = e.term();
    m.largest_promise = e.lease();
    m.acks = list_of<Ack>(e.next(), ack_of);
    m.elections = list_of<ElectionView>(e.next(), view_of);
    return m;
}

std::vector<std::uint8_t> metadata_of(const msgpack::object& object) {
    require(object.type == msgpack::type::BIN && object.via.bin.size <= max_metadata);
    const auto* first = reinterpret_cast<const std::uint8_t*>(object.via.bin.ptr);
    std::vector<std::uint8_t> metadata(first, first + object.via.bin.size);
    require(is_metadata(std::as_bytes(std::span{metadata})));
    return metadata;
}

// Braces keep the order: the fields are read as they stand.
Message message_of(std::uint64_t type, Elements& e) {
    constexpr std::uint64_t any = UINT64_MAX;
    switch (type) {
        case 1: return heartbeat_of(e);
        case 2:
            return VoteRequest{e.node(1),    e.incarnation(), e.sent(),     e.number(any),
                               e.election(), e.term(),        e.priority(), e.boolean()};
        case 3:
            return VoteReply{e.node(1),    e.number(any), e.incarnation(),
                             e.election(), e.term(),      e.enumerator<Verdict>(8),
                             e.sent(),     e.term(),      e.number32()};
        case 4: return Transfer{e.node(1), e.incarnation(), e.number(any), e.election(), e.enumerator<TransferStep>(2)};
        case 5:
            return Request{e.node(1), e.incarnation(), e.number(any), e.election(), e.enumerator<RequestKind>(1),
                           e.node(0), e.hold(),        e.number32()};
        case 6:
            return Response{e.node(1),   e.number(any), e.incarnation(), e.election(),
                            e.boolean(), e.text(64),    e.text(512),     metadata_of(e.next())};
        default: throw std::invalid_argument{"type"};
    }
}

void refuse_floats(const msgpack::object& object) {
    require(object.type != msgpack::type::FLOAT32 && object.type != msgpack::type::FLOAT64);
    if (object.type == msgpack::type::ARRAY) {
        for (const auto& element : object.via.array) refuse_floats(element);
    }
    if (object.type == msgpack::type::MAP) {
        for (const auto& [key, value] : object.via.map) {
            refuse_floats(key);
            refuse_floats(value);
        }
    }
}

}  // namespace

std::optional<Message> naive_decode(std::span<const std::byte> frame, std::string_view cluster) {
    try {
        std::size_t end = 0;
        constexpr std::size_t most = 256UL * 1024;
        const auto handle = msgpack::unpack(reinterpret_cast<const char*>(frame.data()), frame.size(), end, nullptr,
                                            nullptr, {most, most, most, most, most, max_wire_depth});
        require(end == frame.size());
        refuse_floats(handle.get());
        Elements e{handle.get()};
        require(e.number(UINT64_MAX) == 1);
        const auto type = e.number(UINT64_MAX);
        require(e.number(UINT64_MAX) == fingerprint(cluster));
        require(frame.size() <= (type == 1 ? 256U : 64U) * 1024);
        return message_of(type, e);
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

}  // namespace bellwether::tests
