// What one connection from another host can make a node hold in memory. In real time, with real sockets on loopback.
#include <algorithm>
#include <atomic>
#include <csignal>
#include <functional>
#include <iostream>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <zmq.hpp>

#include "node/descriptor.hpp"
#include "node/descriptor_limit.hpp"
#include "node/gate.hpp"
#include "node/transport.hpp"
#include "tests/support/flooder.hpp"
#include "tests/support/mesh_sockets.hpp"
#include "tests/support/raw_peer.hpp"

namespace bellwether::node {
namespace {

using testing::eventually;
using testing::open_descriptors;
using testing::RawPeer;
using testing::resident_mb;
using testing::value_of;

constexpr std::size_t allowed_mb = 256;
constexpr auto allowed_turn = std::chrono::milliseconds{500};  // Without a gate it is seconds, with one about 1 ms.

// By hand, as libzmq sends nothing of a message before its last part is there.
int connect_as_dealer(const Endpoint& target) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(target.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = -1;
    do {
        close(fd);
        fd = socket(AF_INET, SOCK_STREAM, 0);
    } while (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0);
    std::string greeting{"\xff\0\0\0\0\0\0\0\0\x7f\3\0NULL", 16};
    greeting.resize(64, '\0');
    const std::string ready{"\4\x1c\5READY\x0bSocket-Type\0\0\0\6DEALER", 30};
    const std::string hello = greeting + ready;
    (void)send(fd, hello.data(), hello.size(), MSG_NOSIGNAL);
    char answer[64 + 30];
    (void)recv(fd, answer, sizeof(answer), MSG_WAITALL);
    return fd;
}

void send_parts_without_end(const Endpoint& target) {
    constexpr char empty_part_with_more_to_come[] = {1, 0};
    std::string parts;
    for (int i = 0; i < 10'000; ++i) parts.append(empty_part_with_more_to_come, 2);
    for (;;) {
        const int fd = connect_as_dealer(target);
        while (send(fd, parts.data(), parts.size(), MSG_NOSIGNAL) > 0) {
        }
        close(fd);
    }
}

class GateInRealTime : public ::testing::Test {
protected:
    void SetUp() override {
        if (!testing::memory_can_be_measured) GTEST_SKIP();
    }

    // Until `times` connections have been shut; then without the flooder until the memory is free again.
    void endure(const std::function<void()>& flood, std::uint64_t times) {
        auto flooder = std::make_unique<testing::Flooder>(flood);
        before = resident_mb();
        zmq::context_t context;
        Transport transport{context, config, config.nodes.front()};
        EXPECT_TRUE(eventually([&] { return turn(transport) >= times; }, std::chrono::seconds{60}));
        flooder.reset();
        EXPECT_LT(most - before, allowed_mb);
        EXPECT_LT(longest_turn, allowed_turn);
        EXPECT_TRUE(eventually([&] {
            (void)turn(transport);
            malloc_trim(0);
            return resident_mb() < before + 16;
        }));
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(longest_turn).count();
        std::cout << "resident: " << before << " MB before, at most " << most << ", " << resident_mb()
                  << " after; longest turn " << ms << " ms\n";
    }

    std::uint64_t turn(Transport& transport) {
        const auto begin = std::chrono::steady_clock::now();
        (void)testing::take(transport);
        transport.publish(heartbeat);
        longest_turn = std::max(longest_turn, std::chrono::steady_clock::now() - begin);
        most = std::max(most, resident_mb());
        return value_of(transport.counters(), "connections_shut");
    }

    Config config = testing::mesh_of(1);
    const Endpoint votes = config.nodes.front().vote;
    const Endpoint heartbeats = config.nodes.front().heartbeat;
    protocol::Heartbeat heartbeat;
    std::size_t before = 0;
    std::size_t most = 0;
    std::chrono::steady_clock::duration longest_turn{};
};

TEST_F(GateInRealTime, AMillionEmptyParts) {
    endure(
        [&] {
            testing::flood(zmq::socket_type::dealer, votes.str(),
                           [](auto& socket) { testing::send_a_million_parts(socket, 0); });
        },
        1);
}

TEST_F(GateInRealTime, AMillionPartsOfAKilobyte) {
    endure(
        [&] {
            testing::flood(zmq::socket_type::dealer, votes.str(),
                           [](auto& socket) { testing::send_a_million_parts(socket, 1024); });
        },
        1);
}

TEST_F(GateInRealTime, PartsWithoutEndAgainAndAgain) {
    endure([&] { send_parts_without_end(votes); }, 10);
}

TEST_F(GateInRealTime, AMillionShortTopics) {
    endure(
        [&] {
            testing::flood(zmq::socket_type::xsub, heartbeats.str(),
                           [](auto& socket) { testing::subscribe_a_million_times(socket, "", 10); });
        },
        1);
}

TEST_F(GateInRealTime, AMillionLongTopicsAgainAndAgain) {
    endure(
        [&] {
            testing::flood(zmq::socket_type::xsub, heartbeats.str(),
                           [](auto& socket) { testing::subscribe_a_million_times(socket, "", 200); });
        },
        3);
}

class AGuardedListenerInRealTime : public ::testing::Test {
protected:
    AGuardedListenerInRealTime() {
        limit_descriptors();
        gate.guard(listener, {{1 << 20}, 3}, "a test");
        listener.bind(endpoint.str());
        gate.start();
    }

    const Endpoint endpoint{"127.0.0.1", testing::free_port()};
    zmq::context_t context;
    Refusals refusals;
    zmq::socket_t listener{context, zmq::socket_type::router};
    Gate gate{context, refusals};
};

// libzmq names a connection that is gone by its descriptor, in what it has still to tell of it.
TEST_F(AGuardedListenerInRealTime, HoldsAgainstNobodyWhatWasSaidByWhoIsGone) {
    const std::size_t before = open_descriptors(::getpid());
    RawPeer bad = RawPeer::at_port(endpoint.port);
    ASSERT_TRUE(bad.shake_hands("DEALER"));
    bad.say(std::string{"\0\3bad", 5});
    ASSERT_TRUE(eventually([&] { return (listener.get(zmq::sockopt::events) & ZMQ_POLLIN) != 0; }));
    bad.hang_up();
    ASSERT_TRUE(eventually([&] { return open_descriptors(::getpid()) == before; }));
    RawPeer next = RawPeer::at_port(endpoint.port);
    ASSERT_TRUE(next.shake_hands("DEALER"));
    zmq::message_t part;
    (void)listener.recv(part);
    (void)listener.recv(part);
    ASSERT_EQ(part.to_string_view(), "bad");
    gate.shut(part);
    next.say(std::string{"\0\4good", 6});
    EXPECT_TRUE(eventually([&] { return listener.recv(part, zmq::recv_flags::dontwait).has_value(); }));
    EXPECT_EQ(refusals.of("connections_shut"), 0U);
}

TEST_F(AGuardedListenerInRealTime, MakesRoomForNewOnesByThoseOfWhomNothingWasHeard) {
    const auto hears = [&](zmq::socket_t& from) {
        (void)from.send(zmq::str_buffer("hello"), zmq::send_flags::dontwait);
        zmq::message_t part;
        const bool heard = eventually([&] { return listener.recv(part, zmq::recv_flags::dontwait).has_value(); });
        if (heard) (void)listener.recv(part);
        if (heard) gate.credit(part, part.size());
        return heard;
    };
    zmq::socket_t known{context, zmq::socket_type::dealer};
    known.connect(endpoint.str());
    ASSERT_TRUE(hears(known));
    RawPeer oldest = RawPeer::at_port(endpoint.port);
    RawPeer silent = RawPeer::at_port(endpoint.port);
    zmq::socket_t newest{context, zmq::socket_type::dealer};
    newest.connect(endpoint.str());
    EXPECT_TRUE(hears(newest));
    EXPECT_TRUE(oldest.is_hung_up_on());
    EXPECT_FALSE(silent.is_hung_up_on_within(std::chrono::milliseconds{0}));
    EXPECT_TRUE(hears(known));
}

// A publisher whose subscribers wait for each other, and a loop that reads what they want.
class SubscribersThatWaitInRealTime : public ::testing::Test {
protected:
    void SetUp() override {
        intake_is_crowded(false);
        gate.guard(listener, {{.unaccounted = 8192, .at_once = 4096}, 50}, "a test");
        listener.set(zmq::sockopt::rcvtimeo, 1);
        listener.bind(endpoint.str());
        gate.start();
        loop = std::jthread{[this](const std::stop_token& stop) {
            zmq::message_t frame;
            while (!stop.stop_requested()) {
                if (listener.recv(frame)) {
                    const std::lock_guard lock{mutex};
                    wanted.insert(frame.to_string());
                    if (frame.to_string_view() == "\1bad") gate.shut(frame);
                }
                intake_is_used_up();
            }
        }};
    }
    void TearDown() override {
        loop = {};
        intake_is_crowded(false);
    }

    [[nodiscard]] bool is_wanted(const std::string& topic) {
        return eventually([&] {
            const std::lock_guard lock{mutex};
            return wanted.contains('\1' + topic);
        });
    }

    [[nodiscard]] RawPeer subscriber() const {
        RawPeer peer = RawPeer::at_port(endpoint.port);
        EXPECT_TRUE(peer.shake_hands("SUB"));
        return peer;
    }

    void expect_to_hear(const std::string& topic) {
        zmq::socket_t newest{context, zmq::socket_type::sub};
        newest.connect(endpoint.str());
        newest.set(zmq::sockopt::subscribe, topic);
        EXPECT_TRUE(is_wanted(topic));
    }

    const Endpoint endpoint{"127.0.0.1", testing::free_port()};
    zmq::context_t context;
    Refusals refusals;
    zmq::socket_t listener{context, zmq::socket_type::xpub};
    Gate gate{context, refusals};
    std::mutex mutex;
    std::set<std::string> wanted;
    std::jthread loop;
};

// It has no address any more by which it is known to be itself, and its bytes are still there to be read.
TEST_F(SubscribersThatWaitInRealTime, DoNotWaitForOneThatIsShutAndWasReset) {
    std::string topics;
    for (int i = 0; i < 4000; ++i) topics += std::string{"\0\4\1bad", 6};
    for (int i = 0; i < 20; ++i) {
        RawPeer peer = subscriber();
        peer.say(topics);
        peer.hang_up();
    }
    expect_to_hear("after all that");
}

TEST_F(SubscribersThatWaitInRealTime, DoNotWaitForOneThatIsFullAndSilent) {
    RawPeer silent = subscriber();
    std::string topics;
    for (int i = 0; i < 200; ++i) topics += std::string{"\0\2\1x", 4};
    silent.say(topics);
    EXPECT_TRUE(is_wanted("x"));
    intake_is_crowded(true);
    EXPECT_TRUE(silent.is_hung_up_on());
    EXPECT_TRUE(eventually([&] { return refusals.of("connections_shut") == 1; }));
    expect_to_hear("after that");
}

// libzmq hands a message over in one thread and tells of its connection in another one.
class AGateThatLearnsLateInRealTime : public ::testing::Test {
protected:
    void SetUp() override {
        gate.guard(listener, {{1 << 20}, 3}, "a test");
        listener.bind(endpoint.str());
        stranger.set(zmq::sockopt::reconnect_ivl, -1);  // Or it takes the descriptor.
        stranger.connect(endpoint.str());
        (void)stranger.send(zmq::str_buffer("hello"), zmq::send_flags::none);
        ASSERT_TRUE(eventually([&] { return listener.recv(message, zmq::recv_flags::dontwait).has_value(); }));
    }

    // Then the gate knows who made the connection.
    void await_being_asked() {
        const int before = asked;
        EXPECT_TRUE(eventually([&] {
            gate.shut_revoked();
            return asked > before + 1;  // Once may be for what came early.
        }));
    }

    const Endpoint endpoint{"127.0.0.1", testing::free_port()};
    const Proof proof{.sender = {2}, .key = "a key"};
    std::atomic<bool> is_good = true;
    std::atomic<int> asked = 0;
    zmq::context_t context;
    Refusals refusals;
    zmq::socket_t listener{context, zmq::socket_type::router};
    zmq::socket_t stranger{context, zmq::socket_type::dealer};
    zmq::message_t message;
    Gate gate{context, refusals, Strangers::hosts, [this](const Proof& shown) {
                  ++asked;
                  return is_good && shown.key == proof.key;
              }};
};

TEST_F(AGateThatLearnsLateInRealTime, ShutsWhomItWasToShut) {
    gate.shut(message);
    EXPECT_EQ(refusals.of("connections_shut"), 0U);
    gate.start();
    EXPECT_TRUE(eventually([&] { return refusals.of("connections_shut") == 1; }));
}

TEST_F(AGateThatLearnsLateInRealTime, KnowsTheKeyOfWhoIsRevokedAfterwards) {
    EXPECT_TRUE(gate.admits(message, proof));
    gate.start();
    await_being_asked();
    is_good = false;
    gate.shut_revoked();
    EXPECT_EQ(refusals.of("connections_shut"), 1U);
}

TEST_F(AGateThatLearnsLateInRealTime, ShutsWhoWasRevokedInTheMeantime) {
    EXPECT_TRUE(gate.admits(message, proof));
    is_good = false;
    gate.shut_revoked();
    gate.start();
    EXPECT_TRUE(eventually([&] { return refusals.of("connections_shut") == 1; }));
}

TEST_F(AGateThatLearnsLateInRealTime, ShutsWhoseKeyIsNotGoodWhenAMessageTellsOfIt) {
    is_good = false;
    EXPECT_FALSE(gate.admits(message, proof));
    gate.start();
    EXPECT_TRUE(eventually([&] { return refusals.of("connections_shut") == 1; }));
}

// It is bound anew when a node has a new key, and all its connections end.
TEST_F(AGateThatLearnsLateInRealTime, LeavesAListenerAloneThatHasTheDescriptorOfAnEndedConnection) {
    gate.start();
    EXPECT_TRUE(gate.admits(message, proof));
    await_being_asked();
    const int fd = zmq_msg_get(message.handle(), ZMQ_SRCFD);
    listener.unbind(endpoint.str());
    ASSERT_TRUE(eventually([&] {
        (void)listener.recv(message, zmq::recv_flags::dontwait);
        return fcntl(fd, F_GETFD) < 0;
    }));
    const Descriptor any{socket(AF_INET, SOCK_STREAM, 0)};
    const Descriptor again{any.get() == fd ? dup(fd) : fcntl(any.get(), F_DUPFD, fd)};
    ASSERT_TRUE(any.get() == fd || again.get() == fd);
    const int one = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), 0);
    ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    ASSERT_EQ(listen(fd, 1), 0);
    is_good = false;
    gate.shut_revoked();
    int listens = 0;
    socklen_t size = sizeof(listens);
    EXPECT_EQ(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size), 0);
    EXPECT_EQ(listens, 1);
}

}  // namespace
}  // namespace bellwether::node
