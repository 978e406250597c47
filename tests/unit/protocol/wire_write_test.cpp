// The wire as bytes. A frame here that changes is a frame that running meshes no longer understand: append elements
// or raise wire_version instead.
#include <gtest/gtest.h>

#include "protocol/codec.hpp"
#include "tests/support/wire_messages.hpp"

namespace bellwether::protocol {
namespace {

std::string frame_of(std::size_t type_code) {
    tests::Bytes frame;
    Codec{"mesh"}.encode(tests::one_of_each().at(type_code - 1), frame);
    return tests::hex_of(frame);
}

TEST(WireWrite, AHeartbeatIsTheseBytes) {
    EXPECT_EQ(frame_of(1),
              "9f 01 01 cf 43 24 08 a2 e3 31 16 bc "
              "01 cf 00 00 00 12 34 56 78 90 ce 3b 9a ca 07 ce 11 e1 a3 00 93 01 00 cd "
              "fe ed ce 00 c0 ff ee 05 03 08 ce 1d cd 65 00 92 94 02 16 cd 03 e7 07 94 "
              "03 21 cd 03 e8 08 91 9d a4 6a 6f 62 73 02 08 02 92 01 cf 00 00 00 12 34 "
              "56 78 90 c3 08 0a 02 01 04 cd ea 60 ce ab cd ef 01");
}

TEST(WireWrite, AVoteRequestIsTheseBytes) {
    EXPECT_EQ(frame_of(2),
              "9b 01 02 cf 43 24 08 a2 e3 31 16 bc "
              "02 16 cd 03 e9 05 a4 6a 6f 62 73 09 14 c3");
}

TEST(WireWrite, AVoteReplyIsTheseBytes) {
    EXPECT_EQ(frame_of(3),
              "9c 01 03 cf 43 24 08 a2 e3 31 16 bc "
              "03 05 16 a4 6a 6f 62 73 09 01 cd 03 e9 08 70");
}

TEST(WireWrite, ATransferIsTheseBytes) {
    EXPECT_EQ(frame_of(4),
              "98 01 04 cf 43 24 08 a2 e3 31 16 bc "
              "01 0b 06 a4 6a 6f 62 73 02");
}

TEST(WireWrite, ARequestIsTheseBytes) {
    EXPECT_EQ(frame_of(5),
              "9b 01 05 cf 43 24 08 a2 e3 31 16 bc "
              "02 16 07 a4 6a 6f 62 73 01 03 cd 03 e8 09");
}

TEST(WireWrite, AResponseIsTheseBytes) {
    EXPECT_EQ(frame_of(6),
              "9b 01 06 cf 43 24 08 a2 e3 31 16 bc "
              "01 07 16 a4 6a 6f 62 73 c3 a5 6c 69 6d 69 74 a7 6e 6f 20 6d 6f 72 65 c4 "
              "04 81 a1 61 01");
}

}  // namespace
}  // namespace bellwether::protocol
