#include "protocol/received_map.hpp"

#include <msgpack.hpp>
#include <exception>

#include "protocol/metadata.hpp"
#include "protocol/msgpack_writer.hpp"

namespace bellwether::protocol {

namespace {

const msgpack::unpack_limit limits{1024, 1024, 4096, 4096, 64, max_metadata_depth + 2};

std::string_view text_of(const msgpack::object& object) { return {object.via.str.ptr, object.via.str.size}; }

std::optional<msgpack::object_handle> unpack(std::span<const std::byte> frame) {
    try {
        std::size_t end = 0;
        auto handle =
            msgpack::unpack(reinterpret_cast<const char*>(frame.data()), frame.size(), end, nullptr, nullptr, limits);
        return end == frame.size() ? std::optional{std::move(handle)} : std::nullopt;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

}  // namespace

std::optional<ReceivedMap> ReceivedMap::parse(std::span<const std::byte> frame) {
    if (frame.size() > max_local_frame) return std::nullopt;
    auto handle = unpack(frame);
    if (!handle || handle->get().type != msgpack::type::MAP) return std::nullopt;
    return ReceivedMap{std::move(*handle)};
}

const msgpack::object* ReceivedMap::find(std::string_view key) const {
    for (const auto& [name, value] : handle_.get().via.map) {
        if (name.type != msgpack::type::STR || text_of(name) != key) continue;
        return value.type == msgpack::type::NIL ? nullptr : &value;
    }
    return nullptr;
}

bool ReceivedMap::read(std::string_view key, std::string& value) const {
    const auto* found = find(key);
    if (found == nullptr) return true;
    if (found->type != msgpack::type::STR) return false;
    value = text_of(*found);
    return true;
}

bool ReceivedMap::read(std::string_view key, bool& value) const {
    const auto* found = find(key);
    if (found == nullptr) return true;
    if (found->type != msgpack::type::BOOLEAN) return false;
    value = found->via.boolean;
    return true;
}

bool ReceivedMap::read(std::string_view key, std::uint64_t& value, std::uint64_t max) const {
    const auto* found = find(key);
    if (found == nullptr) return true;
    if (found->type != msgpack::type::POSITIVE_INTEGER || found->via.u64 > max) return false;
    value = found->via.u64;
    return true;
}

bool ReceivedMap::read(std::string_view key, ElectionName& value) const {
    std::string text = value.str();
    const auto name = read(key, text) ? ElectionName::parse(text) : std::nullopt;
    value = name.value_or(value);
    return name.has_value();
}

bool ReceivedMap::read_map(std::string_view key, std::vector<std::uint8_t>& value) const {
    const auto* found = find(key);
    if (found == nullptr) return true;
    if (found->type != msgpack::type::MAP) return false;
    std::vector<std::byte> bytes;
    if (found->via.map.size > 0) {
        FrameStream stream{bytes};
        msgpack::pack(stream, *found);
    }
    const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.data());
    value.assign(first, first + bytes.size());
    return is_metadata(bytes);
}

}  // namespace bellwether::protocol
