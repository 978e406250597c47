// In real time, with real sockets on loopback.
#include "node/transport.hpp"

#include <memory>
#include <optional>
#include <set>

#include <gtest/gtest.h>
#include <zmq.hpp>

#include "tests/support/mesh_messages.hpp"
#include "tests/support/mesh_sockets.hpp"

namespace bellwether::node {
namespace {

using protocol::Heartbeat;
using protocol::LinkDown;
using protocol::NodeId;
using protocol::Received;
using testing::eventually;
using testing::find;
using testing::heartbeat_of;
using testing::one;
using testing::reply_of;
using testing::request_of;
using testing::three;
using testing::two;
using testing::value_of;

class TransportInRealTime : public ::testing::Test {
protected:
    std::unique_ptr<Transport> start(NodeId id) {
        return std::make_unique<Transport>(context, config, config.nodes.at(id.value - 1U));
    }

    std::optional<Received> request_from_two(Transport& first, Transport& second) {
        std::optional<Received> request;
        (void)eventually([&] {
            second.send(one, request_of(two), {});
            request = find<protocol::VoteRequest>(testing::take(first));
            return request.has_value();
        });
        return request;
    }

    Config config = testing::mesh_of(3);
    zmq::context_t context;
};

TEST_F(TransportInRealTime, AHeartbeatReachesEveryPeerAndNobodyElse) {
    const auto first = start(one);
    const auto second = start(two);
    const auto third = start(three);
    for (Transport* peer : {second.get(), third.get()}) {
        std::optional<Received> heard;
        ASSERT_TRUE(eventually([&] {
            first->publish(heartbeat_of(one, 42));
            heard = find<Heartbeat>(testing::take(*peer));
            return heard.has_value();
        }));
        EXPECT_EQ(heard->from, one);
        EXPECT_EQ(std::get<Heartbeat>(heard->message), heartbeat_of(one, 42));
    }
    EXPECT_FALSE(find<Heartbeat>(testing::take(*first)));
}

TEST_F(TransportInRealTime, OnlyTheNewestHeartbeatIsDelivered) {
    const auto first = start(one);
    const auto second = start(two);
    ASSERT_TRUE(eventually([&] {
        first->publish(heartbeat_of(one, 1));
        return find<Heartbeat>(testing::take(*second)).has_value();
    }));
    for (std::uint64_t sent = 2; sent <= 5; ++sent) first->publish(heartbeat_of(one, sent));
    std::vector<std::uint64_t> heard;
    ASSERT_TRUE(eventually([&] {
        if (const auto received = find<Heartbeat>(testing::take(*second))) {
            heard.push_back(std::get<Heartbeat>(received->message).sent.value);
        }
        return !heard.empty() && heard.back() == 5;
    }));
    EXPECT_TRUE(std::is_sorted(heard.begin(), heard.end()));
}

TEST_F(TransportInRealTime, ARequestIsAnsweredAlongItsRoute) {
    const auto first = start(one);
    const auto second = start(two);
    const auto request = request_from_two(*first, *second);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->from, two);
    EXPECT_EQ(std::get<protocol::VoteRequest>(request->message), request_of(two));

    first->send(two, reply_of(one), request->route);
    std::optional<Received> reply;
    ASSERT_TRUE(eventually([&] {
        reply = find<protocol::VoteReply>(testing::take(*second));
        return reply.has_value();
    }));
    EXPECT_EQ(reply->from, one);
    EXPECT_EQ(std::get<protocol::VoteReply>(reply->message), reply_of(one));
}

TEST_F(TransportInRealTime, APeerThatDiesIsALinkDown) {
    const auto first = start(one);
    auto second = start(two);
    ASSERT_TRUE(request_from_two(*first, *second));
    ASSERT_TRUE(eventually([&] {
        second->publish(heartbeat_of(two));
        return find<Heartbeat>(testing::take(*first)).has_value();
    }));
    second.reset();
    ASSERT_TRUE(eventually([&] {
        for (const protocol::Event& event : testing::take(*first)) {
            if (const auto* down = std::get_if<LinkDown>(&event)) return down->peer == two;
        }
        return false;
    }));
    second = start(two);
    EXPECT_TRUE(eventually([&] {
        (void)testing::take(*first);
        return value_of(first->counters(), "reconnects") >= 1;
    }));
}

TEST_F(TransportInRealTime, NothingIsQueuedForAPeerThatIsAway) {
    const auto first = start(one);
    first->send(two, request_of(one), {});
    first->send(two, reply_of(one), {});
    EXPECT_EQ(value_of(first->counters(), "sends_dropped"), 2U);
}

TEST_F(TransportInRealTime, AnObserverHearsTheVotersAndListensNowhere) {
    NodeConfig observer;
    observer.name = "watching";
    observer.id = {9};
    observer.role = Role::observer;
    config.nodes.push_back(observer);
    const auto first = start(one);
    Transport watching{context, config, config.nodes.back()};
    EXPECT_TRUE(eventually([&] {
        first->publish(heartbeat_of(one));
        return find<Heartbeat>(testing::take(watching)).has_value();
    }));
    watching.publish(heartbeat_of({9}));
}

TEST_F(TransportInRealTime, APortThatIsTakenIsNamed) {
    const auto first = start(one);
    try {
        const auto again = start(one);
        FAIL();
    } catch (const std::runtime_error& error) {
        const std::string text = error.what();
        EXPECT_NE(text.find(config.nodes[0].heartbeat.str()), std::string::npos) << text;
        EXPECT_NE(text.find("is taken"), std::string::npos) << text;
    }
}

TEST_F(TransportInRealTime, APeerIsFoundByItsName) {
    config.nodes[1].bind = "127.0.0.1";
    config.nodes[1].heartbeat.host = "localhost";
    config.nodes[1].vote.host = "localhost";
    const auto first = start(one);
    const auto second = start(two);
    EXPECT_TRUE(eventually([&] {
        second->publish(heartbeat_of(two));
        return find<Heartbeat>(testing::take(*first)).has_value();
    }));
}

TEST_F(TransportInRealTime, TheCountersAreThereBeforeAnythingHappens) {
    const auto first = start(one);
    std::set<std::string> names;
    for (const auto& counter : first->counters()) names.insert(counter.name);
    EXPECT_TRUE(names.contains("sender_forged"));
    EXPECT_TRUE(names.contains("parts_refused"));
    EXPECT_TRUE(names.contains("sends_dropped"));
}

}  // namespace
}  // namespace bellwether::node
