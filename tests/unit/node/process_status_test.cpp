#include "node/process_status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>
#include <zmq.hpp>

#include "tests/support/mesh_sockets.hpp"
#include "tests/support/sleeper.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::node {
namespace {

using testing::Sleeper;

std::uint32_t own_pid() { return static_cast<std::uint32_t>(::getpid()); }

TEST(PeerAddress, NamesUserAndProcess) {
    EXPECT_EQ(parse_peer_address("localhost:1000:100:4711"), (PeerProcess{.pid = 4711, .uid = 1000, .gid = 100}));
    EXPECT_EQ(parse_peer_address(":0:0:1"), (PeerProcess{.pid = 1, .uid = 0, .gid = 0}));
}

TEST(PeerAddress, ThatIsNoneNamesNobody) {
    for (const auto* const address : {"", "localhost", "10.0.0.1", "a:1:2", "a:1:2:x", "a:1:2:3:4", "a:1:2:-3"}) {
        EXPECT_EQ(parse_peer_address(address), PeerProcess{}) << address;
        EXPECT_NE(parse_peer_address(address).uid, 0U) << "nobody must not look like root";
    }
}

// A message of this process, as it comes through an ipc socket.
class SenderOfAMessage : public ::testing::Test {
protected:
    SenderOfAMessage() {
        receiver.set(zmq::sockopt::rcvtimeo, 10'000);
        receiver.bind(endpoint);
    }

    zmq::message_t received_from(zmq::socket_t& sender) {
        sender.set(zmq::sockopt::linger, 10'000);
        sender.connect(endpoint);
        sender.send(zmq::str_buffer("hello"));
        zmq::message_t message;
        EXPECT_TRUE(receiver.recv(message));
        return message;
    }

    const testing::TemporaryDirectory directory;
    const std::string endpoint = "ipc://" + (directory.path() / "socket").string();
    zmq::context_t context;
    zmq::socket_t receiver{context, zmq::socket_type::pull};
};

TEST_F(SenderOfAMessage, IsInAllTheGroupsThatTheKernelSays) {
    zmq::socket_t sender{context, zmq::socket_type::push};
    const zmq::message_t message = received_from(sender);
    EXPECT_EQ(sender_of(message), (PeerProcess{.pid = own_pid(), .uid = ::geteuid(), .gid = ::getegid()}));
    std::vector<gid_t> expected(static_cast<std::size_t>(::getgroups(0, nullptr)));
    ASSERT_EQ(::getgroups(static_cast<int>(expected.size()), expected.data()), static_cast<int>(expected.size()));
    expected.push_back(::getegid());
    EXPECT_THAT(groups_of_sender(message), ::testing::UnorderedElementsAreArray(expected));
}

TEST_F(SenderOfAMessage, IsInNoGroupOnceTheConnectionIsGone) {
    std::optional<zmq::socket_t> sender{std::in_place, context, zmq::socket_type::push};
    const zmq::message_t message = received_from(*sender);
    sender.reset();
    EXPECT_TRUE(testing::eventually([&] { return groups_of_sender(message).empty(); }));
}

TEST(ProcessStatus, IsReadFromProc) {
    const auto status = parse_process_status("Name:\tdd\nPPid:\t12\nUid:\t1000\t0\t0\t0\nNSpid:\t13\t1\n");
    ASSERT_TRUE(status);
    EXPECT_EQ(status->parent, 12U);
    EXPECT_EQ(status->uid, 1000U);
    EXPECT_EQ(status->effective_uid, 0U);
    EXPECT_TRUE(status->is_nested);
    EXPECT_FALSE(parse_process_status(""));
    EXPECT_FALSE(parse_process_status("Name:\tdd\nPPid:\t12\n"));
    EXPECT_FALSE(parse_process_status("Name:\tdd\nPPid:\tx\nUid:\t1\t1\t1\t1\n"));
}

TEST(ProcessStatus, OfAProcessThatRunsHere) {
    const Sleeper child;
    const auto status = status_of_process(child.pid());
    ASSERT_TRUE(status);
    EXPECT_EQ(status->parent, own_pid());
    EXPECT_EQ(status->uid, ::getuid());
}

TEST(Descent, OfAChildIsKnownAndOfAParentOrOneselfIsNone) {
    Sleeper child;
    EXPECT_TRUE(is_descendant(child.pid(), own_pid(), ::getuid()));
    EXPECT_FALSE(is_descendant(own_pid(), child.pid(), ::getuid()));
    EXPECT_FALSE(is_descendant(own_pid(), own_pid(), ::getuid()));
    EXPECT_FALSE(is_descendant(1, own_pid(), ::getuid()));
    const Sleeper sibling;
    EXPECT_FALSE(is_descendant(child.pid(), sibling.pid(), ::getuid()));
}

TEST(Descent, ReachesOverGenerations) {
    EXPECT_TRUE(is_descendant(own_pid(), static_cast<std::uint32_t>(::getppid()), ::getuid()));
    const Sleeper grandchild;
    EXPECT_TRUE(is_descendant(grandchild.pid(), static_cast<std::uint32_t>(::getppid()), ::getuid()));
}

TEST(Descent, UnderAnotherUserIsNone) {
    const Sleeper child;
    EXPECT_FALSE(is_descendant(child.pid(), own_pid(), ::getuid() + 1));
}

TEST(Descent, OfTheDeadIsNone) {
    Sleeper child;
    child.kill();
    child.reap();
    EXPECT_FALSE(is_descendant(child.pid(), own_pid(), ::getuid()));
}

}  // namespace
}  // namespace bellwether::node
