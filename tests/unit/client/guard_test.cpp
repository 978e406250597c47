#include "client/guard.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <ctime>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "client/clock.hpp"

namespace bellwether::client {
namespace {

using namespace std::chrono_literals;

class GuardAgainstTheRealClock : public ::testing::Test {
protected:
    Mandate mandate_;
    Guard guard_ = mandate_.guard();
};

TEST_F(GuardAgainstTheRealClock, SaysNoBeforeAnythingWasGranted) {
    EXPECT_FALSE(guard_.may_act());
    EXPECT_EQ(guard_.token().value, 0U);
}

TEST_F(GuardAgainstTheRealClock, SaysYesOnlyFromTheNodesClockUntilTheDeadline) {
    mandate_.give({1001}, now(), now() + 1h);
    EXPECT_TRUE(guard_.may_act());
    EXPECT_EQ(guard_.token().value, 1001U);

    mandate_.give({1001}, now(), now());
    EXPECT_FALSE(guard_.may_act());

    // The clock of another time namespace.
    mandate_.give({1001}, now() + 1h, now() + 2h);
    EXPECT_FALSE(guard_.may_act());
    EXPECT_EQ(guard_.token().value, 0U);
}

TEST_F(GuardAgainstTheRealClock, SaysNoWithoutBeingToldOnceTheDeadlineIsOver) {
    mandate_.give({1001}, now(), now() + 20ms);
    while (now() < guard_.valid_until()) {
    }
    EXPECT_FALSE(guard_.may_act());
}

TEST_F(GuardAgainstTheRealClock, SaysNoOnceWithdrawnAndYesWhenGivenAgain) {
    mandate_.give({1001}, now(), now() + 1h);
    mandate_.withdraw();
    EXPECT_FALSE(guard_.may_act());
    mandate_.give({2001}, now(), now() + 1h);
    EXPECT_EQ(guard_.token().value, 2001U);
}

TEST_F(GuardAgainstTheRealClock, OutlivesItsMandateAndSaysNo) {
    std::optional<Mandate> mandate{std::in_place};
    const Guard guard = mandate->guard();
    mandate->give({1001}, now(), now() + 1h);
    EXPECT_TRUE(guard.may_act());
    mandate.reset();
    EXPECT_FALSE(guard.may_act());
}

TEST_F(GuardAgainstTheRealClock, AForkedChildDoesNotInheritLeadership) {
    mandate_.give({1001}, now(), now() + 1h);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) ::_exit(guard_.may_act() ? 1 : 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(guard_.may_act());
}

double cpu_ns() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

// A call to the kernel takes longer than this.
TEST_F(GuardAgainstTheRealClock, AnswersAboutAsFastAsTheClock) {
    mandate_.give({1001}, now(), now() + 1h);
    constexpr int calls = 200'000;
    std::int64_t seen = 0;
    int yes = 0;
    std::vector<double> ratios;
    double answer_ns = 0;
    for (int round = 0; round < 5; ++round) {
        const double begin = cpu_ns();
        for (int i = 0; i < calls; ++i) seen |= now().time_since_epoch().count();
        const double middle = cpu_ns();
        for (int i = 0; i < calls; ++i) yes += guard_.may_act() ? 1 : 0;
        answer_ns = (cpu_ns() - middle) / calls;
        ratios.push_back(answer_ns * calls / (middle - begin));
    }
    std::nth_element(ratios.begin(), ratios.begin() + 2, ratios.end());
    std::cout << "may_act() takes " << answer_ns << " ns, " << ratios[2] << " times a look at the clock\n";
    EXPECT_NE(seen, 0);
    EXPECT_EQ(yes, 5 * calls);
    EXPECT_LT(ratios[2], 5);
}

// Each term is over before the next begins: a reader sees tokens grow, and none that was withdrawn before it asked.
TEST_F(GuardAgainstTheRealClock, OtherThreadsNeverSeeATokenThatIsOver) {
    std::atomic<std::uint64_t> over{0};
    std::atomic<bool> done{false};
    std::atomic<unsigned> seen{0};
    std::thread reader{[&] {
        while (!done) {
            const std::uint64_t at_least = over.load() + 1;
            const std::uint64_t token = guard_.token().value;
            if (token == 0) continue;
            ++seen;
            EXPECT_GE(token, at_least);
        }
    }};
    // Until the reader has seen enough of it.
    for (std::uint64_t token = 1; seen < 1000; ++token) {
        mandate_.give({token}, now(), now() + 1h);
        mandate_.withdraw();
        over = token;
    }
    done = true;
    reader.join();
}

}  // namespace
}  // namespace bellwether::client
