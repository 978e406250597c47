#include "node/part_reader.hpp"

#include <array>

#include <gtest/gtest.h>

namespace bellwether::node {
namespace {

class PartReaders : public ::testing::Test {
protected:
    PartReaders() {
        reading.bind("inproc://parts");
        sending.connect("inproc://parts");
    }

    void send(int how_many) {
        for (int i = 1; i < how_many; ++i) sending.send(zmq::str_buffer("x"), zmq::send_flags::sndmore);
        sending.send(zmq::str_buffer("last"), zmq::send_flags::none);
    }

    zmq::context_t context;
    zmq::socket_t reading{context, zmq::socket_type::pair};
    zmq::socket_t sending{context, zmq::socket_type::pair};
    PartReader reader{reading};
    std::array<zmq::message_t, 2> parts;
    std::size_t count = 0;
};

TEST_F(PartReaders, ReadNothingWhereNothingIs) { EXPECT_EQ(reader.read(parts, count), Read::nothing); }

TEST_F(PartReaders, ReadAMessageOfAsManyPartsAsFitOrFewer) {
    send(2);
    send(1);
    EXPECT_EQ(reader.read(parts, count), Read::message);
    EXPECT_EQ(count, 2U);
    EXPECT_EQ(reader.read(parts, count), Read::message);
    EXPECT_EQ(count, 1U);
    EXPECT_EQ(parts[0].to_string(), "last");
}

TEST_F(PartReaders, ThrowAwayAMessageThatIsTooLongPieceByPiece) {
    send(1000);
    send(1);
    EXPECT_EQ(reader.read(parts, count), Read::too_many);
    EXPECT_EQ(count, 2U);
    int pieces = 0;
    Read read{};
    while ((read = reader.read(parts, count)) == Read::skipped) ++pieces;
    EXPECT_GT(pieces, 1);
    EXPECT_EQ(read, Read::message);
    EXPECT_EQ(count, 1U);
    EXPECT_EQ(reader.read(parts, count), Read::nothing);
}

}  // namespace
}  // namespace bellwether::node
