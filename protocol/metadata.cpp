#include "protocol/metadata.hpp"

#include "protocol/msgpack_reader.hpp"
#include "protocol/params.hpp"

namespace bellwether::protocol {

namespace {

using Kind = MsgpackReader::Kind;

void check_value(MsgpackReader& in);

void check_pairs(MsgpackReader& in, std::uint64_t pairs) {
    in.inside(2 * pairs, [&] {
        for (std::uint64_t pair = 0; in.ok() && pair < pairs; ++pair) {
            (void)in.text(max_metadata);
            check_value(in);
        }
    });
}

void check_elements(MsgpackReader& in, std::uint64_t elements) {
    in.inside(elements, [&] {
        for (std::uint64_t element = 0; in.ok() && element < elements; ++element) check_value(in);
    });
}

void check_value(MsgpackReader& in) {
    const auto next = in.head();
    switch (next.kind) {
        case Kind::map: check_pairs(in, next.value); break;
        case Kind::array: check_elements(in, next.value); break;
        case Kind::text:
        case Kind::binary:
        case Kind::extension: (void)in.take(next.value); break;
        case Kind::nil:
        case Kind::boolean:
        case Kind::number:
        case Kind::negative: break;
    }
}

}  // namespace

bool is_metadata(std::span<const std::byte> bytes) {
    if (bytes.empty()) return true;
    if (bytes.size() > max_metadata) return false;
    MsgpackReader in{bytes, max_metadata_depth};
    const auto outermost = in.head();
    if (outermost.kind != Kind::map) return false;
    check_pairs(in, outermost.value);
    return in.ok() && in.at_end();
}

}  // namespace bellwether::protocol
