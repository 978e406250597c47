#include "node/descriptor_limit.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "node/descriptor.hpp"
#include "tests/support/accepted_connection.hpp"
#include "tests/support/mesh_sockets.hpp"
#include "tests/support/raw_peer.hpp"

namespace bellwether::node {
namespace {

using testing::open_descriptors;
using testing::RawPeer;

TEST(TheDescriptorLimit, LeavesHalfOfAllToOthersThanLocalProcesses) {
    EXPECT_TRUE(leaves_room(511, true, 1024));
    EXPECT_FALSE(leaves_room(512, true, 1024));
    EXPECT_TRUE(leaves_room(512, false, 1024));
}

TEST(TheDescriptorLimit, KeepsTheLastForTheDaemonItself) {
    EXPECT_TRUE(leaves_room(959, false, 1024));
    EXPECT_FALSE(leaves_room(960, false, 1024));
    EXPECT_FALSE(leaves_room(3, false, 10));
}

class AnAcceptedDescriptor : public testing::AnAcceptedConnection {
protected:
    // In a process that may have few. Exits with 0 if that was when half of them were open; with peers, half of those
    // are no accepted connections.
    [[noreturn]] void connect_until_refused(bool with_peers) const {
        constexpr rlim_t few = 512;
        const rlimit lowered{.rlim_cur = few, .rlim_max = few};
        ::setrlimit(RLIMIT_NOFILE, &lowered);
        limit_descriptors();
        std::vector<RawPeer> peers;
        std::vector<Descriptor> connections;
        do {
            RawPeer peer = RawPeer::at_path(path);
            connections.push_back(accepted());
            if (with_peers) peers.push_back(std::move(peer));
        } while (connections.back());
        const bool was_refused = errno == ECONNABORTED;
        const std::size_t open = open_descriptors(::getpid());
        ::_exit(was_refused && few / 2 - 2 <= open && open <= few / 2 + 2 ? 0 : 1);
    }
};

TEST_F(AnAcceptedDescriptor, IsNotSoonGivenToAnother) {
    std::set<int> given;
    for (int i = 0; i < 100; ++i) {
        const RawPeer peer = RawPeer::at_path(path);
        const Descriptor connection = accepted();
        ASSERT_GE(connection.get(), 0);
        EXPECT_TRUE(given.insert(connection.get()).second);
    }
}

TEST_F(AnAcceptedDescriptor, IsRefusedWhenHalfOfAllAreOpen) {
    EXPECT_EXIT(connect_until_refused(false), ::testing::ExitedWithCode(0), "");
    EXPECT_EXIT(connect_until_refused(true), ::testing::ExitedWithCode(0), "");
}

TEST(TheDescriptorLimit, IsRaisedAsFarAsItMayBe) {
    limit_descriptors();
    rlimit allowed{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &allowed), 0);
    EXPECT_GE(allowed.rlim_cur, std::min<rlim_t>(allowed.rlim_max, 65'536));
}

TEST(TheDescriptorLimit, HasItsTableFromTheBeginning) {
    limit_descriptors();
    rlimit allowed{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &allowed), 0);
    std::ifstream status{"/proc/self/status"};
    std::string word;
    while (status >> word && word != "FDSize:") {
    }
    rlim_t size = 0;
    status >> size;
    EXPECT_GE(size, std::min<rlim_t>(allowed.rlim_cur, 65'536));
}

}  // namespace
}  // namespace bellwether::node
