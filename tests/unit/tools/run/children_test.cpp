#include "tools/run/children.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <set>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bellwether::run {
namespace {

// A child that ends all of its own, as the guardian does: this process has children it wants to keep.
template <class Life>
int status_of_child(const Life& life) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(life() ? 0 : 1);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return status;
}

// Generations, each in a session of its own, each deaf.
[[noreturn]] void start_a_dynasty(int generations) {
    ::setsid();
    std::signal(SIGTERM, SIG_IGN);
    if (generations > 0 && ::fork() == 0) start_a_dynasty(generations - 1);
    for (;;) ::pause();
}

pid_t only_child_of(pid_t parent) {
    std::vector<pid_t> children;
    while (children.empty()) children = children_of(parent);
    return children.front();
}

TEST(KillingChildrenInRealTime, FindsThoseWhoBecomeChildrenOnTheWay) {
    EXPECT_EQ(status_of_child([] {
                  adopt_orphans();
                  const pid_t first = ::fork();
                  if (first == 0) start_a_dynasty(3);
                  // All of them are there before the first is killed.
                  const pid_t last = only_child_of(only_child_of(only_child_of(first)));
                  std::set<pid_t> killed;
                  kill_children([&](pid_t pid, int status) {
                      if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) killed.insert(pid);
                  });
                  return killed.size() == 4 && killed.contains(first) && killed.contains(last);
              }),
              0);
}

TEST(KillingChildrenInRealTime, EndsAtOnceWhereThereAreNone) {
    EXPECT_EQ(status_of_child([] {
                  bool any = false;
                  kill_children([&](pid_t, int) { any = true; });
                  return !any;
              }),
              0);
}

// As a command that has become root by a setuid program is for a `run` of another user.
TEST(KillingChildrenInRealTime, OneThatMayNotBeKilledIsWaitedForWithoutHasteAndSaidOnce) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root may have a child of another user";
    std::array<int, 2> errors{};
    ASSERT_EQ(::pipe2(errors.data(), O_CLOEXEC | O_NONBLOCK), 0);
    pid_t child = 0;
    EXPECT_EQ(status_of_child([&] {
                  child = ::fork();
                  if (child == 0) ::_exit(::poll(nullptr, 0, 1000));
                  ::dup2(errors[1], STDERR_FILENO);
                  if (::setresuid(65534, 65534, 65534) != 0) return false;
                  pid_t last = 0;
                  kill_children([&](pid_t pid, int status) { last = status == 0 ? pid : 0; });
                  rusage used{};
                  ::getrusage(RUSAGE_SELF, &used);
                  // It has looked up to so many times. 1,000 would be a busy wait.
                  return last == child && used.ru_nvcsw < 50;
              }),
              0);
    std::array<char, 1000> text{};
    const auto size = ::read(errors[0], text.data(), text.size());
    ASSERT_GT(size, 0);
    const std::string said{text.data(), static_cast<std::size_t>(size)};
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
    EXPECT_NE(said.find("cannot be killed, as it is another user's; waiting for its end"), std::string::npos) << said;
    for (const int end : errors) ::close(end);
}

}  // namespace
}  // namespace bellwether::run
