// Must fail: a decoder with a mistake as they are made, so that we know that mistakes are found. It believes the length
// that a frame claims, unless that is far out.
#include <array>

#include "tests/fuzz/target.hpp"

namespace {

using namespace bellwether;

constexpr std::array<std::uint8_t, 2> magic{0xb3, 0x11};

void read_text(std::span<const std::byte> frame) {
    if (frame.size() < 4) return;
    if (frame[0] != std::byte{magic[0]} || frame[1] != std::byte{magic[1]}) return;
    const auto claimed = std::to_integer<std::size_t>(frame[2]);
    if (claimed > frame.size()) return;  // Forgets the three bytes before the text.
    fuzz::require(3 + claimed <= frame.size(), "the canary reads beyond its frame");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    read_text(fuzz::bytes_of(data, size));
    return 0;
}
