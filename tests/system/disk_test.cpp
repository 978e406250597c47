// A disk that takes no more. A voter whose vote cannot be written must not have cast it, so the daemon ends, loudly.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "tests/support/real_mesh.hpp"

namespace bellwether::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// Bravo cannot write any more, and alpha's death makes it try.
void expect_that_bravo_ends_and_the_others_go_on(RealMesh& mesh, const Leadership& before) {
    mesh.kill("alpha");
    const auto status = mesh.process("bravo").await_end();
    ASSERT_TRUE(status) << "it runs on";
    EXPECT_EQ(*status, 1);
    EXPECT_THAT(last_lines_of(mesh.log("bravo"), 1), HasSubstr(" error " + mesh.state_dir("bravo").string()));
    mesh.kill("bravo");
    EXPECT_GT(mesh.await_leader("charlie").token, before.token);

    mesh.start("alpha");
    (void)mesh.await_leader("alpha");
}

TEST(FullDiskInRealTime, AFileThatMayNotGrowEndsTheDaemonAndTheOthersGoOn) {
    RealMesh mesh;
    Launch launch = mesh.launch_of("bravo");
    launch.ignores_file_size_signal = true;
    mesh.start("bravo", launch);
    mesh.start_all();
    const Leadership before = mesh.await_leader("alpha");

    // The log of the daemon is far smaller than its write-ahead log, and so may still grow.
    const rlim_t size = fs::file_size(mesh.state_dir("bravo") / "state.sqlite3-wal");
    ASSERT_GT(size, 4 * fs::file_size(mesh.log("bravo")));
    const rlimit no_more{.rlim_cur = size, .rlim_max = size};
    ASSERT_EQ(::prlimit(mesh.process("bravo").pid(), RLIMIT_FSIZE, &no_more, nullptr), 0) << std::strerror(errno);
    expect_that_bravo_ends_and_the_others_go_on(mesh, before);
}

// Mounted where only this process and those it starts see it.
class SmallDisk {
public:
    explicit SmallDisk(fs::path where) : where_{std::move(where)} {
        fs::create_directories(where_);
        is_there_ = ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                    ::mount("tmpfs", where_.c_str(), "tmpfs", 0, "size=256k") == 0;
    }
    ~SmallDisk() {
        if (is_there_) ::umount2(where_.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    [[nodiscard]] bool is_there() const { return is_there_; }

    void fill() const {
        std::ofstream filler{where_ / "filler"};
        const std::string page(4096, 'x');
        while (filler.write(page.data(), static_cast<std::streamsize>(page.size())).flush()) {
        }
    }

private:
    fs::path where_;
    bool is_there_{};
};

TEST(FullDiskInRealTime, ADiskWithoutRoomEndsTheDaemonAndTheOthersGoOn) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to mount a small disk";
    RealMesh mesh;
    const SmallDisk disk{mesh.state_dir("bravo")};
    if (!disk.is_there()) GTEST_SKIP() << "cannot mount a small disk here: " << std::strerror(errno);
    mesh.start_all();
    const Leadership before = mesh.await_leader("alpha");
    disk.fill();
    expect_that_bravo_ends_and_the_others_go_on(mesh, before);
}

}  // namespace
}  // namespace bellwether::testing
