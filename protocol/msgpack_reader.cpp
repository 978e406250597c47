#include "protocol/msgpack_reader.hpp"

namespace bellwether::protocol {

void MsgpackReader::fail(DecodeError error) {
    if (ok()) error_ = error;
}

std::uint64_t MsgpackReader::number(std::uint64_t max) {
    const Head next = head();
    if (next.kind == Kind::negative) {
        fail(DecodeError::out_of_range);
    } else if (next.kind != Kind::number) {
        fail(DecodeError::kind);
    } else if (next.value > max) {
        fail(DecodeError::out_of_range);
    }
    return ok() ? next.value : 0;
}

bool MsgpackReader::boolean() { return expect(Kind::boolean) != 0; }

std::string_view MsgpackReader::text(std::size_t max) {
    const std::uint64_t size = expect(Kind::text);
    if (size > max) fail(DecodeError::limit);
    const auto bytes = take(size);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const std::byte> MsgpackReader::binary(std::size_t max) {
    const std::uint64_t size = expect(Kind::binary);
    if (size > max) fail(DecodeError::limit);
    return take(size);
}

// Goes down one call a level, so max_depth bounds the stack.
void MsgpackReader::skip() {
    const Head next = head();
    switch (next.kind) {
        case Kind::text:
        case Kind::binary:
        case Kind::extension: (void)take(next.value); break;
        case Kind::array: inside(next.value, [] {}); break;
        case Kind::map: inside(2 * next.value, [] {}); break;
        case Kind::nil:
        case Kind::boolean:
        case Kind::number:
        case Kind::negative: break;
    }
}

MsgpackReader::Head MsgpackReader::head() {
    if (left_ == 0) fail(DecodeError::missing);
    const auto first = static_cast<std::uint8_t>(big_endian(1));
    if (!ok()) return {};
    --left_;
    const Head next = head_of(first);
    return ok() ? next : Head{};
}

std::span<const std::byte> MsgpackReader::take(std::uint64_t bytes) {
    if (bytes > rest_.size()) fail(DecodeError::not_msgpack);
    if (!ok()) return {};
    const auto taken = rest_.first(bytes);
    rest_ = rest_.subspan(bytes);
    return taken;
}

std::uint64_t MsgpackReader::expect(Kind kind) {
    const Head next = head();
    if (next.kind != kind) fail(DecodeError::kind);
    return ok() ? next.value : 0;
}

std::uint64_t MsgpackReader::big_endian(std::size_t bytes) {
    std::uint64_t number = 0;
    for (const std::byte byte : take(bytes)) {
        number = number << 8U | std::to_integer<std::uint64_t>(byte);
    }
    return number;
}

// The first byte as the msgpack specification lists it.
MsgpackReader::Head MsgpackReader::head_of(std::uint8_t first) {
    if (first <= 0x7f) return {Kind::number, first};
    if (first <= 0x8f) return counted(Kind::map, first & 0x0fU);
    if (first <= 0x9f) return counted(Kind::array, first & 0x0fU);
    if (first <= 0xbf) return counted(Kind::text, first & 0x1fU);
    if (first >= 0xe0) return {Kind::negative, ~std::uint64_t{0xff} | first};

    const auto among = [&](unsigned from, unsigned to) { return from <= first && first <= to; };
    // Codes of 1, 2, 4, 8... bytes follow each other.
    const auto bytes = [&](unsigned code_of_one) { return std::size_t{1} << (first - code_of_one); };
    if (first == 0xc0) return {Kind::nil, 0};
    if (among(0xc2, 0xc3)) return {Kind::boolean, first & 1U};
    if (among(0xc4, 0xc6)) return counted(Kind::binary, big_endian(bytes(0xc4)));
    if (among(0xc7, 0xc9)) return counted(Kind::extension, big_endian(bytes(0xc7)) + 1);  // Its type is a byte more.
    if (among(0xcc, 0xcf)) return {Kind::number, big_endian(bytes(0xcc))};
    if (among(0xd0, 0xd3)) return integer(bytes(0xd0));
    if (among(0xd4, 0xd8)) return counted(Kind::extension, bytes(0xd4) + 1);
    if (among(0xd9, 0xdb)) return counted(Kind::text, big_endian(bytes(0xd9)));
    if (among(0xdc, 0xdd)) return counted(Kind::array, big_endian(2 * bytes(0xdc)));
    if (among(0xde, 0xdf)) return counted(Kind::map, big_endian(2 * bytes(0xde)));
    fail(DecodeError::not_msgpack);  // A float, or the byte that is never used.
    return {};
}

MsgpackReader::Head MsgpackReader::integer(std::size_t bytes) {
    const std::uint64_t bits = big_endian(bytes);
    const std::uint64_t sign = std::uint64_t{1} << (8 * bytes - 1);
    if ((bits & sign) == 0) return {Kind::number, bits};
    return {Kind::negative, bits | ~(sign - 1)};
}

MsgpackReader::Head MsgpackReader::counted(Kind kind, std::uint64_t count) {
    const std::uint64_t at_least = kind == Kind::map ? 2 * count : count;
    if (at_least > rest_.size()) fail(DecodeError::not_msgpack);
    return {kind, count};
}

}  // namespace bellwether::protocol
