#include "node/service.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"

namespace bellwether::node {
namespace {

using namespace std::chrono_literals;

TEST(Signals, ComeAsSomethingToReadAndNotAsAnEnd) {
    Signals signals;
    EXPECT_FALSE(signals.take().has_value());
    ::kill(::getpid(), SIGTERM);
    pollfd item{.fd = signals.fd(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(::poll(&item, 1, 5000), 1);
    EXPECT_EQ(signals.take(), SIGTERM);
    EXPECT_FALSE(signals.take().has_value());
}

// The place of a service manager: a socket to be told things on.
class ServiceManager : public ::testing::Test {
protected:
    void SetUp() override {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string path = (directory_.path() / "notify").string();
        std::memcpy(address.sun_path, path.data(), path.size());
        ASSERT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }
    void TearDown() override {
        for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
    }
    [[nodiscard]] std::string heard() const {
        std::array<char, 256> text{};
        const ssize_t size = ::recv(socket_.get(), text.data(), text.size(), MSG_DONTWAIT);
        return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    }

    testing::TemporaryDirectory directory_;
    Descriptor socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

TEST_F(ServiceManager, IsToldWordForWord) {
    const Supervisor supervisor;
    supervisor.tell("READY=1");
    EXPECT_EQ(heard(), "READY=1");
    EXPECT_FALSE(supervisor.watchdog_interval().has_value());
}

TEST_F(ServiceManager, GetsASignOfLifeTwiceAsOftenAsItAsks) {
    ::setenv("WATCHDOG_USEC", "3000000", 1);
    EXPECT_EQ(Supervisor{}.watchdog_interval(), 1500ms);
    ::setenv("WATCHDOG_PID", std::to_string(::getpid() + 1).c_str(), 1);
    EXPECT_FALSE(Supervisor{}.watchdog_interval().has_value());
}

TEST(WithoutAServiceManager, NothingIsSent) {
    ::unsetenv("NOTIFY_SOCKET");
    Supervisor{}.tell("READY=1");
}

TEST(AProcess, IsPreparedWithFilesForOwnerAndGroup) {
    const mode_t before = ::umask(0);
    prepare_process();
    EXPECT_EQ(::umask(before), mode_t{0027});
}

TEST(AProcess, IsPreparedWithDiceThatNobodyKnows) {
    std::srand(1);
    const int foreseen = std::rand();
    std::srand(1);
    prepare_process();
    EXPECT_NE(std::rand(), foreseen);
}

// In a child: what is closed stays closed.
TEST(AProcess, ThatClosesItsMemoryLeavesNoCoreAndShowsNothing) {
    const auto closes = [] {
        close_memory();
        rlimit core{1, 1};
        const bool is_closed = ::getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0;
        ::_exit(is_closed && ::prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1);
    };
    EXPECT_EXIT(closes(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace bellwether::node
