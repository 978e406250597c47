#include "node/state_directory.hpp"

#include <fstream>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace bellwether::node {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::mode_of;

TEST(TheStateDirectory, IsMadeForItsOwnerAlone) {
    const testing::TemporaryDirectory base;
    make_state_directory(base.path() / "demo" / "alpha");
    EXPECT_EQ(mode_of(base.path() / "demo"), 0700U);
    EXPECT_EQ(mode_of(base.path() / "demo" / "alpha"), 0700U);
}

TEST(TheStateDirectory, IsClosedIfItWasOpenToOthers) {
    const testing::TemporaryDirectory base;
    fs::permissions(base.path(), fs::perms{0755});
    make_state_directory(base.path());
    EXPECT_EQ(mode_of(base.path()), 0700U);
}

TEST(TheStateDirectory, IsNamedIfItCannotBeMade) {
    const testing::TemporaryDirectory base;
    std::ofstream{base.path() / "file"};
    try {
        make_state_directory(base.path() / "file" / "alpha");
        FAIL() << "was made";
    } catch (const std::runtime_error& refusal) {
        EXPECT_THAT(refusal.what(), HasSubstr((base.path() / "file").string()));
    }
}

TEST(TheStateDirectory, CanOnlyBeSyncedIfItIsThere) {
    const testing::TemporaryDirectory base;
    sync_directory(base.path());
    EXPECT_THROW(sync_directory(base.path() / "missing"), std::system_error);
}

}  // namespace
}  // namespace bellwether::node
