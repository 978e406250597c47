#include "client/locate.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client/control.hpp"
#include "tests/support/locked_out.hpp"
#include "tests/unit/client/fake_daemon.hpp"

namespace bellwether::client {
namespace {

namespace fs = std::filesystem;

class Locating : public ::testing::Test {
protected:
    // A node whose daemon has been killed: the socket is there, and nobody listens.
    fs::path leave_behind(const std::string& place) {
        const fs::path run_dir = directory_.path() / place;
        fs::create_directories(run_dir);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        (run_dir / "control.sock").string().copy(address.sun_path, sizeof address.sun_path - 1);
        const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
        EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        ::close(fd);
        return run_dir;
    }

    [[nodiscard]] fs::path base() const { return directory_.path(); }

private:
    TemporaryDirectory directory_;
};

fs::path found(const Wanted& wanted) { return std::get<fs::path>(locate(wanted)); }
NotFound missing(const Wanted& wanted) { return std::get<NotFound>(locate(wanted)); }

TEST_F(Locating, TheNodesOwnDirectoryIsTheNode) {
    const fs::path alpha = leave_behind("demo/alpha");
    EXPECT_EQ(found({.run_dir = alpha, .cluster = {}, .node = {}}), alpha);
    EXPECT_EQ(found({.run_dir = alpha / "", .cluster = {}, .node = {}}), alpha);
}

TEST_F(Locating, AnyDirectoryAboveWithOneNodeBelowWillDo) {
    const fs::path alpha = leave_behind("demo/run/demo/alpha");
    EXPECT_EQ(found({.run_dir = base(), .cluster = {}, .node = {}}), alpha);
    EXPECT_EQ(found({.run_dir = base() / "demo/run", .cluster = {}, .node = {}}), alpha);
}

TEST_F(Locating, OfSeveralNoneIsTakenAndAllAreListed) {
    leave_behind("demo/bravo");
    leave_behind("demo/alpha");
    const NotFound answer = missing({.run_dir = base(), .cluster = {}, .node = {}});
    EXPECT_EQ(answer.why, NotFound::Why::ambiguous);
    EXPECT_NE(answer.text.find("demo/alpha, demo/bravo"), std::string::npos) << answer.text;
    EXPECT_NE(answer.text.find("--run-dir " + (base() / "demo/alpha").string()), std::string::npos) << answer.text;
}

TEST_F(Locating, ANameChoosesAmongSeveral) {
    leave_behind("demo/alpha");
    leave_behind("other/bravo");
    const fs::path bravo = leave_behind("demo/bravo");
    EXPECT_EQ(found({.run_dir = base(), .cluster = "demo", .node = "bravo"}), bravo);
    EXPECT_EQ(missing({.run_dir = base(), .cluster = {}, .node = "bravo"}).why, NotFound::Why::ambiguous);
}

TEST_F(Locating, WithClusterAndNodeThereIsAPlaceToWaitAt) {
    EXPECT_EQ(found({.run_dir = base(), .cluster = "demo", .node = "alpha"}), base() / "demo/alpha");
}

TEST_F(Locating, AnEmptyDirectoryHoldsNoDaemon) {
    const NotFound answer = missing({.run_dir = base(), .cluster = {}, .node = {}});
    EXPECT_EQ(answer.why, NotFound::Why::none);
    EXPECT_EQ(answer.text, "no daemon at or below " + base().string());
    EXPECT_EQ(missing({.run_dir = base() / "not there", .cluster = {}, .node = {}}).why, NotFound::Why::none);
}

TEST_F(Locating, WhatThisUserMayNotLookIntoIsNamedAndNotTakenForNothing) {
    const fs::path alpha = leave_behind("demo/run/demo/alpha");
    const testing::LockedOut locked_out{base(), alpha};
    const NotFound answer = missing({.run_dir = base(), .cluster = {}, .node = {}});
    EXPECT_EQ(answer.why, NotFound::Why::forbidden);
    EXPECT_NE(answer.text.find("Permission denied: " + alpha.string()), std::string::npos) << answer.text;
    EXPECT_EQ(missing({.run_dir = alpha, .cluster = {}, .node = {}}).why, NotFound::Why::forbidden);
    // Asked there, it says so.
    EXPECT_EQ(found({.run_dir = base(), .cluster = "demo", .node = "alpha"}), alpha);
    EXPECT_EQ(why_not_reachable(alpha)->why, NoReply::Why::forbidden);
}

TEST_F(Locating, WhatMayBeLookedIntoIsFoundBesideWhatMayNot) {
    const fs::path alpha = leave_behind("demo/alpha");
    const fs::path bravo = leave_behind("demo/bravo");
    const testing::LockedOut locked_out{base(), alpha};
    EXPECT_EQ(found({.run_dir = base(), .cluster = {}, .node = {}}), bravo);
}

TEST_F(Locating, WithoutAPlaceOnlyADaemonThatRunsCounts) {
    ::setenv("XDG_RUNTIME_DIR", base().c_str(), 1);
    if (::geteuid() == 0) GTEST_SKIP() << "the default place of root is the system's";
    leave_behind("bellwether/demo/alpha");
    const fs::path bravo = base() / "bellwether/demo/bravo";
    const FakeDaemon daemon{bravo};
    EXPECT_EQ(found({}), bravo);
}

}  // namespace
}  // namespace bellwether::client
