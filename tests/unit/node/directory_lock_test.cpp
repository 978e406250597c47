#include "node/directory_lock.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace bellwether::node {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string refusal_to_lock(const fs::path& directory) {
    try {
        const DirectoryLock lock{directory, "state directory"};
    } catch (const std::runtime_error& refusal) {
        return refusal.what();
    }
    return "";
}

TEST(DirectoryLock, NamesTheProcessThatHasIt) {
    const testing::TemporaryDirectory base;
    const DirectoryLock lock{base.path(), "state directory"};
    EXPECT_EQ(refusal_to_lock(base.path()),
              "state directory " + base.path().string() + " is in use by pid " + std::to_string(::getpid()));
}

TEST(DirectoryLock, GoesWithItsOwner) {
    const testing::TemporaryDirectory base;
    std::optional<DirectoryLock> lock{std::in_place, base.path(), "state directory"};
    lock.reset();
    EXPECT_EQ(refusal_to_lock(base.path()), "");
}

TEST(DirectoryLock, OfADeadProcessIsFree) {
    const testing::TemporaryDirectory base;
    const pid_t child = ::fork();
    if (child == 0) {
        const DirectoryLock lock{base.path(), "state directory"};
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
    EXPECT_EQ(refusal_to_lock(base.path()), "");
}

TEST(DirectoryLock, NamesADirectoryThatIsMissing) {
    EXPECT_THAT(refusal_to_lock("/nonexistent/alpha"), HasSubstr("/nonexistent/alpha/lock"));
}

}  // namespace
}  // namespace bellwether::node
