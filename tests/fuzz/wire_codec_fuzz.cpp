// What a peer sends. A frame is refused, or it is a message that every peer of ours would send and read in the same
 // way.
#include <vector>

#include "protocol/codec.hpp"
#include "tests/fuzz/target.hpp"

namespace {

using namespace bellwether;
using protocol::DecodeError;

// Decoded into what held other messages before, as in the daemon, so `message` lives on; what is left of them there
// must show in nothing.
void read_frame(std::span<const std::byte> frame) {
    static const protocol::Codec codec{"mesh"};
    static protocol::Message message;
    static protocol::Message again;
    static std::vector<std::byte> encoded;
    if (codec.decode(frame, message) != DecodeError::none) return;

    codec.encode(message, encoded);
    fuzz::require(codec.decode(encoded, again) == DecodeError::none, "what was read cannot be sent");
    fuzz::require(again == message, "what was read is sent as something else");
    fuzz::require(protocol::sender_of(message) != protocol::nobody, "a message of nobody");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    read_frame(fuzz::bytes_of(data, size));
    return 0;
}
