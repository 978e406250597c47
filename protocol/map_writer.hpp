// Writes a msgpack map field by field. The frame is whole after each of them: nobody counts fields by hand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "protocol/msgpack_writer.hpp"

namespace bellwether::protocol {

// Of maps within each other only the innermost open one may be written to. At most 65,535 fields.
class MapWriter {
public:
    explicit MapWriter(std::vector<std::byte>& frame) : frame_{&frame}, start_{frame.size()}, stream_{frame} {
        frame.insert(frame.end(), {std::byte{0xde}, std::byte{}, std::byte{}});  // map 16
    }
    MapWriter(const MapWriter&) = delete;
    MapWriter& operator=(const MapWriter&) = delete;

    template <class Value>
    void field(std::string_view key, const Value& value) {
        begin(key);
        put(out_, value);
    }

    void nil(std::string_view key) {
        begin(key);
        out_.pack_nil();
    }

    // "" stands for nothing to name.
    void name_or_nil(std::string_view key, std::string_view name) { name.empty() ? nil(key) : field(key, name); }

    // A value that is msgpack already.
    void embed(std::string_view key, std::span<const std::uint8_t> msgpack) {
        begin(key);
        const auto bytes = std::as_bytes(msgpack);
        frame_->insert(frame_->end(), bytes.begin(), bytes.end());
    }

    [[nodiscard]] MapWriter map(std::string_view key) {
        begin(key);
        return MapWriter{*frame_};
    }

    // An array of what `put` knows.
    template <class Values>
    void list(std::string_view key, const Values& values) {
        begin_list(key, values.size());
        for (const auto& value : values) put(out_, value);
    }

    // An array of maps: `write(map, item)` writes the fields of one.
    template <class Items, class Write>
    void maps(std::string_view key, const Items& items, const Write& write) {
        begin_list(key, items.size());
        for (const auto& item : items) {
            MapWriter map{*frame_};
            write(map, item);
        }
    }

private:
    void begin(std::string_view key) {
        ++fields_;
        (*frame_)[start_ + 1] = static_cast<std::byte>(fields_ >> 8U);
        (*frame_)[start_ + 2] = static_cast<std::byte>(fields_ & 0xffU);
        put(out_, key);
    }
    void begin_list(std::string_view key, std::size_t size) {
        begin(key);
        out_.pack_array(static_cast<std::uint32_t>(size));
    }

    std::vector<std::byte>* frame_;
    std::size_t start_;
    FrameStream stream_;
    Packer out_{stream_};
    std::uint16_t fields_{};
};

}  // namespace bellwether::protocol
