#include "node/run_directory.hpp"

#include <stdexcept>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace bellwether::node {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Property;
using ::testing::Throws;

mode_t mode_of(const std::filesystem::path& path) {
    struct stat info {};
    EXPECT_EQ(stat(path.c_str(), &info), 0);
    return info.st_mode & 07777U;
}

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
