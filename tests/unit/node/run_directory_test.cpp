#include "node/run_directory.hpp"

#include <stdexcept>

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace bellwether::node {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::mode_of;
using ::testing::Property;
using ::testing::Throws;

auto says(const std::string& part) {
    return Throws<std::runtime_error>(Property(&std::runtime_error::what, HasSubstr(part)));
}

class RunDirectories : public ::testing::Test {
protected:
    bellwether::testing::TemporaryDirectory temporary;
    std::filesystem::path path = temporary.path() / "base" / "test" / "n1";
};

TEST_F(RunDirectories, AreMadeForOwnerAndGroup) {
    const RunDirectory directory{path, {}};
    EXPECT_EQ(mode_of(path), 0750U);
}

TEST_F(RunDirectories, AreNarrowedIfTheyExist) {
    std::filesystem::create_directories(path);
    chmod(path.c_str(), 0777);
    const RunDirectory directory{path, {}};
    EXPECT_EQ(mode_of(path), 0750U);
}

// Whoever made it could put other sockets in the place of ours, or have us change the mode of what is not ours.
TEST_F(RunDirectories, AreRefusedIfTheyAreLinks) {
    const std::filesystem::path victim = temporary.path() / "victim";
    for (const std::filesystem::path& link : {path, path.parent_path()}) {
        std::filesystem::create_directories(link.parent_path());
        std::filesystem::create_directories(victim / "n1");
        chmod(victim.c_str(), 0777);
        std::filesystem::create_directory_symlink(victim, link);
        EXPECT_THAT([&] { RunDirectory(path, {}); }, says(link.string() + " is a link: remove it, or choose"));
        EXPECT_EQ(mode_of(victim), 0777U);
        std::filesystem::remove_all(temporary.path() / "base");
    }
}

TEST_F(RunDirectories, AreRefusedIfTheyOrThoseAboveThemBelongToAnotherUser) {
    if (geteuid() != 0) GTEST_SKIP() << "needs root, to have directories of another user";
    const std::filesystem::path cluster = path.parent_path();
    for (const std::filesystem::path& of_another : {path, cluster, cluster.parent_path()}) {
        std::filesystem::create_directories(path);
        chmod(path.c_str(), 0777);
        ASSERT_EQ(chown(of_another.c_str(), 65534, 65534), 0);
        EXPECT_THAT([&] { RunDirectory(path, {}); },
                    says(of_another.string() +
                         " belongs to the user 65534, who could put other sockets in the place of ours: it must belong "
                         "to the one who runs the node, which is 0: remove it, or choose another --run-dir"));
        EXPECT_EQ(mode_of(path), 0777U);
        std::filesystem::remove_all(temporary.path() / "base");
    }
}

TEST_F(RunDirectories, MayLieBehindALinkThatTheOperatorMade) {
    std::filesystem::create_directory(temporary.path() / "elsewhere");
    std::filesystem::create_directory_symlink("elsewhere", temporary.path() / "base");
    const RunDirectory directory{path, {}};
    EXPECT_EQ(mode_of(path), 0750U);
}

TEST_F(RunDirectories, NeedAGroupThatExists) {
    EXPECT_THAT([&] { RunDirectory(path, {.group = "no-such-group-here"}); },
                says("\"no-such-group-here\" of [local] does not exist"));
}

TEST_F(RunDirectories, NameThePathThatIsTooLongForASocket) {
    const RunDirectory directory{temporary.path() / std::string(100, 'x'), {}};
    EXPECT_THAT([&] { (void)directory.socket("leader.sock"); }, says(std::string(100, 'x') + "/leader.sock has "));
}

TEST_F(RunDirectories, NameThePathThatIsNoDirectory) {
    EXPECT_THAT([] { RunDirectory("/dev/null/n1", {}); }, says("/dev/null"));
}

TEST_F(RunDirectories, LetTheGroupConnectToASocket) {
    const RunDirectory directory{path, {}};
    const std::filesystem::path socket = directory.socket("leader.sock");
    close(creat(socket.c_str(), 0777));
    directory.admit(socket);
    EXPECT_EQ(mode_of(socket), 0660U);
}

TEST_F(RunDirectories, LetEverybodyConnectWhereEverybodyMayWatch) {
    const RunDirectory directory{path, {.watch = Watchers::everybody}};
    const std::filesystem::path socket = directory.socket("leader.sock");
    close(creat(socket.c_str(), 0600));
    directory.admit(socket);
    EXPECT_EQ(mode_of(temporary.path() / "base"), 0755U);
    EXPECT_EQ(mode_of(path), 0755U);
    EXPECT_EQ(mode_of(socket), 0666U);
}

TEST_F(RunDirectories, AreOfTheDaemonsOwnGroupWhereNoneIsNamed) {
    EXPECT_EQ(RunDirectory(path, {}).group(), getegid());
}

}  // namespace
}  // namespace bellwether::node
