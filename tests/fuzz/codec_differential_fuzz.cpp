// The decoder against the naive one: both take the frame and read the same message, or both refuse it.
#include "protocol/codec.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/support/naive_codec.hpp"

namespace {

using namespace bellwether;

void compare(std::span<const std::byte> frame) {
    static const protocol::Codec codec{"mesh"};
    static protocol::Message fast;
    const bool good = codec.decode(frame, fast) == protocol::DecodeError::none;
    const auto naive = tests::naive_decode(frame, "mesh");
    fuzz::require(!good || naive, "the naive decoder refuses what the other takes");
    fuzz::require(good || !naive, "the naive decoder takes what the other refuses");
    fuzz::require(!good || fast == *naive, "the two decoders read different messages");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    compare(fuzz::bytes_of(data, size));
    return 0;
}
