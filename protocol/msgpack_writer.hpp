// Writes msgpack into a frame that keeps its memory: one overload a kind of value, in the shortest form.
#pragma once

#include <msgpack/pack.hpp>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "protocol/types.hpp"

namespace bellwether::protocol {

class FrameStream {
public:
    explicit FrameStream(std::vector<std::byte>& frame) : frame_{&frame} {}
    void write(const char* data, std::size_t size) {
        const auto* bytes = reinterpret_cast<const std::byte*>(data);
        frame_->insert(frame_->end(), bytes, bytes + size);
    }

private:
    std::vector<std::byte>* frame_;
};

using Packer = msgpack::packer<FrameStream>;

// Exactly bool, or every pointer would become one.
template <std::same_as<bool> Bool>
void put(Packer& out, Bool value) {
    value ? out.pack_true() : out.pack_false();
}

template <std::unsigned_integral Number>
    requires(!std::same_as<Number, bool>)
void put(Packer& out, Number value) {
    out.pack_uint64(value);
}

template <class Tag, class Rep>
void put(Packer& out, Strong<Tag, Rep> strong) {
    out.pack_uint64(strong.value);
}

inline void put(Packer& out, std::string_view text) {
    out.pack_str(static_cast<std::uint32_t>(text.size()));
    out.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
}

inline void put(Packer& out, const ElectionName& name) { put(out, name.view()); }

inline void put(Packer& out, std::span<const std::uint8_t> binary) {
    out.pack_bin(static_cast<std::uint32_t>(binary.size()));
    out.pack_bin_body(reinterpret_cast<const char*>(binary.data()), static_cast<std::uint32_t>(binary.size()));
}

}  // namespace bellwether::protocol
