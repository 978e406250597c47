// A msgpack map with text for keys, as a local process sent it. Bounded: what exceeds the limits is no map.
#pragma once

#include <msgpack/object.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/types.hpp"

namespace bellwether::protocol {

inline constexpr std::size_t max_local_frame = 64 * 1024;

class ReceivedMap {
public:
    // Nothing if the frame is not exactly one map.
    [[nodiscard]] static std::optional<ReceivedMap> parse(std::span<const std::byte> frame);

    // Each leaves `value` as it is if the key is missing, and is false if the key is there with a value of another
    // kind or beyond `max`.
    [[nodiscard]] bool read(std::string_view key, std::string& value) const;
    [[nodiscard]] bool read(std::string_view key, bool& value) const;
    [[nodiscard]] bool read(std::string_view key, std::uint64_t& value,
                            std::uint64_t max = std::numeric_limits<std::uint64_t>::max()) const;
    [[nodiscard]] bool read(std::string_view key, ElectionName& value) const;

    // An embedded map as bytes. An empty one is no bytes.
    [[nodiscard]] bool read_map(std::string_view key, std::vector<std::uint8_t>& value) const;

    template <class Tag, class Rep>
    [[nodiscard]] bool read(std::string_view key, Strong<Tag, Rep>& value) const {
        std::uint64_t number = value.value;
        const bool good = read(key, number, std::numeric_limits<Rep>::max());
        value.value = static_cast<Rep>(number);
        return good;
    }

    // Of a key that stands twice the first counts. nil is the same as missing.
    [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }

private:
    explicit ReceivedMap(msgpack::object_handle handle) : handle_{std::move(handle)} {}
    [[nodiscard]] const msgpack::object* find(std::string_view key) const;

    msgpack::object_handle handle_;
};

}  // namespace bellwether::protocol
