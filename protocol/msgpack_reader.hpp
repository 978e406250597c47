// Reads msgpack that somebody else wrote. It never allocates, never throws and never looks beyond its bytes; a
// claimed size is believed only as far as bytes are there for it. Floats are refused wherever they stand.
//
// The first error sticks: from then on every read yields zero or nothing and every loop ends, so a caller may read
// all fields in a row and ask once, at the end, whether they are true.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "protocol/decode_error.hpp"

namespace bellwether::protocol {

class MsgpackReader {
public:
    enum class Kind : std::uint8_t { nil, boolean, number, negative, text, binary, extension, array, map };

    // What a value begins with. `value` is the number (two's complement if negative), the truth, or how many bytes,
    // elements or pairs follow; so many bytes, or at least one for each, are there.
    struct Head {
        Kind kind{};
        std::uint64_t value{};
    };

    // Of exactly one value. An array or a map is one level, what is in it the next.
    MsgpackReader(std::span<const std::byte> bytes, std::size_t max_depth) : rest_{bytes}, max_depth_{max_depth} {}

    [[nodiscard]] bool ok() const { return error_ == DecodeError::none; }
    [[nodiscard]] DecodeError error() const { return error_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    void fail(DecodeError error);

    // One value each, of this kind or `kind`; a number above `max` is `out_of_range`, bytes beyond it are `limit`.
    [[nodiscard]] std::uint64_t number(std::uint64_t max);
    [[nodiscard]] bool boolean();
    [[nodiscard]] std::string_view text(std::size_t max);
    [[nodiscard]] std::span<const std::byte> binary(std::size_t max);
    void skip();

    // An array of fields: `read_fields` takes those it knows. Ending early is `missing`; more of them are skipped.
    template <class ReadFields>
    void array(const ReadFields& read_fields) {
        inside(expect(Kind::array), read_fields);
    }

    // An array of like elements, over whatever `elements` held.
    template <class Element, class ReadElement>
    void list(std::vector<Element>& elements, std::size_t max, const ReadElement& read_element) {
        const std::uint64_t count = expect(Kind::array);
        if (count > max) fail(DecodeError::limit);
        elements.resize(ok() ? count : 0);
        inside(count, [&] {
            for (auto element = elements.begin(); ok() && element != elements.end(); ++element) read_element(*element);
        });
    }

    // For those who read what they do not know: the beginning of a value, then its bytes or what is inside it.
    [[nodiscard]] Head head();
    [[nodiscard]] std::span<const std::byte> take(std::uint64_t bytes);

    // The next `values` values, a pair being two; those that `read` leaves are skipped.
    template <class Read>
    void inside(std::uint64_t values, const Read& read) {
        if (depth_ == max_depth_) fail(DecodeError::limit);
        if (!ok()) return;
        const std::uint64_t outer = left_;
        left_ = values;
        ++depth_;
        read();
        while (ok() && left_ > 0) skip();
        --depth_;
        left_ = outer;
    }

private:
    [[nodiscard]] std::uint64_t expect(Kind kind);
    [[nodiscard]] std::uint64_t big_endian(std::size_t bytes);
    [[nodiscard]] Head head_of(std::uint8_t first);
    [[nodiscard]] Head integer(std::size_t bytes);
    [[nodiscard]] Head counted(Kind kind, std::uint64_t count);

    std::span<const std::byte> rest_;
    std::size_t max_depth_;
    std::size_t depth_{};
    std::uint64_t left_ = 1;  // Values still to come at this level.
    DecodeError error_{};
};

}  // namespace bellwether::protocol
