#include "client/background_session.hpp"

#include <gtest/gtest.h>

#include <future>

#include "client/fake_node.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::client {
namespace {

using namespace std::chrono_literals;
namespace session = protocol::session;

TEST(ABackgroundSessionInRealTime, TellsInItsOwnThreadAndIsAnsweredFromAny) {
    const bellwether::testing::TemporaryDirectory directory;
    FakeNode node{directory.path()};
    std::promise<protocol::Token> granted;
    std::promise<void> asked_to_stop;
    BackgroundSession background{directory.path(), {}, [&](const SessionEvent& event) {
                                     if (const auto* grant = std::get_if<Granted>(&event))
                                         granted.set_value(grant->token);
                                     if (std::holds_alternative<Revoke>(event)) asked_to_stop.set_value();
                                 }};
    ASSERT_TRUE(node.await<session::Campaign>());
    node.grant({1001}, 1h);
    EXPECT_EQ(granted.get_future().get().value, 1001U);
    EXPECT_TRUE(background.guard().may_act());

    node.revoke({1001}, protocol::Reason::drain, 10s);
    asked_to_stop.get_future().wait();
    EXPECT_FALSE(background.guard().may_act());
    background.revoked({1001});
    EXPECT_TRUE(node.await<session::Revoked>());
    background.resign();
    EXPECT_TRUE(node.await<session::Resign>());
}

TEST(ABackgroundSessionInRealTime, MayBeAnsweredFromItsCallback) {
    const bellwether::testing::TemporaryDirectory directory;
    FakeNode node{directory.path()};
    BackgroundSession* self = nullptr;
    std::promise<void> known;
    BackgroundSession background{
        directory.path(), {}, [&, ready = known.get_future().share()](const SessionEvent& event) {
            ready.wait();
            if (const auto* revoke = std::get_if<Revoke>(&event)) self->revoked(revoke->token);
        }};
    self = &background;
    known.set_value();
    ASSERT_TRUE(node.await<session::Campaign>());
    node.grant({1001}, 1h);
    node.revoke({1001}, protocol::Reason::drain, 10s);
    EXPECT_TRUE(node.await<session::Revoked>());
}

TEST(ABackgroundSessionInRealTime, GivesUpNoTokenButTheOneThatItWasTold) {
    const bellwether::testing::TemporaryDirectory directory;
    FakeNode node{directory.path()};
    std::promise<void> granted;
    BackgroundSession background{directory.path(), {}, [&](const SessionEvent& event) {
                                     if (std::holds_alternative<Granted>(event)) granted.set_value();
                                 }};
    ASSERT_TRUE(node.await<session::Campaign>());
    node.grant({2001}, 1h);
    granted.get_future().wait();
    background.revoked({1001});  // Late: that one is lost, and it leads again.
    // Two of them, so that its thread has gone around meanwhile.
    ASSERT_TRUE(node.await<session::Alive>());
    ASSERT_TRUE(node.await<session::Alive>());
    EXPECT_EQ(background.guard().token().value, 2001U);
    background.revoked({2001});
    const auto revoked = node.await<session::Revoked>();
    ASSERT_TRUE(revoked);
    EXPECT_EQ(revoked->token.value, 2001U);
    background.revoked({1001});
    EXPECT_EQ(background.guard().token().value, 0U);
}

TEST(ABackgroundSessionInRealTime, ResignsWhenItGoes) {
    const bellwether::testing::TemporaryDirectory directory;
    FakeNode node{directory.path()};
    {
        const BackgroundSession background{directory.path(), {}, [](const SessionEvent&) {}};
        ASSERT_TRUE(node.await<session::Campaign>());
    }
    EXPECT_TRUE(node.await<session::Resign>());
}

}  // namespace
}  // namespace bellwether::client
