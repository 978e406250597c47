#include <algorithm>
#include <array>
#include <string_view>

#include "tests/fuzz/seeds.hpp"

namespace bellwether::fuzz {

namespace {

constexpr std::uint8_t as_the_file = 0;
constexpr std::uint8_t as_its_log = 1;
constexpr std::uint8_t as_changes = 2;
constexpr std::uint8_t as_rows = 3;

// The first hundred bytes of a database as SQLite writes them, then nothing.
Input header() {
    constexpr std::string_view magic{"SQLite format 3\0", 16};
    constexpr std::array<std::uint8_t, 16> begins{0x10, 0, 2, 2, 0, 0x40, 0x20, 0x20, 0, 0, 0, 1, 0, 0, 0, 1};
    Input bytes(1 + 4096);
    bytes[0] = as_the_file;
    std::copy(magic.begin(), magic.end(), bytes.begin() + 1);
    std::copy(begins.begin(), begins.end(), bytes.begin() + 17);
    bytes[1 + 59] = 1;  // UTF-8.
    bytes[1 + 100] = 0x0d;  // A leaf of the schema without a table.
    bytes[1 + 105] = 0x10;
    return bytes;
}

}  // namespace

// The real file itself is made by the fuzzer: SQLite's next version may write it differently.
Seeds state_seeds() {
    return {{"header", header()},
            {"no_database", {as_the_file, 'n', 'o'}},
            {"log_begins", {as_its_log, 0x37, 0x7f, 0x06, 0x82, 0x00, 0x2d, 0xe2, 0x18, 0x00, 0x00, 0x10, 0x00}},
            {"version_is_none", {as_changes, 0x06, 0x00, 0x20, 0, 0, 0, 0}},
            {"one_change_each", {as_changes, 0x00, 0x01, 0x80, 0xff, 0x01, 0x00, 0x40, 0xff}},
            {"cut", {as_changes, 0xf0, 0x02, 0x00}},
            {"log_is_cut", {as_changes, 0xf1, 0x02, 0x00}},
            {"unchanged_rows", {as_rows}},
            {"another_term", {as_rows, 9, 0, 0, 0, 0, 0, 0, 0, 0, 12}},
            {"other_voters", {as_rows, 3, 21, '1', ',', '2', ';', '3'}}};
}

}  // namespace bellwether::fuzz
