#include "node/process_watch.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/mesh_sockets.hpp"
#include "tests/support/sleeper.hpp"

namespace bellwether::node {
namespace {

using testing::eventually;
using testing::Sleeper;

bool is_readable(const ProcessWatch& watch) {
    zmq::pollitem_t item{.socket = nullptr, .fd = watch.fd(), .events = ZMQ_POLLIN, .revents = 0};
    return zmq::poll(&item, 1, std::chrono::milliseconds{0}) == 1;
}

TEST(ProcessWatch, TellsOnceOfEachProcessThatDies) {
    ProcessWatch watch;
    Sleeper lives;
    Sleeper dies;
    const auto first = watch.watch(lives.pid());
    const auto second = watch.watch(dies.pid());
    ASSERT_TRUE(first && second);
    EXPECT_FALSE(is_readable(watch));
    EXPECT_TRUE(watch.take_dead().empty());

    dies.kill();
    ASSERT_TRUE(eventually([&] { return is_readable(watch); }));
    EXPECT_TRUE(watch.is_dead(*second)) << "a dead process that nobody has waited for yet is dead";
    EXPECT_TRUE(watch.is_watched(*second));
    EXPECT_EQ(watch.take_dead(), std::vector{*second});
    EXPECT_FALSE(watch.is_watched(*second));
    EXPECT_FALSE(watch.is_dead(*first));
    EXPECT_FALSE(is_readable(watch));
    EXPECT_EQ(watch.size(), 1U);
}

TEST(ProcessWatch, TellsNothingOfWhoIsForgotten) {
    ProcessWatch watch;
    Sleeper sleeper;
    const auto key = watch.watch(sleeper.pid());
    ASSERT_TRUE(key);
    watch.forget(*key);
    watch.kill(*key);
    EXPECT_TRUE(sleeper.is_running());
    EXPECT_FALSE(watch.may_kill(*key));
    sleeper.kill();
    EXPECT_FALSE(is_readable(watch));
}

TEST(ProcessWatch, KillsWhomItWatchesAndNobodyWhoGotTheNumberSince) {
    ProcessWatch watch;
    Sleeper sleeper;
    const auto key = watch.watch(sleeper.pid());
    ASSERT_TRUE(key);
    EXPECT_TRUE(watch.may_kill(*key));
    watch.kill(*key);
    ASSERT_TRUE(eventually([&] { return watch.is_dead(*key); }));
    sleeper.reap();
    EXPECT_FALSE(watch.may_kill(*key));
    watch.kill(*key);  // Whoever has the number now.
}

TEST(ProcessWatch, AMultitudeOfDeathsIsToldOverSeveralCalls) {
    ProcessWatch watch;
    Sleeper sleeper;
    constexpr std::size_t many = 100;
    for (std::size_t i = 0; i < many; ++i) ASSERT_TRUE(watch.watch(sleeper.pid()));
    sleeper.kill();
    ASSERT_TRUE(eventually([&] { return is_readable(watch); }));
    std::size_t told = watch.take_dead().size();
    EXPECT_LT(told, many);
    while (is_readable(watch)) told += watch.take_dead().size();
    EXPECT_EQ(told, many);
}

TEST(ProcessWatch, WhoDoesNotExistIsNotWatched) {
    ProcessWatch watch;
    Sleeper sleeper;
    const std::uint32_t pid = sleeper.pid();
    sleeper.kill();
    sleeper.reap();
    EXPECT_FALSE(watch.watch(pid));
    EXPECT_EQ(errno, ESRCH);
}

TEST(ProcessWatch, LeavesDescriptorsForOthers) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    rlimit small = before;
    small.rlim_cur = 400;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &small), 0);
    ProcessWatch watch;
    std::size_t watched = 0;
    while (watched < 200 && watch.watch(static_cast<std::uint32_t>(::getpid()))) ++watched;
    EXPECT_EQ(errno, EMFILE);
    EXPECT_EQ(watched, 100U);
    ::setrlimit(RLIMIT_NOFILE, &before);
}

}  // namespace
}  // namespace bellwether::node
