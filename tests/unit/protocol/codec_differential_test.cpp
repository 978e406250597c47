// The decoder and a naive second one agree on every frame.
#include <gtest/gtest.h>

#include <optional>

#include "protocol/codec.hpp"
#include "tests/support/naive_codec.hpp"
#include "tests/support/wire_messages.hpp"

namespace bellwether::protocol {
namespace {

using tests::Bytes;
using tests::encoded;

std::optional<Message> naive_decode(std::span<const std::byte> frame) { return tests::naive_decode(frame, "mesh"); }

void expect_agreement(std::span<const std::byte> frame) {
    Message fast;
    const bool good = Codec{"mesh"}.decode(frame, fast) == DecodeError::none;
    const auto naive = naive_decode(frame);
    ASSERT_EQ(good, naive.has_value()) << tests::hex_of(frame);
    if (good) {
        ASSERT_EQ(fast, *naive) << tests::hex_of(frame);
    }
}

TEST(CodecDifferential, BothAgreeOnGoodFrames) {
    tests::RandomMessages messages{1};
    for (int i = 0; i < 3'000; ++i) {
        const Bytes frame = encoded(messages.next());
        ASSERT_TRUE(naive_decode(frame)) << tests::hex_of(frame);
        ASSERT_NO_FATAL_FAILURE(expect_agreement(frame));
    }
}

TEST(CodecDifferential, BothAgreeOnEveryChangedByte) {
    for (const Message& message : tests::one_of_each()) {
        Bytes frame = encoded(message);
        for (std::byte& byte : frame) {
            const std::byte original = byte;
            for (unsigned value = 0; value < 256; ++value) {
                byte = static_cast<std::byte>(value);
                ASSERT_NO_FATAL_FAILURE(expect_agreement(frame));
            }
            byte = original;
        }
    }
}

TEST(CodecDifferential, BothAgreeOnDamagedFrames) {
    tests::RandomMessages messages{2};
    std::mt19937 dice{3};
    for (int i = 0; i < 20'000; ++i) {
        Bytes frame = encoded(messages.next());
        for (unsigned damage = 1 + dice() % 4; damage > 0; --damage) {
            const auto place = frame.begin() + static_cast<std::ptrdiff_t>(dice() % frame.size());
            switch (dice() % 3) {
                case 0: *place = static_cast<std::byte>(dice()); break;
                case 1: frame.insert(place, static_cast<std::byte>(dice())); break;
                default:
                    if (frame.size() > 1) frame.erase(place);
            }
        }
        ASSERT_NO_FATAL_FAILURE(expect_agreement(frame));
    }
}

TEST(CodecDifferential, BothRefuseWhatIsNoMessage) {
    for (const auto* const hex :
         {"", "c0", "90", "91 01", "80", "dd 00 ff ff ff", "dd ff ff ff ff", "91 91 91 91 91 90"}) {
        const Bytes frame = tests::bytes_of(hex);
        EXPECT_FALSE(naive_decode(frame));
        expect_agreement(frame);
    }
}

}  // namespace
}  // namespace bellwether::protocol
