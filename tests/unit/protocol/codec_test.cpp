#include "protocol/codec.hpp"

#include <gtest/gtest.h>

#include "protocol/params.hpp"
#include "tests/support/wire_messages.hpp"

namespace bellwether::protocol {
namespace {

using tests::Bytes;
using tests::codec;
using tests::encoded;
using tests::RandomMessages;

DecodeError verdict_on(std::span<const std::byte> frame) {
    Message message;
    return codec.decode(frame, message);
}

TEST(Codec, WhatIsEncodedIsDecodedToTheSame) {
    RandomMessages messages{1};
    Message decoded;  // One for all, as a socket has it: what a message leaves behind is no part of the next.
    for (int i = 0; i < 20'000; ++i) {
        const Message message = messages.next();
        ASSERT_EQ(codec.decode(encoded(message), decoded), DecodeError::none);
        ASSERT_EQ(decoded, message);
    }
}

TEST(Codec, AHeartbeatIsTheSameFrameAloneAndAsAMessage) {
    RandomMessages messages{2};
    const Heartbeat heartbeat = messages.heartbeat(3, 2);
    Bytes alone = tests::bytes_of("ff ff ff");  // Overwritten, not appended to.
    codec.encode(heartbeat, alone);
    EXPECT_EQ(alone, encoded(heartbeat));
}

TEST(Codec, TheLargestHeartbeatFitsItsLimit) {
    RandomMessages messages{3};
    Heartbeat heartbeat = messages.heartbeat(max_nodes, max_elections);
    const auto longest = *ElectionName::parse(std::string(ElectionName::max_size, 'x'));
    for (Ack& ack : heartbeat.acks) ack = {{UINT16_MAX}, {UINT64_MAX}, max_sent, max_term};
    for (ElectionView& view : heartbeat.elections) {
        view = {.name = longest,
                .stands = Stands::leading,
                .term = max_term,
                .heir{UINT16_MAX},
                .supports{{UINT16_MAX}, {UINT64_MAX}},
                .pending = true,
                .voted = max_term,
                .priority{max_priority},
                .eligible = Eligible::yes,
                .holder = max_holder,
                .reason = Reason::no_quorum,
                .hold_ms = max_hold / 1ms,
                .metadata_version = UINT32_MAX};
    }
    const Bytes frame = encoded(heartbeat);
    EXPECT_GT(frame.size(), max_frame);
    EXPECT_LE(frame.size(), max_heartbeat_frame);
    EXPECT_EQ(verdict_on(frame), DecodeError::none);
}

TEST(Codec, EveryTruncationIsRefused) {
    RandomMessages messages{4};
    for (int i = 0; i < 300; ++i) {
        const Bytes frame = encoded(messages.next());
        for (std::size_t size = 0; size < frame.size(); ++size) {
            // A vector of its own, so that the address sanitizer sees a read beyond the cut.
            const Bytes cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size));
            ASSERT_NE(verdict_on(cut), DecodeError::none) << tests::hex_of(cut);
        }
    }
}

TEST(Codec, EveryChangedByteIsDecodedOrRefusedAndWhatIsDecodedMayBeSentAgain) {
    for (const Message& message : tests::one_of_each()) {
        Bytes frame = encoded(message);
        for (std::byte& byte : frame) {
            const std::byte original = byte;
            for (unsigned value = 0; value < 256; ++value) {
                byte = static_cast<std::byte>(value);
                Message decoded;
                if (codec.decode(frame, decoded) != DecodeError::none) continue;
                Message again;
                ASSERT_EQ(codec.decode(encoded(decoded), again), DecodeError::none);
                ASSERT_EQ(again, decoded);
            }
            byte = original;
        }
    }
}

TEST(Codec, BytesAfterTheMessageAreRefused) {
    for (const Message& message : tests::one_of_each()) {
        Bytes frame = encoded(message);
        frame.push_back(std::byte{0});
        EXPECT_EQ(verdict_on(frame), DecodeError::trailing);
    }
}

TEST(Codec, AnotherClusterIsToldFromAnError) {
    for (const Message& message : tests::one_of_each()) {
        Message decoded;
        EXPECT_EQ(Codec{"other"}.decode(encoded(message), decoded), DecodeError::cluster);
    }
}

TEST(Codec, AnotherVersionIsRefusedWhateverFollows) {
    EXPECT_EQ(verdict_on(tests::bytes_of("92 02 a1 78")), DecodeError::version);
    EXPECT_EQ(verdict_on(tests::bytes_of("91 00")), DecodeError::version);
}

TEST(Codec, AnUnknownTypeIsRefused) {
    Bytes frame = encoded(tests::one_of_each().back());
    for (const unsigned type : {0U, 7U, 127U}) {
        frame[2] = static_cast<std::byte>(type);
        EXPECT_EQ(verdict_on(frame), DecodeError::type);
    }
}

TEST(Codec, AFrameAboveItsLimitIsRefusedWhateverIsInIt) {
    auto messages = tests::one_of_each();
    messages.erase(messages.begin());  // Heartbeats have a limit of their own.
    for (const Message& message : messages) {
        Bytes frame = encoded(message);
        frame[0] = static_cast<std::byte>(std::to_integer<unsigned>(frame[0]) + 1);
        const Bytes unknown_element = tests::bytes_of("c6 00 01 00 00");  // The head of 64 KiB of binary.
        frame.insert(frame.end(), unknown_element.begin(), unknown_element.end());
        frame.resize(frame.size() + max_frame);
        EXPECT_EQ(verdict_on(frame), DecodeError::limit);
    }
    EXPECT_EQ(verdict_on(Bytes(max_heartbeat_frame + 1)), DecodeError::limit);
}

TEST(Codec, TheTextOfAResponseIsCutToFitWithoutHalfACharacter) {
    Response response;
    response.sender = {1};
    response.incarnation = {1};
    response.text = std::string(max_text_bytes - 1, 'x') + "\xc3\xa9";
    Message decoded;
    ASSERT_EQ(codec.decode(encoded(response), decoded), DecodeError::none);
    EXPECT_EQ(std::get<Response>(decoded).text, std::string(max_text_bytes - 1, 'x'));
}

TEST(Codec, EveryMessageNamesItsSender) {
    std::vector<NodeId> senders;
    for (const Message& message : tests::one_of_each()) senders.push_back(sender_of(message));
    EXPECT_EQ(senders, (std::vector<NodeId>{{1}, {2}, {3}, {1}, {2}, {1}}));
}

}  // namespace
}  // namespace bellwether::protocol
