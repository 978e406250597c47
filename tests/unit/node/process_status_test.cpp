#include "node/process_status.hpp"

#include <gtest/gtest.h>

#include <string>

#include <unistd.h>

#include "tests/support/sleeper.hpp"

namespace bellwether::node {
namespace {

using testing::Sleeper;

std::uint32_t own_pid() { return static_cast<std::uint32_t>(::getpid()); }

TEST(PeerAddress, NamesUserAndProcess) {
    EXPECT_EQ(parse_peer_address("localhost:1000:100:4711"), (PeerProcess{.pid = 4711, .uid = 1000}));
    EXPECT_EQ(parse_peer_address(":0:0:1"), (PeerProcess{.pid = 1, .uid = 0}));
}

TEST(PeerAddress, ThatIsNoneNamesNobody) {
    for (const auto* const address : {"", "localhost", "10.0.0.1", "a:1:2", "a:1:2:x", "a:1:2:3:4", "a:1:2:-3"}) {
        EXPECT_EQ(parse_peer_address(address), PeerProcess{}) << address;
    }
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
