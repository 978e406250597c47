#include "tools/run/cgroup.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include "client/clock.hpp"

namespace bellwether::run {
namespace {

namespace fs = std::filesystem;

using namespace std::chrono_literals;

class ACgroupInRealTime : public ::testing::Test {
protected:
    void SetUp() override {
        if (cgroup_ == nullptr) GTEST_SKIP() << "no cgroup of version 2 with cgroup.kill may be made here by this user";
    }

    // Processes in it that are alive.
    [[nodiscard]] std::ptrdiff_t members() const {
        std::ifstream file{cgroup_->path() / "cgroup.procs"};
        return std::distance(std::istream_iterator<pid_t>{file}, {});
    }
    [[nodiscard]] bool comes_to_have(std::ptrdiff_t count) const {
        for (const auto deadline = client::now() + 10s; client::now() < deadline;) {
            if (members() == count) return true;
        }
        return false;
    }

    std::string name_ = "bellwether-test-" + std::to_string(::getpid());
    std::unique_ptr<Cgroup> cgroup_ = Cgroup::make(name_);
};

TEST_F(ACgroupInRealTime, EndsAllThatIsInItAlsoWhatHasMovedToASessionOfItsOwn) {
    const pid_t first = ::fork();
    if (first == 0) {
        if (!cgroup_->enter()) ::_exit(1);
        if (::fork() == 0) ::setsid();
        for (;;) ::pause();
    }
    ASSERT_TRUE(comes_to_have(2)) << members();
    cgroup_->kill();
    int status = 0;
    ASSERT_EQ(::waitpid(first, &status, 0), first);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
    EXPECT_TRUE(comes_to_have(0)) << members();
}

TEST_F(ACgroupInRealTime, GoesWithItsOwner) {
    const fs::path path = cgroup_->path();
    EXPECT_TRUE(fs::is_directory(path));
    cgroup_.reset();
    EXPECT_FALSE(fs::exists(path));
}

TEST_F(ACgroupInRealTime, OneThatIsThereAlreadyIsNotShared) {
    EXPECT_EQ(Cgroup::make(name_), nullptr);
    EXPECT_TRUE(fs::is_directory(cgroup_->path()));
}

}  // namespace
}  // namespace bellwether::run
