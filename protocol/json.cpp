#include <cstdint>

#include "protocol/local_codec.hpp"
#include "protocol/msgpack_reader.hpp"

namespace bellwether::protocol {

namespace {

using Kind = MsgpackReader::Kind;

constexpr std::size_t max_json_depth = 16;
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD, for what is no character.

std::size_t announced_size(unsigned char first) {
    if (first < 0x80) return 1;
    if (first < 0xc2 || first > 0xf4) return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

// How many bytes the UTF-8 character at the beginning of `text` has; 0 if there is none.
std::size_t character_size(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    const std::size_t size = announced_size(first);
    if (size > text.size()) return 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0U) != 0x80) return 0;
    }
    // Written longer than need be, half a surrogate, or beyond the last character.
    const bool is_impossible = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f) ||
                               (first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f);
    return is_impossible ? 0 : size;
}

void append_hex(std::string& json, std::uint8_t byte) {
    json += hex_digits[byte >> 4U];
    json += hex_digits[byte & 0x0fU];
}

void append_ascii(std::string& json, char c) {
    switch (c) {
        case '"': json += "\\\""; break;
        case '\\': json += "\\\\"; break;
        case '\n': json += "\\n"; break;
        case '\r': json += "\\r"; break;
        case '\t': json += "\\t"; break;
        default:
            if (c >= ' ' && c != '\x7f') {
                json += c;
            } else {
                json += "\\u00";
                append_hex(json, static_cast<std::uint8_t>(c));
            }
    }
}

void append_text(std::string& json, std::string_view text) {
    json += '"';
    while (!text.empty()) {
        const std::size_t size = character_size(text);
        if (size == 1) {
            append_ascii(json, text.front());
        } else {
            json += size == 0 ? replacement : text.substr(0, size);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    json += '"';
}

void append_binary(std::string& json, std::span<const std::byte> bytes) {
    json += '"';
    for (const std::byte byte : bytes) append_hex(json, std::to_integer<std::uint8_t>(byte));
    json += '"';
}

std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void append_value(std::string& json, MsgpackReader& in);

void append_array(std::string& json, MsgpackReader& in, std::uint64_t elements) {
    json += '[';
    in.inside(elements, [&] {
        for (std::uint64_t element = 0; in.ok() && element < elements; ++element) {
            if (element > 0) json += ',';
            append_value(json, in);
        }
    });
    json += ']';
}

void append_map(std::string& json, MsgpackReader& in, std::uint64_t pairs) {
    json += '{';
    in.inside(2 * pairs, [&] {
        for (std::uint64_t pair = 0; in.ok() && pair < pairs; ++pair) {
            if (pair > 0) json += ',';
            append_text(json, in.text(SIZE_MAX));
            json += ':';
            append_value(json, in);
        }
    });
    json += '}';
}

void append_value(std::string& json, MsgpackReader& in) {
    const auto next = in.head();
    switch (next.kind) {
        case Kind::nil: json += "null"; break;
        case Kind::boolean: json += next.value != 0 ? "true" : "false"; break;
        case Kind::number: json += std::to_string(next.value); break;
        case Kind::negative: json += std::to_string(static_cast<std::int64_t>(next.value)); break;
        case Kind::text: append_text(json, text_of(in.take(next.value))); break;
        case Kind::binary: append_binary(json, in.take(next.value)); break;
        case Kind::extension:
            (void)in.take(next.value);
            json += "null";
            break;
        case Kind::array: append_array(json, in, next.value); break;
        case Kind::map: append_map(json, in, next.value); break;
    }
}

}  // namespace

std::optional<std::string> to_json(std::span<const std::byte> msgpack) {
    std::string json;
    MsgpackReader in{msgpack, max_json_depth};
    append_value(json, in);
    return in.ok() && in.at_end() ? std::optional{std::move(json)} : std::nullopt;
}

}  // namespace bellwether::protocol
