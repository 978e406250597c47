#include "node/zmtp_greeting.hpp"

#include <optional>
#include <string_view>

#include <strings.h>

namespace bellwether::node {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t signature_bytes = 10;
constexpr std::size_t greeting_bytes = 64;
constexpr std::size_t max_ready_bytes = 1024;
constexpr std::uint64_t first_version_with_mechanisms = 3;

constexpr std::string_view null_mechanism = "NULL\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv;
constexpr std::size_t mechanism_at = 12;

// Of the flags before a frame libzmq looks at no other while it shakes hands.
constexpr unsigned long_size = 2;

std::uint64_t number_in(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char byte : bytes) number = (number << 8U) | static_cast<unsigned char>(byte);
    return number;
}

// The next `size` bytes, which are no longer in `rest` then; nothing if there are not so many.
std::optional<std::string_view> take(std::string_view& rest, std::uint64_t size) {
    if (size > rest.size()) return std::nullopt;
    const std::string_view taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
}

std::optional<std::string_view> take_with_size(std::string_view& rest, std::size_t bytes_of_size) {
    const auto size = take(rest, bytes_of_size);
    return size ? take(rest, number_in(*size)) : std::nullopt;
}

bool is_identity(std::string_view name) {
    constexpr std::string_view identity = "Identity";
    return name.size() == identity.size() && ::strncasecmp(name.data(), identity.data(), identity.size()) == 0;
}

// libzmq goes by the last one, also of a list that ends in the middle of the next property.
bool claims_reserved_id(std::string_view properties) {
    while (const auto name = take_with_size(properties, 1)) {
        const auto value = take_with_size(properties, 4);
        if (!value) return false;
        if (is_identity(*name) && value->starts_with('\0')) return true;
    }
    return false;
}

Greeting judge_first_frame(std::string_view rest) {
    const auto flags = take(rest, 1);
    if (!flags) return Greeting::incomplete;
    const auto size = take(rest, (number_in(*flags) & long_size) != 0 ? 8 : 1);
    if (!size) return Greeting::incomplete;
    if (number_in(*size) > max_ready_bytes) return Greeting::refused;
    auto body = take(rest, number_in(*size));
    if (!body) return Greeting::incomplete;
    if (take(*body, 6) != "\5READY") return Greeting::harmless;
    return claims_reserved_id(*body) ? Greeting::refused : Greeting::harmless;
}

}  // namespace

Greeting judge_greeting(std::span<const std::byte> begun) {
    const std::string_view bytes{reinterpret_cast<const char*>(begun.data()), begun.size()};
    if (bytes.empty()) return Greeting::incomplete;
    if (bytes.front() != '\xff') return Greeting::refused;
    if (bytes.size() < signature_bytes) return Greeting::incomplete;
    if ((number_in(bytes.substr(signature_bytes - 1, 1)) & 1U) == 0) return Greeting::refused;
    if (bytes.size() == signature_bytes) return Greeting::incomplete;
    if (number_in(bytes.substr(signature_bytes, 1)) < first_version_with_mechanisms) return Greeting::refused;
    if (bytes.size() < greeting_bytes) return Greeting::incomplete;
    if (bytes.substr(mechanism_at, null_mechanism.size()) != null_mechanism) return Greeting::harmless;
    return judge_first_frame(bytes.substr(greeting_bytes));
}

}  // namespace bellwether::node
