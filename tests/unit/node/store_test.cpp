#include "node/store.hpp"

#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string_view>

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.hpp"
#include "tests/unit/node/records.hpp"

namespace bellwether::node {
namespace {

// Waits as the loop does.
std::optional<std::uint64_t> next_stored(Store& store) {
    pollfd item{.fd = store.event_fd(), .events = POLLIN, .revents = 0};
    return ::poll(&item, 1, 10'000) == 1 ? store.take_stored() : std::nullopt;
}

void await_stored(Store& store, std::uint64_t write) {
    std::uint64_t latest = 0;
    while (latest < write) {
        const auto stored = next_stored(store);
        ASSERT_TRUE(stored.has_value());
        ASSERT_GT(*stored, latest);
        latest = *stored;
    }
}

std::uint64_t counter(const Store& store, std::string_view name) {
    for (const auto& each : store.counters()) {
        if (each.name == name) return each.value;
    }
    return 0;
}

TEST(Stores, ReportAWriteWhenItIsOnDisk) {
    const testing::TemporaryDirectory directory;
    {
        Store store{StateFile{directory.path()}};
        EXPECT_FALSE(store.take_stored().has_value());
        store.begin_write(1, floor_of(1));
        EXPECT_EQ(next_stored(store), 1U);
        EXPECT_FALSE(store.take_stored().has_value());
    }
    EXPECT_EQ(StateFile{directory.path()}.content(), floor_of(1));
}

TEST(Stores, SupersedeWhatStillWaitsAndEndWithTheLatest) {
    const testing::TemporaryDirectory directory;
    constexpr std::uint64_t last = 500;
    {
        Store store{StateFile{directory.path()}};
        for (std::uint64_t write = 1; write <= last; ++write) store.begin_write(write, floor_of(write));
        await_stored(store, last);
        EXPECT_EQ(counter(store, "store_writes") + counter(store, "store_superseded"), last);
    }
    EXPECT_EQ(StateFile{directory.path()}.content(), floor_of(last));
}

TEST(Stores, FinishWhatWasBegunBeforeTheyEnd) {
    const testing::TemporaryDirectory directory;
    { Store{StateFile{directory.path()}}.begin_write(1, floor_of(9)); }
    EXPECT_EQ(StateFile{directory.path()}.content(), floor_of(9));
}

TEST(Stores, ReportAWriteThatChangesNothing) {
    const testing::TemporaryDirectory directory;
    Store store{StateFile{directory.path()}};
    store.begin_write(1, floor_of(1));
    await_stored(store, 1);
    store.begin_write(2, floor_of(1));
    await_stored(store, 2);
}

constexpr int failure_handed_over = 42;

int outcome_on_a_full_disk(const std::filesystem::path& directory) {
    std::signal(SIGXFSZ, SIG_IGN);
    Store store{StateFile{directory}};
    store.begin_write(1, floor_of(1));
    if (next_stored(store) != 1U) return 1;
    const rlimit small{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &small);
    store.begin_write(2, floor_of(2));
    try {
        return next_stored(store) ? 2 : 3;
    } catch (const DatabaseError&) {
        return failure_handed_over;
    }
}

// In a child, as the limit that stands for a full disk cannot be taken back.
TEST(Stores, HandOverTheErrorOfAWriteThatFailed) {
    const testing::TemporaryDirectory directory;
    const pid_t child = ::fork();
    if (child == 0) ::_exit(outcome_on_a_full_disk(directory.path()));
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), failure_handed_over);
}

}  // namespace
}  // namespace bellwether::node
