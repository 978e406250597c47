#include "node/account.hpp"

#include <gtest/gtest.h>

namespace bellwether::node {
namespace {

using namespace std::chrono_literals;

constexpr Account::Time begin{1h};

TEST(AnAccount, OwesWhatCameAndWasNotAskedFor) {
    Account account;
    account.open(begin);
    account.take(100, begin);
    account.take(50, begin);
    account.account_for(120);
    EXPECT_EQ(account.owed(begin), 30);
}

TEST(AnAccount, IsNeverAhead) {
    Account account;
    account.open(begin);
    account.account_for(1000);
    account.take(100, begin + 1h);
    EXPECT_EQ(account.owed(begin + 1h), 100);
    account.account_for(1000);
    EXPECT_EQ(account.owed(begin + 1h), 0);
}

TEST(AnAccount, DoesNotOwePings) {
    Account account;
    account.open(begin);
    account.take(1000, begin);
    EXPECT_EQ(account.owed(begin + 1s), 1000 - Account::pings_per_second);
    EXPECT_EQ(account.owed(begin + 2s), 0);
    account.take(100, begin + 1s);
    EXPECT_EQ(account.owed(begin + 1s), 1100 - Account::pings_per_second);
}

TEST(AnAccount, DoesNotOwePingsHoweverOftenItIsLookedAt) {
    Account account;
    account.open(begin);
    account.take(1000, begin);
    for (auto now = begin; now <= begin + 1s; now += 100us) account.take(0, now);
    EXPECT_EQ(account.owed(begin + 1s), 1000 - Account::pings_per_second);
}

TEST(AnAccount, BeginsAnewForTheNextConnection) {
    Account account;
    account.open(begin);
    account.take(1000, begin);
    account.open(begin + 1s);
    EXPECT_EQ(account.owed(begin + 1s), 0);
    account.take(1000, begin + 1s);
    EXPECT_EQ(account.owed(begin + 1s), 1000);
}

}  // namespace
}  // namespace bellwether::node
