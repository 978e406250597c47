#include "tools/run/guardian.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <optional>
#include <string>

#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/clock.hpp"

namespace bellwether::run {
namespace {

using namespace std::chrono_literals;

std::optional<Report> await(Guardian& guardian) {
    pollfd item{.fd = guardian.fd(), .events = POLLIN, .revents = 0};
    (void)::poll(&item, 1, 10'000);
    return guardian.next_report();
}

// In a process of its own, which adopts orphans from then on.
void expect_in_a_child(
    const std::function<bool(Guardian&)>& holds, const std::string& script,
    const std::function<void()>& before = [] {}) {
    const pid_t child = ::fork();
    if (child == 0) {
        before();
        const Program program{.words = {"/bin/sh", "-c", script}, .environment = {}};
        Guardian guardian{program};
        ::_exit(holds(guardian) ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

TEST(AGuardianInRealTime, TellsHowTheCommandEnded) {
    expect_in_a_child(
        [](Guardian& guardian) {
            guardian.order(Order::Kind::prepare);
            const auto ready = await(guardian);
            if (!ready || ready->kind != Report::Kind::ready || ::getpgid(pid_t(ready->value)) != ready->value)
                return false;
            guardian.order(Order::Kind::go, 1);
            const auto ended = await(guardian);
            return ended && ended->kind == Report::Kind::ended && WEXITSTATUS(int(ended->value)) == 7;
        },
        "exit 7");
}

TEST(AGuardianInRealTime, TellsWhenNothingWasLeftToWhoReadsItLate) {
    expect_in_a_child(
        [](Guardian& guardian) {
            guardian.order(Order::Kind::prepare);
            if (!await(guardian)) return false;
            const auto begin = client::now();
            guardian.order(Order::Kind::go, 1);
            pollfd item{.fd = guardian.fd(), .events = POLLIN, .revents = 0};
            (void)::poll(&item, 1, 10'000);
            const auto heard = client::now();
            (void)::poll(nullptr, 0, 100);
            const auto ended = guardian.next_report();
            return ended && begin < ended->time && ended->time <= heard;
        },
        "exit 0");
}

struct Turns {
    int policy = ::sched_getscheduler(0);
    int nice = ::getpriority(PRIO_PROCESS, 0);
    int timer_slack = ::prctl(PR_GET_TIMERSLACK);
    bool operator==(const Turns&) const = default;
};

// What this user may not set stays as it is, and so does the command's.
TEST(AGuardianInRealTime, StartsTheCommandWithTheTurnsThatItHadItself) {
    for (const int nice : {1, -5}) {
        expect_in_a_child(
            [](Guardian& guardian) {
                guardian.order(Order::Kind::prepare);
                const auto ready = await(guardian);
                if (!ready) return false;
                guardian.order(Order::Kind::go, 1);
                if (!await(guardian)) return false;
                const auto command = static_cast<pid_t>(ready->value);
                Turns turns{.policy = ::sched_getscheduler(command),
                            .nice = ::getpriority(PRIO_PROCESS, static_cast<id_t>(command))};
                std::ifstream file{"/proc/" + std::to_string(command) + "/timerslack_ns"};
                if (int slack = 0; file >> slack) turns.timer_slack = slack;
                return turns == Turns{};
            },
            "kill -STOP $$",
            [nice] {
                const sched_param parameters{};
                (void)::sched_setscheduler(0, SCHED_BATCH, &parameters);
                (void)::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + nice);
            });
    }
}

TEST(AGuardianInRealTime, ACgroupOfOneThatHadItsPidIsNotInItsWay) {
    expect_in_a_child(
        [](Guardian& guardian) {
            const Program program{.words = {"/bin/true"}, .environment = {}};
            const Guardian next{program};
            const bool has_cgroup = guardian.means().starts_with("cgroup ");
            return next.means().starts_with("cgroup ") == has_cgroup &&
                   (next.means() != guardian.means()) == has_cgroup;
        },
        "exit 0");
}

TEST(AGuardianInRealTime, KillsAtTheDeadlineThatItWasToldLast) {
    expect_in_a_child(
        [](Guardian& guardian) {
            guardian.order(Order::Kind::prepare);
            if (!await(guardian)) return false;
            const auto deadline = [&](protocol::Duration span) {
                const auto time = client::now() + span;
                guardian.order(Order::Kind::deadline, time.time_since_epoch().count());
                return time;
            };
            deadline(1h);
            guardian.order(Order::Kind::go, 1);
            const auto due = deadline(200ms);
            const auto ended = await(guardian);
            return ended && ended->kind == Report::Kind::expired && client::now() >= due;
        },
        "exec sleep 1000");
}

TEST(AGuardianInRealTime, StopsWithinTheTimeThatItWasGivenWhateverTheLease) {
    expect_in_a_child(
        [](Guardian& guardian) {
            guardian.order(Order::Kind::prepare);
            if (!await(guardian)) return false;
            guardian.order(Order::Kind::go, 1);
            guardian.order(Order::Kind::stop, (client::now() + 200ms).time_since_epoch().count());
            guardian.order(Order::Kind::deadline, (client::now() + 1h).time_since_epoch().count());
            const auto ended = await(guardian);
            return ended.has_value();
        },
        "trap '' TERM; while :; do sleep 1; done");
}

TEST(AGuardianInRealTime, PreparesTheCommandAgainAfterItHasEnded) {
    expect_in_a_child(
        [](Guardian& guardian) {
            for (int round = 0; round < 2; ++round) {
                guardian.order(Order::Kind::prepare);
                if (!await(guardian)) return false;
                guardian.order(Order::Kind::go, 1);
                const auto ended = await(guardian);
                if (!ended || ended->kind != Report::Kind::ended) return false;
            }
            return true;
        },
        "exit 0");
}

TEST(AGuardianInRealTime, TellsOfTheCommandAgainThatStillWaits) {
    expect_in_a_child(
        [](Guardian& guardian) {
            guardian.order(Order::Kind::prepare);
            const auto first = await(guardian);
            guardian.order(Order::Kind::prepare);
            const auto second = await(guardian);
            return first && second && first->value == second->value;
        },
        "exit 0");
}

}  // namespace
}  // namespace bellwether::run
