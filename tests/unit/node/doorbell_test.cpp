#include "node/doorbell.hpp"

#include <gtest/gtest.h>

#include "tests/support/mesh_sockets.hpp"

namespace bellwether::node {
namespace {

using testing::eventually;

class Doorbells : public ::testing::Test {
protected:
    Doorbells() {
        near.bind("inproc://door");
        far.connect("inproc://door");
    }

    // Until nothing is left, as after each wake-up.
    int read_all() {
        int count = 0;
        zmq::message_t message;
        while (bell.rings()) {
            if (near.recv(message, zmq::recv_flags::dontwait)) {
                ++count;
            } else {
                bell.drained();
            }
        }
        return count;
    }

    zmq::context_t context;
    zmq::socket_t near{context, zmq::socket_type::pair};
    zmq::socket_t far{context, zmq::socket_type::pair};
    Doorbell bell{near};
};

TEST_F(Doorbells, RingUntilTheSocketHasBeenLookedThrough) {
    EXPECT_TRUE(bell.rings());
    EXPECT_EQ(read_all(), 0);
    EXPECT_FALSE(bell.rings());
}

TEST_F(Doorbells, RingForWhatComesAfterTheLastLook) {
    (void)read_all();
    for (int round = 0; round < 100; ++round) {
        far.send(zmq::str_buffer("a"), zmq::send_flags::none);
        far.send(zmq::str_buffer("b"), zmq::send_flags::none);
        int count = 0;
        EXPECT_TRUE(eventually([&] { return (count += read_all()) == 2; }));
    }
}

// A send looks through the mailbox of the socket, and what it finds there rings no more.
TEST_F(Doorbells, RingAfterASendThatMayHaveSwallowedTheRing) {
    (void)read_all();
    far.send(zmq::str_buffer("a"), zmq::send_flags::none);
    near.send(zmq::str_buffer("b"), zmq::send_flags::none);
    bell.touch();
    EXPECT_EQ(read_all(), 1);
}

TEST_F(Doorbells, SayBeforeAWaitWhatTheDescriptorDoesNotTellOf) {
    (void)read_all();
    EXPECT_FALSE(bell.has_more());
    far.send(zmq::str_buffer("a"), zmq::send_flags::none);
    near.send(zmq::str_buffer("b"), zmq::send_flags::none);
    EXPECT_FALSE(bell.has_more()) << "nobody has said that something was sent";
    bell.touch();
    EXPECT_TRUE(bell.has_more());
    EXPECT_EQ(read_all(), 1);
    bell.touch();
    EXPECT_FALSE(bell.has_more());
}

}  // namespace
}  // namespace bellwether::node
