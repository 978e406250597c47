#include "node/crash_point.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include <gtest/gtest.h>

#include "node/state_file.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/node/records.hpp"

namespace bellwether::node {
namespace {

using protocol::Durable;

#ifdef BELLWETHER_CRASH_POINTS

// Writes floor 1 and 2, dying where `where` says; then what the disk has.
std::optional<Durable> left_by_death(const char* where) {
    const testing::TemporaryDirectory directory;
    const pid_t child = ::fork();
    if (child == 0) {
        ::setenv("BELLWETHER_CRASH_AT", where, 1);
        StateFile file{directory.path()};
        file.write(floor_of(1));
        file.write(floor_of(2));
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << where;
    return StateFile{directory.path()}.content();
}

TEST(ADeath, BeforeTheCommitLeavesWhatWasThere) {
    EXPECT_EQ(left_by_death("before_write"), std::nullopt);
    EXPECT_EQ(left_by_death("before_commit"), std::nullopt);
    EXPECT_EQ(left_by_death("before_write:2"), floor_of(1));
    EXPECT_EQ(left_by_death("before_commit:2"), floor_of(1));
}

TEST(ADeath, AfterTheCommitLeavesWhatWasCommitted) {
    EXPECT_EQ(left_by_death("after_commit"), floor_of(1));
    EXPECT_EQ(left_by_death("after_commit:2"), floor_of(2));
}

#else

TEST(CrashPoints, KillNobodyInAnOrdinaryBuild) {
    const testing::TemporaryDirectory directory;
    ::setenv("BELLWETHER_CRASH_AT", "after_commit", 1);
    StateFile{directory.path()}.write(floor_of(1));
    ::unsetenv("BELLWETHER_CRASH_AT");
    EXPECT_EQ(StateFile{directory.path()}.content(), floor_of(1));
}

#endif

}  // namespace
}  // namespace bellwether::node
