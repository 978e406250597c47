#include "node/config_metadata.hpp"

#include <msgpack.hpp>
#include <string>

#include "protocol/params.hpp"

namespace bellwether::node {

namespace {

class Encoder {
public:
    explicit Encoder(Mistakes& mistakes) : mistakes_(mistakes) {}

    void encode(const Table& table, std::size_t depth) {
        packer_.pack_map(static_cast<std::uint32_t>(table.entries.size()));
        for (const Entry& entry : table.entries) {
            packer_.pack(entry.key);
            encode(entry.value, depth);
        }
    }

    [[nodiscard]] std::vector<std::uint8_t> bytes() const { return {buffer_.data(), buffer_.data() + buffer_.size()}; }

private:
    void encode(const Value& value, std::size_t depth) {
        if (const auto* table = std::get_if<Table>(&value.data)) {
            if (may_nest(value, depth)) encode(*table, depth + 1);
        } else if (const auto* array = std::get_if<Array>(&value.data)) {
            if (may_nest(value, depth)) encode(*array, depth + 1);
        } else if (const auto* text = std::get_if<std::string>(&value.data)) {
            packer_.pack(*text);
        } else if (const auto* integer = std::get_if<std::int64_t>(&value.data)) {
            packer_.pack(*integer);
        } else if (const auto* boolean = std::get_if<bool>(&value.data)) {
            packer_.pack(*boolean);
        } else {
            report(mistakes_, value.place,
                   "node.metadata: " + std::string{value.type()} + " cannot be told to others: write a string");
        }
    }

    void encode(const Array& array, std::size_t depth) {
        packer_.pack_array(static_cast<std::uint32_t>(array.size()));
        for (const Value& value : array) {
            encode(value, depth);
        }
    }

    bool may_nest(const Value& value, std::size_t depth) {
        if (depth < max_metadata_depth) {
            return true;
        }
        report(mistakes_, value.place,
               "node.metadata: nested deeper than " + std::to_string(max_metadata_depth) + " tables and arrays");
        return false;
    }

    Mistakes& mistakes_;
    msgpack::sbuffer buffer_;
    msgpack::packer<msgpack::sbuffer> packer_{buffer_};
};

}  // namespace

std::vector<std::uint8_t> encode_metadata(const Table& table, Place place, Mistakes& mistakes) {
    if (table.entries.empty()) {
        return {};
    }
    const std::size_t mistakes_before = mistakes.size();
    Encoder encoder{mistakes};
    encoder.encode(table, 1);
    std::vector<std::uint8_t> bytes = encoder.bytes();
    if (bytes.size() > protocol::max_metadata) {
        report(mistakes, place,
               "node.metadata: " + std::to_string(bytes.size()) + " bytes encoded, at most " +
                   std::to_string(protocol::max_metadata) + ": every subscriber is told all of it; link to the rest");
    }
    return mistakes.size() == mistakes_before ? bytes : std::vector<std::uint8_t>{};
}

}  // namespace bellwether::node
