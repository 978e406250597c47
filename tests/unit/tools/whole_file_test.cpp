#include "tools/cli/whole_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/mesh_file.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tools/cli/exit_status.hpp"

namespace bellwether::cli {
namespace {

using node::mesh_file::content_of;
using testing::mode_of;

struct stat status_of(const std::filesystem::path& file) {
    struct stat status {};
    EXPECT_EQ(::stat(file.c_str(), &status), 0) << file;
    return status;
}

class WholeFile : public ::testing::Test {
protected:
    // Nothing that was begun is left beside what is meant.
    [[nodiscard]] auto entries() const {
        return std::distance(std::filesystem::directory_iterator{directory.path()},
                             std::filesystem::directory_iterator{});
    }

    const testing::TemporaryDirectory directory;
    const std::filesystem::path file = std::filesystem::path{directory.path()} / "file";
};

TEST_F(WholeFile, ThatIsPrivateIsForItsOwnerAloneWhateverTheUmask) {
    for (const mode_t mask : {0U, 0777U}) {
        const mode_t before = ::umask(mask);
        create_private_file(file, "secret\n");
        ::umask(before);
        EXPECT_EQ(mode_of(file), 0600U);
        EXPECT_EQ(content_of(file), "secret\n");
        std::filesystem::remove(file);
    }
}

TEST_F(WholeFile, ThatIsPrivateTakesNobodysPlace) {
    std::ofstream{file} << "mine";
    EXPECT_THROW(create_private_file(file, "yours"), Failure);
    EXPECT_EQ(content_of(file), "mine");
    EXPECT_EQ(entries(), 1);
    std::filesystem::remove(file);
    std::filesystem::create_symlink("nowhere", file);
    EXPECT_THROW(create_private_file(file, "yours"), Failure);
    EXPECT_EQ(entries(), 1);
}

TEST_F(WholeFile, ThatRootMakesBelongsToTheOwnerOfItsDirectory) {
    if (::geteuid() != 0) {
        create_private_file(file, "x");
        EXPECT_EQ(status_of(file).st_uid, ::geteuid());
        return;
    }
    ASSERT_EQ(::chown(directory.path().c_str(), 65534, 65534), 0);
    create_private_file(file, "x");
    EXPECT_EQ(status_of(file).st_uid, 65534U);
    EXPECT_EQ(mode_of(file), 0600U);
}

TEST_F(WholeFile, ThatReplacesAnotherKeepsItsModeAndItsOwner) {
    std::ofstream{file} << "old";
    std::filesystem::permissions(file, std::filesystem::perms{0640});
    if (::geteuid() == 0) {
        ASSERT_EQ(::chown(file.c_str(), 65534, 65533), 0);
    }
    const struct stat before = status_of(file);
    replace_file(file, "new");
    EXPECT_EQ(content_of(file), "new");
    EXPECT_EQ(mode_of(file), 0640U);
    EXPECT_EQ(status_of(file).st_uid, before.st_uid);
    EXPECT_EQ(status_of(file).st_gid, before.st_gid);
    EXPECT_EQ(entries(), 1);
}

TEST_F(WholeFile, ThatReplacesWhatALinkPointsToLeavesTheLink) {
    std::ofstream{file} << "old";
    const auto link = std::filesystem::path{directory.path()} / "link";
    std::filesystem::create_symlink("file", link);
    replace_file(link, "new");
    EXPECT_TRUE(std::filesystem::is_symlink(link));
    EXPECT_EQ(content_of(file), "new");
}

TEST_F(WholeFile, ThatReplacesNoneIsAFailureThatNamesIt) {
    try {
        replace_file(file, "new");
        FAIL() << "replaced what is not there";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status, exit_no);
        EXPECT_EQ(failure.what(), file.string() + ": cannot be replaced: No such file or directory");
    }
    EXPECT_EQ(entries(), 0);
}

TEST_F(WholeFile, ThatIsRenamedTakesAPlace) {
    std::ofstream{file} << "new";
    const auto other = std::filesystem::path{directory.path()} / "other";
    std::ofstream{other} << "old";
    rename_file(file, other);
    EXPECT_EQ(content_of(other), "new");
    EXPECT_EQ(entries(), 1);
    EXPECT_THROW(rename_file(file, other), Failure);
}

TEST_F(WholeFile, HasADirectoryForItsOwnerAloneUnlessThereIsOne) {
    const auto keys = std::filesystem::path{directory.path()} / "keys";
    make_private_directory(keys);
    EXPECT_EQ(mode_of(keys), 0700U);
    std::filesystem::permissions(keys, std::filesystem::perms{0750});
    make_private_directory(keys);
    EXPECT_EQ(mode_of(keys), 0750U);
    EXPECT_THROW(make_private_directory(keys / "a" / "b"), Failure);
}

}  // namespace
}  // namespace bellwether::cli
