#include "node/daemon.hpp"

#include <optional>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/state_file.hpp"
#include "tests/support/lone_daemon.hpp"

namespace bellwether::node {
namespace {

using protocol::Announcement;
using ::testing::HasSubstr;

class ADaemon : public ::testing::Test {
protected:
    testing::LoneDaemon alpha_;
};

TEST_F(ADaemon, LeadsAloneAndEndsCleanlyWhenAsked) {
    std::optional<Announcement> leading;
    EXPECT_EQ(alpha_.status_after([&] { leading = alpha_.leadership(); }), ExitStatus::clean);
    ASSERT_TRUE(leading.has_value());
    EXPECT_EQ(leading->leader, "alpha");
    EXPECT_GT(leading->token.value, 0U);
    EXPECT_TRUE(leading->valid_until.has_value());
}

TEST_F(ADaemon, GivesAHigherTokenInItsNextLife) {
    std::optional<Announcement> first;
    std::optional<Announcement> second;
    EXPECT_EQ(alpha_.status_after([&] { first = alpha_.leadership(); }), ExitStatus::clean);
    EXPECT_EQ(alpha_.status_after([&] { second = alpha_.leadership(); }), ExitStatus::clean);
    ASSERT_TRUE(first && second);
    EXPECT_GT(second->token, first->token);
    EXPECT_GT(second->incarnation, first->incarnation);
}

TEST_F(ADaemon, HasItsVoteOnDiskWhenItLeads) {
    std::optional<Announcement> leading;
    EXPECT_EQ(alpha_.status_after([&] { leading = alpha_.leadership(); }), ExitStatus::clean);
    ASSERT_TRUE(leading.has_value());
    const StateFile file{alpha_.directories().state};
    ASSERT_TRUE(file.content().has_value());
    ASSERT_EQ(file.content()->elections.size(), 1U);
    const protocol::ElectionRecord& election = file.content()->elections[0];
    EXPECT_GE(token_of(election.term, protocol::max_holder), leading->token);
    EXPECT_EQ(election.vote.node, protocol::NodeId{1});
}

TEST_F(ADaemon, IsTheOnlyOneOfItsState) {
    const Daemon first = alpha_.start();
    alpha_.directories().run = alpha_.base() / "other-run";
    EXPECT_THROW(static_cast<void>(alpha_.start()), std::runtime_error);
}

TEST_F(ADaemon, DoesNotTakeTheSocketsOfAnother) {
    const Daemon first = alpha_.start();
    alpha_.directories().state = alpha_.base() / "other-state";
    try {
        static_cast<void>(alpha_.start());
        FAIL() << "took them";
    } catch (const std::runtime_error& refusal) {
        EXPECT_THAT(refusal.what(),
                    HasSubstr("run directory " + alpha_.directories().run.string() + " is in use by pid"));
    }
}

}  // namespace
}  // namespace bellwether::node
