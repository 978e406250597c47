#include "node/descriptor_limit.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <zmq.hpp>

#include "node/descriptor.hpp"
#include "node/gate.hpp"
#include "tests/support/accepted_connection.hpp"
#include "tests/support/mesh_sockets.hpp"
#include "tests/support/raw_peer.hpp"

namespace bellwether::node {
namespace {

using testing::eventually;
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

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator directory{"/proc/self/fd"};
    return static_cast<std::size_t>(std::distance(begin(directory), end(directory)));
}

using AnAcceptedDescriptor = testing::AnAcceptedConnection;

TEST_F(AnAcceptedDescriptor, IsNotSoonGivenToAnother) {
    std::set<int> given;
    for (int i = 0; i < 100; ++i) {
        const RawPeer peer = RawPeer::at_path(path);
        const Descriptor connection = accepted();
        ASSERT_GE(connection.get(), 0);
        EXPECT_TRUE(given.insert(connection.get()).second);
    }
}

// With both ends in this process: each connection takes two.
TEST_F(AnAcceptedDescriptor, IsRefusedWhenHalfOfAllAreOpen) {
    constexpr rlim_t few = 512;
    const rlimit lowered{.rlim_cur = few, .rlim_max = few};
    EXPECT_EXIT(
        {
            ::setrlimit(RLIMIT_NOFILE, &lowered);
            limit_descriptors();
            std::vector<RawPeer> peers;
            std::vector<Descriptor> connections;
            for (;;) {
                peers.push_back(RawPeer::at_path(path));
                connections.push_back(accepted());
                if (connections.back().get() < 0) break;
            }
            const bool was_refused = errno == ECONNABORTED;
            ::_exit(was_refused && open_descriptors() <= few / 2 + 2 && open_descriptors() >= few / 2 - 2 ? 0 : 1);
        },
        ::testing::ExitedWithCode(0), "");
}

TEST(ADescriptorInRealTime, IsNotHeldToWhatWasSaidByWhoHadItBefore) {
    limit_descriptors();
    const Endpoint endpoint{"127.0.0.1", testing::free_port()};
    zmq::context_t context;
    Refusals refusals;
    zmq::socket_t listener{context, zmq::socket_type::router};
    Gate gate{context, refusals};
    gate.guard(listener, {{1 << 20}, 3}, "a test");
    listener.bind(endpoint.str());
    gate.start();
    const std::size_t before = open_descriptors();
    RawPeer bad = RawPeer::at_port(endpoint.port);
    ASSERT_TRUE(bad.shake_hands("DEALER"));
    bad.say(std::string{"\0\3bad", 5});
    ASSERT_TRUE(eventually([&] { return (listener.get(zmq::sockopt::events) & ZMQ_POLLIN) != 0; }));
    bad.hang_up();
    ASSERT_TRUE(eventually([&] { return open_descriptors() == before; }));
    RawPeer next = RawPeer::at_port(endpoint.port);
    ASSERT_TRUE(next.shake_hands("DEALER"));
    zmq::message_t part;
    (void)listener.recv(part);
    (void)listener.recv(part);
    ASSERT_EQ(part.to_string_view(), "bad");
    gate.shut(part);
    next.say(std::string{"\0\4good", 6});
    EXPECT_TRUE(eventually([&] { return listener.recv(part, zmq::recv_flags::dontwait).has_value(); }));
    EXPECT_EQ(refusals.of("connections_shut"), 0U);
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
