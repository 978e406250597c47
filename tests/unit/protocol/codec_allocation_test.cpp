// Counts what is allocated, by this thread, while a heartbeat goes through the codec.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "protocol/codec.hpp"
#include "tests/support/wire_messages.hpp"

namespace {
thread_local std::size_t allocations = 0;
}

// Not inlined, or the compiler sees memory of new go to free and warns.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) return memory;
    throw std::bad_alloc{};
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace bellwether::protocol {
namespace {

using tests::Bytes;
using tests::codec;
using tests::RandomMessages;

TEST(CodecAllocation, AHeartbeatInASteadyStateAllocatesNothing) {
    RandomMessages messages{1};
    Bytes frame;
    Message decoded;
    codec.encode(messages.heartbeat(9, 9), frame);
    ASSERT_EQ(codec.decode(frame, decoded), DecodeError::none);

    for (std::size_t size = 0; size < 9; ++size) {
        const Heartbeat heartbeat = messages.heartbeat(size, size);
        const std::size_t before = allocations;
        codec.encode(heartbeat, frame);
        const DecodeError error = codec.decode(frame, decoded);
        EXPECT_EQ(allocations, before);
        EXPECT_EQ(error, DecodeError::none);
    }
}

TEST(CodecAllocation, ARefusalAllocatesNothing) {
    const Bytes frame = tests::bytes_of("9f 01 01 cf ff ff ff ff ff ff ff ff dd 00 ff ff ff");
    Message decoded;
    const std::size_t before = allocations;
    const DecodeError error = codec.decode(frame, decoded);
    EXPECT_EQ(allocations, before);
    EXPECT_NE(error, DecodeError::none);
}

}  // namespace
}  // namespace bellwether::protocol
