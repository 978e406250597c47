#include "node/resolver.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/mesh_sockets.hpp"

namespace bellwether::node {
namespace {

using namespace std::chrono_literals;
using bellwether::testing::eventually;
using ::testing::ElementsAre;

// The first answers, which must come.
std::vector<Resolved> first_answers(Resolver& resolver) {
    std::vector<Resolved> answers;
    EXPECT_TRUE(eventually([&] {
        answers = resolver.take();
        return !answers.empty();
    }));
    return answers;
}

TEST(Resolving, KnowsAddressesAndLocalhostAtOnce) {
    EXPECT_EQ(address_of("10.0.0.1"), "10.0.0.1");
    EXPECT_EQ(address_of("::1"), "::1");
    EXPECT_EQ(address_of("localhost"), "127.0.0.1");
    EXPECT_EQ(address_of("node-1.example"), std::nullopt);
}

TEST(Resolving, AnswersWhoAsks) {
    Resolver resolver{[](const std::string& host) { return std::vector{host + "'s address"}; }, 1h};
    EXPECT_TRUE(resolver.take().empty());
    resolver.watch(5, "a");
    const auto answers = first_answers(resolver);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers.front().asker, 5U);
    EXPECT_THAT(answers.front().addresses, ElementsAre("a's address"));
}

TEST(Resolving, GoesOnUntilItMayRest) {
    std::atomic<int> asked{0};
    Resolver resolver{[&](const std::string&) {
                          ++asked;
                          return std::vector<std::string>{};
                      },
                      1ms};
    resolver.watch(1, "a");
    ASSERT_TRUE(eventually([&] { return asked > 3; }));
    resolver.rest(1);
    resolver.watch(2, "b");  // A round of its own shows that the thread has seen the rest.
    ASSERT_TRUE(eventually([&] {
        for (const Resolved& answer : resolver.take()) {
            if (answer.asker == 2) return true;
        }
        return false;
    }));
    resolver.rest(2);
    (void)resolver.take();
    for (const Resolved& answer : resolver.take()) EXPECT_EQ(answer.asker, 2U);
}

TEST(Resolving, DoesNotHoldUpItsEnd) {
    // Held by the lookup too, which outlives the test's wish to end.
    struct Gate {
        std::mutex mutex;
        std::condition_variable opened;
        bool open = false;
        std::atomic<bool> entered{false};
    };
    const auto gate = std::make_shared<Gate>();
    {
        Resolver resolver{[gate](const std::string&) {
                              gate->entered = true;
                              std::unique_lock lock{gate->mutex};
                              gate->opened.wait(lock, [&] { return gate->open; });
                              return std::vector<std::string>{};
                          },
                          1h};
        resolver.watch(1, "a name whose server does not answer");
        ASSERT_TRUE(eventually([&] { return gate->entered.load(); }));
    }
    const std::lock_guard lock{gate->mutex};
    gate->open = true;
    gate->opened.notify_all();
}

}  // namespace
}  // namespace bellwether::node
