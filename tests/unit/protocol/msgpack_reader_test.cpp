#include "protocol/msgpack_reader.hpp"

#include <gtest/gtest.h>

#include "tests/support/wire_messages.hpp"

namespace bellwether::protocol {
namespace {

using Kind = MsgpackReader::Kind;

constexpr std::size_t depth = 4;

DecodeError error_of_skipping(const tests::Bytes& bytes) {
    MsgpackReader in{bytes, depth};
    in.skip();
    if (!in.at_end()) in.fail(DecodeError::trailing);
    return in.error();
}

TEST(MsgpackReader, EveryFormOfANumberIsRead) {
    for (const auto* const hex : {"07", "cc 07", "cd 00 07", "ce 00 00 00 07", "cf 00 00 00 00 00 00 00 07", "d0 07",
                                  "d1 00 07", "d2 00 00 00 07", "d3 00 00 00 00 00 00 00 07"}) {
        const auto bytes = tests::bytes_of(hex);
        MsgpackReader in{bytes, depth};
        EXPECT_EQ(in.number(7), 7U) << hex;
        EXPECT_TRUE(in.ok() && in.at_end()) << hex;
    }
}

TEST(MsgpackReader, EveryFormOfANegativeNumberIsNoNumberHere) {
    for (const auto* const hex : {"ff", "d0 ff", "d1 ff ff", "d2 ff ff ff ff", "d3 ff ff ff ff ff ff ff ff"}) {
        const auto bytes = tests::bytes_of(hex);
        MsgpackReader in{bytes, depth};
        const auto head = MsgpackReader{bytes, depth}.head();
        EXPECT_EQ(head.kind, Kind::negative) << hex;
        EXPECT_EQ(static_cast<std::int64_t>(head.value), -1) << hex;
        EXPECT_EQ(in.number(UINT64_MAX), 0U);
        EXPECT_EQ(in.error(), DecodeError::out_of_range) << hex;
    }
}

TEST(MsgpackReader, ANumberAboveWhatTheCallerTakesIsOutOfRange) {
    const auto bytes = tests::bytes_of("08");
    MsgpackReader in{bytes, depth};
    EXPECT_EQ(in.number(7), 0U);
    EXPECT_EQ(in.error(), DecodeError::out_of_range);
}

TEST(MsgpackReader, TextAndBinaryAreReadInPlace) {
    const auto bytes = tests::bytes_of("92 d9 02 68 69 c5 00 03 01 02 03");
    MsgpackReader in{bytes, depth};
    in.array([&] {
        EXPECT_EQ(in.text(2), "hi");
        EXPECT_EQ(tests::hex_of(in.binary(3)), "01 02 03");
    });
    EXPECT_TRUE(in.ok() && in.at_end());
}

TEST(MsgpackReader, AnyValueIsSkipped) {
    for (const auto* const hex : {"c0",
                                  "c2",
                                  "c3",
                                  "05",
                                  "e0",
                                  "a1 78",
                                  "d9 01 78",
                                  "da 00 01 78",
                                  "db 00 00 00 01 78",
                                  "c4 01 00",
                                  "c5 00 01 00",
                                  "c6 00 00 00 01 00",
                                  "c7 01 05 00",
                                  "c8 00 01 05 00",
                                  "c9 00 00 00 01 05 00",
                                  "d4 05 00",
                                  "d5 05 00 00",
                                  "d6 ff 00 00 00 00",
                                  "d7 ff 00 00 00 00 00 00 00 00",
                                  "d8 05 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
                                  "90",
                                  "92 01 02",
                                  "dc 00 01 05",
                                  "dd 00 00 00 01 05",
                                  "80",
                                  "81 01 02",
                                  "de 00 01 01 02",
                                  "df 00 00 00 01 01 02",
                                  "91 91 91 90"}) {
        EXPECT_EQ(error_of_skipping(tests::bytes_of(hex)), DecodeError::none) << hex;
    }
}

TEST(MsgpackReader, FloatsAndTheUnusedByteAreRefused) {
    for (const auto* const hex : {"ca 00 00 00 00", "cb 00 00 00 00 00 00 00 00", "c1", "91 ca 00 00 00 00"}) {
        EXPECT_EQ(error_of_skipping(tests::bytes_of(hex)), DecodeError::not_msgpack) << hex;
    }
}

TEST(MsgpackReader, AClaimedSizeIsBelievedOnlyAsFarAsThereAreBytes) {
    for (const auto* const hex :
         {"dd 00 ff ff ff", "dd ff ff ff ff", "df ff ff ff ff", "df 00 00 00 02 01 02 03", "db ff ff ff ff 00",
          "c6 ff ff ff ff 00", "c9 ff ff ff ff 00 00", "dc 00 02 01", "a2 78", "cd 00", ""}) {
        EXPECT_EQ(error_of_skipping(tests::bytes_of(hex)), DecodeError::not_msgpack) << hex;
    }
}

TEST(MsgpackReader, DepthIsLimited) {
    EXPECT_EQ(error_of_skipping(tests::bytes_of("91 91 91 91 05")), DecodeError::none);
    EXPECT_EQ(error_of_skipping(tests::bytes_of("91 91 91 91 90")), DecodeError::limit);
    EXPECT_EQ(error_of_skipping(tests::Bytes(100'000, std::byte{0x91})), DecodeError::limit);
}

TEST(MsgpackReader, TheFirstErrorSticks) {
    const auto bytes = tests::bytes_of("93 a1 78 05 06");
    MsgpackReader in{bytes, depth};
    in.array([&] {
        EXPECT_EQ(in.number(9), 0U);
        EXPECT_EQ(in.number(9), 0U);
        EXPECT_EQ(in.text(9), "");
        EXPECT_FALSE(in.boolean());
    });
    EXPECT_EQ(in.error(), DecodeError::kind);
}

TEST(MsgpackReader, AListTakesTheMemoryOfTheLastOne) {
    const auto bytes = tests::bytes_of("93 01 02 03");
    std::vector<std::uint64_t> numbers(8, 99);
    const auto* const memory = numbers.data();
    MsgpackReader in{bytes, depth};
    in.list(numbers, 3, [&](std::uint64_t& number) { number = in.number(9); });
    EXPECT_TRUE(in.ok());
    EXPECT_EQ(numbers, (std::vector<std::uint64_t>{1, 2, 3}));
    EXPECT_EQ(numbers.data(), memory);
}

TEST(MsgpackReader, AListLongerThanItMayBeMakesNoRoomForItself) {
    const auto bytes = tests::bytes_of("93 01 02 03");
    std::vector<std::uint64_t> numbers;
    MsgpackReader in{bytes, depth};
    in.list(numbers, 2, [&](std::uint64_t& number) { number = in.number(9); });
    EXPECT_EQ(in.error(), DecodeError::limit);
    EXPECT_EQ(numbers.capacity(), 0U);
}

}  // namespace
}  // namespace bellwether::protocol
