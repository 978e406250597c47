#include "tools/run/children.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <set>

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

}  // namespace
}  // namespace bellwether::run
