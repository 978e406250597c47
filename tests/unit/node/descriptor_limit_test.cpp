#include "node/descriptor_limit.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace bellwether::node {
namespace {

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
