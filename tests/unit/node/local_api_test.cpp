// With real sockets in a directory of their own.
#include "node/local_api.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <zmq.hpp>

#include "node/intake.hpp"
#include "protocol/run_directory.hpp"
#include "tests/support/flooder.hpp"
#include "tests/support/mesh_sockets.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::node {
namespace {

using protocol::Announcement;
using protocol::Believed;
using protocol::ControlRequest;
using protocol::ElectionName;
using testing::eventually;
using testing::value_of;

constexpr protocol::Time deadline = protocol::at_ns(9'000'000'000);

Announcement announcement_of(std::string_view election, std::optional<protocol::Time> valid_until = deadline) {
    Announcement announcement;
    announcement.cluster = "test";
    announcement.election = *ElectionName::parse(election);
    announcement.node = "n1";
    announcement.leader = "n1";
    announcement.leader_id = {1};
    announcement.is_leader = valid_until.has_value();
    announcement.token = {1001};
    announcement.valid_until = valid_until;
    announcement.clock = protocol::at_ns(8'900'000'000);
    announcement.incarnation = {7};
    announcement.seq = 1;
    return announcement;
}

struct Heard {
    std::string topic;
    std::optional<Announcement> announcement;
};

class LocalApiInRealTime : public ::testing::Test {
protected:
    void start() { api = std::make_unique<LocalApi>(context, config, run_dir()); }
    [[nodiscard]] std::filesystem::path run_dir() const { return temporary.path() / "run" / "test" / "n1"; }
    [[nodiscard]] std::string ipc(std::string_view name) const { return "ipc://" + (run_dir() / name).string(); }

    zmq::socket_t subscriber(const std::string& prefix) {
        zmq::socket_t socket{context, zmq::socket_type::sub};
        socket.set(zmq::sockopt::linger, 0);
        socket.connect(ipc(protocol::leader_socket));
        socket.set(zmq::sockopt::subscribe, prefix);
        return socket;
    }

    // One turn of the loop.
    void turn() {
        api->receive();
        (void)api->deliver(
            [this](const protocol::Event& event) { believed.push_back(std::get<Believed>(event)); },
            [this](ControlSocket::Heard&& heard) { requests.push_back(std::get<ControlSocket::Asked>(heard)); });
    }

    std::optional<Heard> hear(zmq::socket_t& socket) {
        std::array<zmq::message_t, 2> parts;
        const bool heard = eventually(
            [&] {
                turn();
                return socket.recv(parts[0], zmq::recv_flags::dontwait).has_value();
            },
            std::chrono::seconds{5});
        if (!heard || !parts[0].more() || !socket.recv(parts[1], zmq::recv_flags::dontwait)) return std::nullopt;
        return Heard{parts[0].to_string(),
                     protocol::decode_announcement({parts[1].data<std::byte>(), parts[1].size()})};
    }

    testing::TemporaryDirectory temporary;
    Config config = testing::mesh_of(1);
    zmq::context_t context;  // Its threads begin with its first socket.
    std::unique_ptr<LocalApi> api;
    std::vector<Believed> believed;
    std::vector<ControlSocket::Asked> requests;
};

TEST_F(LocalApiInRealTime, ANewSubscriberIsToldThePresentStateAtOnce) {
    start();
    api->announce(announcement_of("default"));
    api->announce(announcement_of("other"));
    turn();
    EXPECT_TRUE(believed.empty());  // Nobody was there to believe it.

    auto socket = subscriber("leader/default/");
    const auto heard = hear(socket);
    ASSERT_TRUE(heard);
    EXPECT_EQ(heard->topic, "leader/default/");
    EXPECT_EQ(heard->announcement, announcement_of("default"));
    ASSERT_EQ(believed.size(), 1U);
    EXPECT_EQ(believed.front().election, *ElectionName::parse("default"));
    EXPECT_EQ(believed.front().valid_until, deadline);
}

TEST_F(LocalApiInRealTime, TheViewTellsTheSameWithoutADeadlineAndIsNotBelieved) {
    start();
    api->announce(announcement_of("default"));
    auto socket = subscriber("view/");
    const auto heard = hear(socket);
    ASSERT_TRUE(heard);
    EXPECT_EQ(heard->topic, "view/default/");
    ASSERT_TRUE(heard->announcement);
    EXPECT_FALSE(heard->announcement->valid_until);
    api->announce(announcement_of("default"));
    turn();
    EXPECT_TRUE(believed.empty());
}

TEST_F(LocalApiInRealTime, AnEmptyPrefixIsToldEverythingAndCountsAsBelieving) {
    start();
    api->announce(announcement_of("default"));
    auto socket = subscriber("");
    const auto first = hear(socket);
    const auto second = hear(socket);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->topic, "leader/default/");
    EXPECT_EQ(second->topic, "view/default/");
    EXPECT_EQ(believed.size(), 1U);
}

TEST_F(LocalApiInRealTime, EveryAnnouncementThatIsHeardIsBelieved) {
    start();
    auto socket = subscriber("leader/");
    ASSERT_TRUE(eventually([&] {
        turn();
        return value_of(api->counters(), "local_topics") == 1;
    }));
    api->announce(announcement_of("default"));
    api->announce(announcement_of("default", std::nullopt));  // Nothing to believe in it.
    turn();
    EXPECT_EQ(believed.size(), 1U);
    EXPECT_TRUE(hear(socket));
}

// However the race between a subscription and an announcement ends: what was heard was reported.
TEST_F(LocalApiInRealTime, NobodyHearsADeadlineThatWasNotReported) {
    start();
    for (int round = 0; round < 200; ++round) {
        believed.clear();
        auto socket = subscriber("leader/");
        std::array<zmq::message_t, 2> parts;
        ASSERT_TRUE(eventually([&] {
            api->announce(announcement_of("default"));
            intake_is_used_up();  // By receive(), which would also greet, and is not called here.
            (void)api->deliver([this](const protocol::Event& event) { believed.push_back(std::get<Believed>(event)); },
                               [](ControlSocket::Heard&&) {});
            return socket.recv(parts[0], zmq::recv_flags::dontwait).has_value();
        }));
        ASSERT_FALSE(believed.empty()) << "round " << round;
        socket.close();
        ASSERT_TRUE(eventually([&] {
            turn();
            return value_of(api->counters(), "local_topics") == 0;
        }));
    }
}

TEST_F(LocalApiInRealTime, ASubscriberThatVanishesIsNoticed) {
    start();
    std::optional<zmq::socket_t> socket = subscriber("leader/default/");
    ASSERT_TRUE(eventually([&] {
        turn();
        return value_of(api->counters(), "local_topics") == 1;
    }));
    socket.reset();
    ASSERT_TRUE(eventually([&] {
        turn();
        return value_of(api->counters(), "local_topics") == 0;
    }));
    believed.clear();
    api->announce(announcement_of("default"));
    turn();
    EXPECT_TRUE(believed.empty());
}

TEST_F(LocalApiInRealTime, EveryOneOfAStormOfSubscribersIsTold) {
    start();
    api->announce(announcement_of("default"));
    std::vector<zmq::socket_t> sockets;
    for (int i = 0; i < 50; ++i) sockets.push_back(subscriber("leader/default/"));
    for (zmq::socket_t& socket : sockets) ASSERT_TRUE(hear(socket));
}

TEST_F(LocalApiInRealTime, WhoComesWhileOthersAreGreetedIsGreetedToo) {
    start();
    for (int i = 0; i < 50; ++i) api->announce(announcement_of("a" + std::to_string(i)));
    for (int i = 0; i < 200; ++i) api->announce(announcement_of("b" + std::to_string(i)));
    std::vector<zmq::socket_t> sockets;
    for (int i = 0; i < 50; ++i) {
        auto wants_much = subscriber("leader/b");
        sockets.push_back(subscriber("leader/a" + std::to_string(i) + "/"));
        turn();
    }
    // What they hear is not looked at: ThreadSanitizer would not remember any more that libzmq wrote it.
    zmq::message_t part;
    for (zmq::socket_t& socket : sockets) {
        ASSERT_TRUE(eventually([&] {
            turn();
            return socket.recv(part, zmq::recv_flags::dontwait).has_value();
        }));
    }
}

TEST_F(LocalApiInRealTime, TheLeaderTopicIsOfferedOnLoopbackAsWell) {
    config.local.tcp = Endpoint{"127.0.0.1", testing::free_port()};
    start();
    api->announce(announcement_of("default"));
    zmq::socket_t socket{context, zmq::socket_type::sub};
    socket.connect(config.local.tcp->str());
    socket.set(zmq::sockopt::subscribe, "leader/");
    EXPECT_TRUE(hear(socket));
}

TEST_F(LocalApiInRealTime, ARequestIsHandedOverAndAnswered) {
    start();
    zmq::socket_t socket{context, zmq::socket_type::dealer};
    socket.set(zmq::sockopt::linger, 0);
    socket.connect(ipc(protocol::control_socket));
    socket.send(
        zmq::buffer(protocol::encode_request({.id = 5, .type = "status", .election = {}, .target = "", .hold = {}})));
    ASSERT_TRUE(eventually([&] {
        turn();
        return !requests.empty();
    }));
    EXPECT_EQ(requests.front().request.type, "status");
    api->reply(requests.front().caller, protocol::encode_reply({}));
    zmq::message_t frame;
    EXPECT_TRUE(eventually([&] { return socket.recv(frame, zmq::recv_flags::dontwait).has_value(); }));
}

class LocalFloodInRealTime : public LocalApiInRealTime {
protected:
    void SetUp() override {
        if (!testing::memory_can_be_measured) GTEST_SKIP();
    }

    // Until `counter` moves; then without the flooder until the memory is free again.
    void endure(const std::function<void()>& flood, std::string_view counter) {
        auto flooder = std::make_unique<testing::Flooder>(flood);
        const std::size_t before = testing::resident_mb();
        start();
        std::size_t most = before;
        EXPECT_TRUE(eventually(
            [&] {
                turn();
                api->announce(announcement_of("default"));
                most = std::max(most, testing::resident_mb());
                return value_of(api->counters(), counter) > 0 && value_of(api->counters(), "local_topics") == 0;
            },
            std::chrono::seconds{60}));
        flooder.reset();
        EXPECT_LT(most - before, 300U);
        EXPECT_TRUE(eventually([&] {
            turn();
            malloc_trim(0);
            return testing::resident_mb() < before + 16;
        }));
        std::cout << "resident: " << before << " MB before, at most " << most << ", " << testing::resident_mb()
                  << " after\n";
    }
};

TEST_F(LocalFloodInRealTime, AMillionParts) {
    const std::string target = ipc(protocol::control_socket);
    endure(
        [&] {
            testing::flood(zmq::socket_type::dealer, target,
                           [](auto& socket) { testing::send_a_million_parts(socket, 8); });
        },
        "local_connections_shut");
}

TEST_F(LocalFloodInRealTime, AMillionTopics) {
    const std::string target = ipc(protocol::leader_socket);
    endure(
        [&] {
            testing::flood(zmq::socket_type::xsub, target,
                           [](auto& socket) { testing::subscribe_a_million_times(socket, "leader/", 18); });
        },
        "local_subscribers_shut");
}

}  // namespace
}  // namespace bellwether::node
