// What a program gets that subscribes to a daemon with nothing but ZeroMQ, as one in another language does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <stdexcept>
#include <string>

#include <zmq.hpp>

#include "protocol/local_codec.hpp"
#include "tests/support/real_mesh.hpp"

namespace bellwether::testing {
namespace {

using protocol::Announcement;
using protocol::ElectionName;
using ::testing::UnorderedElementsAre;

struct Said {
    std::string topic;
    Announcement announcement;
};

class Subscriber {
public:
    Subscriber(const RealMesh& mesh, const std::string& node, const std::string& prefix) {
        socket_.set(zmq::sockopt::rcvtimeo, static_cast<int>(std::chrono::milliseconds{patience}.count()));
        socket_.set(zmq::sockopt::linger, 0);
        socket_.set(zmq::sockopt::subscribe, prefix);
        socket_.connect("ipc://" + (mesh.run_dir(node) / "leader.sock").string());
    }

    Said next() {
        zmq::message_t topic;
        zmq::message_t body;
        if (!socket_.recv(topic) || !topic.more() || !socket_.recv(body) || body.more()) {
            throw std::runtime_error("no announcement of two frames");
        }
        const auto announcement = protocol::decode_announcement({body.data<std::byte>(), body.size()});
        if (!announcement) throw std::runtime_error("no announcement, but " + topic.to_string());
        return {topic.to_string(), *announcement};
    }

private:
    zmq::context_t context_;
    zmq::socket_t socket_{context_, zmq::socket_type::sub};
};

TEST(SubscribersInRealTime, WhoeverComesLateIsToldTheLeaderAtOnce) {
    RealMesh mesh{{.priorities = {30, 20, 10}}};
    mesh.start_all();
    const Leadership leadership = mesh.await_leader("alpha");
    // A follower repeats itself once a second only; what is no repetition was said to the newcomer.
    int answered_with_what_was_known = 0;
    for (int i = 0; i < 10; ++i) {
        const auto known = mesh.listener().record().newest_of("charlie")->said.seq;
        for (const std::string topic : {"leader/default/", "view/default/"}) {
            const Said first = Subscriber{mesh, "charlie", topic}.next();
            EXPECT_EQ(first.topic, topic);
            EXPECT_EQ(first.announcement.leader, "alpha");
            EXPECT_EQ(first.announcement.token, leadership.token);
            answered_with_what_was_known += first.announcement.seq == known ? 1 : 0;
        }
    }
    EXPECT_GE(answered_with_what_was_known, 10);
}

TEST(SubscribersInRealTime, OnlyTheLeaderTopicOfTheLeaderItselfHasADeadline) {
    RealMesh mesh{{.priorities = {30, 20, 10}}};
    mesh.start_all();
    (void)mesh.await_leader("alpha");
    const Announcement acting = Subscriber{mesh, "alpha", "leader/"}.next().announcement;
    EXPECT_TRUE(acting.is_leader);
    ASSERT_TRUE(acting.valid_until);
    EXPECT_LE(*acting.valid_until, acting.clock + std::chrono::milliseconds{150});
    const Announcement viewing = Subscriber{mesh, "alpha", "view/"}.next().announcement;
    EXPECT_TRUE(viewing.is_leader);
    EXPECT_FALSE(viewing.valid_until);
    const Announcement elsewhere = Subscriber{mesh, "bravo", "leader/"}.next().announcement;
    EXPECT_FALSE(elsewhere.is_leader);
    EXPECT_FALSE(elsewhere.valid_until);
}

TEST(SubscribersInRealTime, ThePrefixOfOneElectionNeverGetsAnother) {
    RealMesh mesh{{.priorities = {30, 20, 10}, .more_tables = "[elections.default-2]\ncandidate = \"node\"\n"}};
    mesh.start_all();
    (void)mesh.await_leader("alpha");
    const ElectionName other = *ElectionName::parse("default-2");
    ASSERT_TRUE(mesh.listener().await(
        [&](const Record& record) {
            const Heard* newest = record.newest_of("alpha", other);
            return newest != nullptr && newest->said.leader == "alpha";
        },
        patience));

    Subscriber everything{mesh, "alpha", ""};
    Subscriber one{mesh, "alpha", "leader/default/"};
    std::set<std::string> topics;
    std::set<std::string> topics_of_one;
    for (int i = 0; i < 40; ++i) topics.insert(everything.next().topic);
    for (int i = 0; i < 20; ++i) topics_of_one.insert(one.next().topic);
    EXPECT_THAT(topics,
                UnorderedElementsAre("leader/default/", "leader/default-2/", "view/default/", "view/default-2/"));
    EXPECT_THAT(topics_of_one, UnorderedElementsAre("leader/default/"));
}

TEST(SubscribersInRealTime, ASubscriberLivesThroughARestartOfItsDaemon) {
    RealMesh mesh{{.priorities = {30, 20, 10}}};
    mesh.start_all();
    (void)mesh.await_leader("alpha");
    Subscriber subscriber{mesh, "charlie", "leader/default/"};
    const Announcement before = subscriber.next().announcement;
    mesh.kill("charlie");
    mesh.start("charlie");
    Announcement after = before;
    while (after.incarnation == before.incarnation || after.leader.empty()) after = subscriber.next().announcement;
    EXPECT_GT(after.incarnation, before.incarnation);
    EXPECT_EQ(after.leader, "alpha");
}

}  // namespace
}  // namespace bellwether::testing
