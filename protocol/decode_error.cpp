#include "protocol/decode_error.hpp"

#include <array>

namespace bellwether::protocol {

std::string_view to_string(DecodeError error) {
    constexpr std::array<std::string_view, decode_error_count> words{
        "none", "not_msgpack", "trailing", "version", "type", "cluster", "missing", "out_of_range", "limit", "kind"};
    return words.at(static_cast<std::size_t>(error));
}

}  // namespace bellwether::protocol
