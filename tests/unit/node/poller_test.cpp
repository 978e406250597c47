#include "node/poller.hpp"

#include <gtest/gtest.h>

#include <zmq.hpp>

#include "node/descriptor.hpp"
#include "tests/support/mesh_sockets.hpp"

#include <sys/eventfd.h>

namespace bellwether::node {
namespace {

using testing::eventually;

class APoller : public ::testing::Test {
protected:
    APoller() {
        near.bind("inproc://poller");
        far.connect("inproc://poller");
        poller.watch(bell);
        poller.watch(event.get());
    }

    bool reads() {
        zmq::message_t message;
        if (near.recv(message, zmq::recv_flags::dontwait)) return true;
        bell.drained();
        return false;
    }

    zmq::context_t context;
    zmq::socket_t near{context, zmq::socket_type::pair};
    zmq::socket_t far{context, zmq::socket_type::pair};
    Doorbell bell{near};
    const Descriptor event{::eventfd(0, EFD_CLOEXEC)};
    Poller poller;
};

TEST_F(APoller, RingsTheDoorbellsOfWhoHasSomething) {
    EXPECT_FALSE(reads());
    poller.look();
    EXPECT_FALSE(bell.rings());
    far.send(zmq::str_buffer("a"), zmq::send_flags::none);
    for (bool heard = false; !heard; heard = reads()) {
        poller.wait(/*at_once=*/false);
        EXPECT_TRUE(bell.rings());
    }
}

TEST_F(APoller, WakesUpForADescriptor) {
    EXPECT_FALSE(reads());
    poller.wait(/*at_once=*/true);
    EXPECT_EQ(::eventfd_write(event.get(), 1), 0);
    poller.wait(/*at_once=*/false);
    EXPECT_FALSE(bell.rings());
}

// A send looks through the mailbox of the socket, and what it finds there rings no more.
TEST_F(APoller, DoesNotSleepOnWhatASocketHasAndItsDescriptorDoesNotTellOf) {
    EXPECT_FALSE(reads());
    far.send(zmq::str_buffer("a"), zmq::send_flags::none);
    ASSERT_TRUE(eventually([&] { return (near.get(zmq::sockopt::events) & ZMQ_POLLIN) != 0; }));
    bell.touch();  // As after that send.
    poller.wait(/*at_once=*/false);
    EXPECT_TRUE(bell.rings());
    EXPECT_TRUE(reads());
}

}  // namespace
}  // namespace bellwether::node
