#include "node/inbox.hpp"

#include <gtest/gtest.h>

namespace bellwether::node {
namespace {

using protocol::Event;
using protocol::LinkDown;
using protocol::NodeId;
using protocol::Received;

std::vector<Event> contents(Inbox& inbox) {
    std::vector<Event> events;
    inbox.deliver([&](const Event& event) { events.push_back(event); });
    return events;
}

TEST(AnInbox, HandsOverWhatWasKeptInItsOrder) {
    Inbox inbox;
    inbox.draft() = protocol::Transfer{};
    inbox.keep(NodeId{2}, protocol::Route{9});
    inbox.add({NodeId{3}});
    const auto events = contents(inbox);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(std::get<Received>(events[0]).from, NodeId{2});
    EXPECT_EQ(std::get<Received>(events[0]).route, protocol::Route{9});
    EXPECT_TRUE(std::holds_alternative<protocol::Transfer>(std::get<Received>(events[0]).message));
    EXPECT_EQ(std::get<LinkDown>(events[1]).peer, NodeId{3});
    EXPECT_TRUE(contents(inbox).empty());
}

TEST(AnInbox, ForgetsADraftThatIsNotKept) {
    Inbox inbox;
    inbox.draft() = protocol::Transfer{};
    EXPECT_TRUE(contents(inbox).empty());
    inbox.add({NodeId{3}});
    EXPECT_EQ(contents(inbox).size(), 1U);
    inbox.draft() = protocol::Request{};
    inbox.keep(NodeId{4}, {});
    EXPECT_EQ(std::get<Received>(contents(inbox).front()).from, NodeId{4});
}

}  // namespace
}  // namespace bellwether::node
