#include "node/directories.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "node/exit_status.hpp"

namespace bellwether::node {
namespace {

namespace fs = std::filesystem;

const Surroundings ann{.uid = 1000, .xdg_state_home = "", .xdg_runtime_dir = "/run/user/1000", .home = "/home/ann"};

Directories of(const Bases& named, const Surroundings& surroundings) {
    return directories_of("demo", "alpha", named, surroundings);
}

TEST(DirectoriesOfANode, AreThoseOfTheSystemForRoot) {
    const Directories directories =
        of({}, {.uid = 0, .xdg_state_home = "/x", .xdg_runtime_dir = "/y", .home = "/root"});
    EXPECT_EQ(directories.state, "/var/lib/bellwether/demo/alpha");
    EXPECT_EQ(directories.run, "/run/bellwether/demo/alpha");
}

TEST(DirectoriesOfANode, AreInTheHomeAndTheRuntimeDirectoryOfAUser) {
    EXPECT_EQ(of({}, ann).state, "/home/ann/.local/state/bellwether/demo/alpha");
    EXPECT_EQ(of({}, ann).run, "/run/user/1000/bellwether/demo/alpha");
}

TEST(DirectoriesOfANode, FollowXdgStateHomeUnlessItIsRelative) {
    Surroundings surroundings = ann;
    surroundings.xdg_state_home = "/data/state";
    EXPECT_EQ(of({}, surroundings).state, "/data/state/bellwether/demo/alpha");
    surroundings.xdg_state_home = "state";
    EXPECT_EQ(of({}, surroundings).state, "/home/ann/.local/state/bellwether/demo/alpha");
}

TEST(DirectoriesOfANode, AreInTmpWithoutARuntimeDirectory) {
    Surroundings surroundings = ann;
    surroundings.xdg_runtime_dir = "";
    EXPECT_EQ(of({}, surroundings).run, "/tmp/bellwether-1000/demo/alpha");
}

TEST(DirectoriesOfANode, AreBelowTheNamedBasesWhateverTheirSpelling) {
    EXPECT_EQ(of({.state = "/srv/state/", .run = "/srv/./run"}, ann).state, "/srv/state/demo/alpha");
    EXPECT_EQ(of({.state = "/srv/state/", .run = "/srv/./run"}, ann).run, "/srv/run/demo/alpha");
    EXPECT_EQ(of({.state = "state", .run = ""}, ann).state, fs::current_path() / "state/demo/alpha");
}

TEST(DirectoriesOfANode, NeedAHomeOnlyWhereNoneIsNamed) {
    Surroundings surroundings = ann;
    surroundings.home = "";
    EXPECT_THROW(static_cast<void>(of({}, surroundings)), WrongCall);
    EXPECT_EQ(of({.state = "/srv", .run = ""}, surroundings).state, "/srv/demo/alpha");
}

TEST(DirectoriesOfANode, AreRefusedIfASocketWouldNotFit) {
    // "/<base>/demo/alpha/control.sock" may have 107 bytes.
    const std::string longest = "/" + std::string(82, 'x');
    EXPECT_EQ(of({.state = "", .run = longest}, ann).run, longest + "/demo/alpha");
    EXPECT_THROW(static_cast<void>(of({.state = "", .run = longest + "x"}, ann)), WrongCall);
}

class TheFallbackBase : public ::testing::Test {
protected:
    ~TheFallbackBase() override { fs::remove_all(base_); }

    // Of a user whom nobody is, and another one for each process: the test meets no directory in use.
    Surroundings surroundings_{.uid = 3'900'000'000U + static_cast<unsigned>(::getpid()),
                               .xdg_state_home = "",
                               .xdg_runtime_dir = "",
                               .home = ""};
    fs::path base_ = "/tmp/bellwether-" + std::to_string(surroundings_.uid);
};

TEST_F(TheFallbackBase, IsRefusedIfItIsNotOurs) {
    ASSERT_TRUE(fs::create_directory(base_));
    EXPECT_THROW(claim_fallback_base(base_ / "demo/alpha", surroundings_), std::runtime_error);
}

TEST_F(TheFallbackBase, IsNotTouchedForOtherDirectories) {
    claim_fallback_base("/tmp/elsewhere/demo/alpha", surroundings_);
    EXPECT_FALSE(fs::exists(base_));
}

TEST(TheFallbackBaseOfThisUser, IsRefusedIfOthersCanUseIt) {
    const Surroundings here{.uid = ::geteuid(), .xdg_state_home = "", .xdg_runtime_dir = "", .home = ""};
    const fs::path base = "/tmp/bellwether-" + std::to_string(here.uid);
    if (fs::exists(base)) GTEST_SKIP() << base << " is in use";
    claim_fallback_base(base / "demo/alpha", here);
    struct stat status {};
    ASSERT_EQ(::stat(base.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U);
    claim_fallback_base(base / "demo/alpha", here);
    ::chmod(base.c_str(), 0777);
    EXPECT_THROW(claim_fallback_base(base / "demo/alpha", here), std::runtime_error);
    fs::remove_all(base);
}

}  // namespace
}  // namespace bellwether::node
