// With real sockets, and with libzmq's, which call our recv() and close().
#include "node/intake.hpp"

#include <array>
#include <cstring>
#include <filesystem>
#include <string>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <zmq.hpp>

#include "node/descriptor.hpp"
#include "tests/support/raw_peer.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::node {
namespace {

using testing::RawPeer;
using testing::zmtp_greeting;
using testing::zmtp_property;
using testing::zmtp_ready;

std::string claim() {
    return zmtp_greeting() + zmtp_ready("DEALER", zmtp_property("Identity", std::string{"\0\1\2\3\4", 5}));
}

class AnAcceptedConnection : public ::testing::Test {
protected:
    void SetUp() override {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string name = path.string();
        std::memcpy(address.sun_path, name.data(), name.size());
        ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        ASSERT_EQ(::listen(listener.get(), 8), 0);
    }

    // Of the next one that has connected.
    [[nodiscard]] Descriptor accepted() const {
        return Descriptor{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    }

    // What is there, or the error.
    [[nodiscard]] static std::string heard(const Descriptor& connection, std::size_t most = 4096) {
        std::array<char, 4096> bytes{};
        const ssize_t size = ::recv(connection.get(), bytes.data(), most, 0);
        return size < 0 ? std::strerror(errno) : std::string{bytes.data(), static_cast<std::size_t>(size)};
    }

    testing::TemporaryDirectory directory;
    std::filesystem::path path = directory.path() / "listener";
    Descriptor listener{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const std::string refused = std::strerror(greeting_refused);
};

TEST_F(AnAcceptedConnection, ThatClaimsAReservedIdIsNotHeardOut) {
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    peer.say(claim());
    EXPECT_EQ(heard(connection), refused);
    peer.say("and so on");
    EXPECT_EQ(heard(connection), refused);
}

TEST_F(AnAcceptedConnection, ThatClaimsOneByteByByteIsHeardUntilTheLast) {
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    peer.say(claim());
    for (std::size_t i = 0; i + 1 < claim().size(); ++i) ASSERT_EQ(heard(connection, 1), claim().substr(i, 1));
    EXPECT_EQ(heard(connection, 1), refused);
}

TEST_F(AnAcceptedConnection, ThatHasIntroducedItselfMaySayAnything) {
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    const std::string greeting = zmtp_greeting() + zmtp_ready("DEALER");
    peer.say(greeting.substr(0, 70));
    EXPECT_EQ(heard(connection), greeting.substr(0, 70));
    peer.say(greeting.substr(70) + claim());
    EXPECT_EQ(heard(connection), greeting.substr(70) + claim());
    peer.say(std::string(4096, '\0'));
    EXPECT_EQ(heard(connection), std::string(4096, '\0'));
}

TEST_F(AnAcceptedConnection, OfWhichNothingHasComeIsLeftAlone) {
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    EXPECT_EQ(heard(connection), std::strerror(EAGAIN));
    peer.hang_up();
    EXPECT_EQ(heard(connection), "");
}

TEST_F(AnAcceptedConnection, IsForgottenWhenItIsClosed) {
    RawPeer peer = RawPeer::at_path(path);
    int number = -1;
    {
        const Descriptor connection = accepted();
        number = connection.get();
        peer.say(zmtp_greeting().substr(0, 20));
        (void)heard(connection);
    }
    // Its number goes to one that was not accepted.
    std::array<int, 2> pair{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()), 0);
    const Descriptor here{pair[0]};
    const Descriptor there{pair[1]};
    ASSERT_EQ(here.get(), number);
    ASSERT_EQ(::send(there.get(), "GET", 3, 0), 3);
    EXPECT_EQ(heard(here), "GET");
}

TEST_F(AnAcceptedConnection, BeginsAnewWhereAnotherHasEnded) {
    for (int i = 0; i < 3; ++i) {
        RawPeer peer = RawPeer::at_path(path);
        const Descriptor connection = accepted();
        peer.say(claim().substr(0, 80));
        EXPECT_EQ(heard(connection), claim().substr(0, 80));
    }
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    peer.say(claim());
    EXPECT_EQ(heard(connection), refused);
}

class AConnectionWithLimits : public AnAcceptedConnection {
protected:
    static constexpr std::int64_t borne = 1000;

    void SetUp() override {
        AnAcceptedConnection::SetUp();
        intake_is_used_up();
        intake_is_crowded(false);
    }
    void TearDown() override { intake_is_crowded(false); }
    void limit(const IntakeLimits& limits) const { limit_intake_of_listener(listener.get(), limits); }

    static std::string introduction() { return zmtp_greeting() + zmtp_ready("SUB"); }
    static void introduce(RawPeer& peer, const Descriptor& connection) {
        peer.say(introduction());
        EXPECT_EQ(heard(connection), introduction());
        intake_is_used_up();
    }

    // Says the words, and hears what is read of them until it is full: a byte or so more, if that takes a while.
    std::size_t fill(RawPeer& peer, const Descriptor& connection) const {
        peer.say(words);
        std::size_t size = 0;
        for (std::string some; (some = heard(connection)) != later; size += some.size()) {
            EXPECT_TRUE(words.substr(size).starts_with(some));
        }
        EXPECT_TRUE(is_full(connection.get()));
        EXPECT_GE(size, borne + 1 - introduction().size());  // It counts, too.
        EXPECT_LT(size, words.size());
        return size;
    }

    [[nodiscard]] static bool rings(const Descriptor& bell) {
        epoll_event event{};
        return ::epoll_wait(bell.get(), &event, 1, 0) == 1;
    }
    [[nodiscard]] static bool is_readable(int fd) {
        pollfd readable{.fd = fd, .events = POLLIN, .revents = 0};
        return ::poll(&readable, 1, 0) == 1;
    }
    [[nodiscard]] static Descriptor bell() {
        Descriptor epoll{::epoll_create1(EPOLL_CLOEXEC)};
        epoll_event event{};
        event.events = EPOLLIN | EPOLLET;
        EXPECT_EQ(::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, full_bell(), &event), 0);
        (void)rings(epoll);  // What was before.
        return epoll;
    }

    const std::string later = std::strerror(EAGAIN);
    const std::string words = std::string(borne, 'x');
};

TEST_F(AConnectionWithLimits, IsReadNoFurtherWhenItIsFullAndRingsOnce) {
    limit({.unaccounted = borne});
    const Descriptor ear = bell();
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    introduce(peer, connection);
    EXPECT_FALSE(is_full(connection.get()));
    (void)fill(peer, connection);
    EXPECT_TRUE(rings(ear));
    EXPECT_EQ(heard(connection), later);
    EXPECT_FALSE(rings(ear));
}

TEST_F(AConnectionWithLimits, IsReadOnWhenWhatItSaidIsAccountedFor) {
    limit({.unaccounted = borne});
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    introduce(peer, connection);
    const std::size_t size = fill(peer, connection);
    account_for_intake(connection.get(), 2 * borne);
    EXPECT_FALSE(is_full(connection.get()));
    EXPECT_EQ(heard(connection), words.substr(size));
}

TEST_F(AConnectionWithLimits, IsHeardNoMoreWhenItsIntakeEnds) {
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    peer.say(zmtp_greeting());
    end_intake(connection.get());
    EXPECT_EQ(heard(connection), std::strerror(ECONNRESET));
}

TEST_F(AConnectionWithLimits, RingsAgainWhenItIsFullAgain) {
    limit({.unaccounted = borne});
    const Descriptor ear = bell();
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    introduce(peer, connection);
    const std::size_t size = fill(peer, connection);
    EXPECT_TRUE(rings(ear));
    account_for_intake(connection.get(), 2 * borne);
    EXPECT_EQ(heard(connection), words.substr(size));
    account_for_intake(connection.get(), 2 * borne);
    peer.say(introduction());
    EXPECT_EQ(heard(connection), introduction());
    (void)fill(peer, connection);
    EXPECT_TRUE(rings(ear));
    end_intake(connection.get());
    EXPECT_EQ(heard(connection), std::strerror(ECONNRESET));
}

TEST_F(AConnectionWithLimits, HasTheLimitsOfItsListenerAndNoOthers) {
    limit({.unaccounted = borne});
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    limit_intake(connection.get(), {.unaccounted = 100 * borne});
    introduce(peer, connection);
    (void)fill(peer, connection);
}

TEST_F(AConnectionWithLimits, OfAListenerThatHadNoneIsGivenThemLater) {
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    introduce(peer, connection);
    peer.say(words);
    EXPECT_EQ(heard(connection), words);
    EXPECT_FALSE(is_full(connection.get()));
    limit_intake(connection.get(), {.unaccounted = borne});  // With its greeting it has said more.
    EXPECT_TRUE(is_full(connection.get()));
}

TEST_F(AConnectionWithLimits, LeavesNoneToTheNextOneOfItsDescriptor) {
    limit({.unaccounted = borne});
    int number = -1;
    {
        RawPeer peer = RawPeer::at_path(path);
        const Descriptor connection = accepted();
        number = connection.get();
        introduce(peer, connection);
        (void)fill(peer, connection);
    }
    EXPECT_FALSE(is_full(number));
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    ASSERT_EQ(connection.get(), number);
    introduce(peer, connection);
}

TEST_F(AConnectionWithLimits, WaitsForTheOthersUntilWhatTheySaidIsUsedUp) {
    limit({.unaccounted = 100 * borne, .at_once = borne});
    RawPeer one = RawPeer::at_path(path);
    const Descriptor from_one = accepted();
    RawPeer other = RawPeer::at_path(path);
    const Descriptor from_other = accepted();
    introduce(one, from_one);
    introduce(other, from_other);
    one.say(words + "more");
    other.say("hello");
    EXPECT_EQ(heard(from_one, words.size()), words);
    EXPECT_EQ(heard(from_one), later);
    EXPECT_EQ(heard(from_other), later);
    intake_is_used_up();
    EXPECT_EQ(heard(from_other), "hello");
    EXPECT_EQ(heard(from_one), "more");
}

TEST_F(AConnectionWithLimits, ThatWaitsRingsUntilWhatCameIsUsedUp) {
    limit({.unaccounted = 100 * borne, .at_once = borne});
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    introduce(peer, connection);
    peer.say(words + "more");
    EXPECT_EQ(heard(connection, words.size()), words);
    EXPECT_FALSE(is_readable(waiting_bell()));
    EXPECT_EQ(heard(connection), later);
    EXPECT_TRUE(is_readable(waiting_bell()));
    intake_is_used_up();
    EXPECT_FALSE(is_readable(waiting_bell()));
}

TEST_F(AConnectionWithLimits, ThatEndsGoesBeforeThoseThatAreToBeRead) {
    limit({.unaccounted = 100 * borne, .at_once = borne});
    RawPeer one = RawPeer::at_path(path);
    Descriptor from_one = accepted();
    RawPeer other = RawPeer::at_path(path);
    const Descriptor from_other = accepted();
    introduce(one, from_one);
    introduce(other, from_other);
    one.say(words);
    EXPECT_EQ(heard(from_one), words);
    other.say("hello");
    end_intake(from_one.get());
    EXPECT_EQ(heard(from_one), later);
    intake_is_used_up();
    EXPECT_EQ(heard(from_other), later);
    EXPECT_EQ(heard(from_one), std::strerror(ECONNRESET));
    intake_is_used_up();
    EXPECT_EQ(heard(from_other), "hello");
}

TEST_F(AConnectionWithLimits, ThatEndsInTheMiddleOfItLetsTheOthersGoOn) {
    limit({.unaccounted = 100 * borne, .at_once = borne});
    RawPeer one = RawPeer::at_path(path);
    Descriptor from_one = accepted();
    RawPeer other = RawPeer::at_path(path);
    const Descriptor from_other = accepted();
    introduce(one, from_one);
    introduce(other, from_other);
    one.say(words);
    EXPECT_EQ(heard(from_one), words);
    end_intake(from_one.get());
    EXPECT_EQ(heard(from_one), later);
    from_one = Descriptor{};
    intake_is_used_up();
    other.say("hello");
    EXPECT_EQ(heard(from_other), "hello");
}

TEST_F(AConnectionWithLimits, WaitsWhenAnotherHasEnded) {
    limit({.unaccounted = 100 * borne, .at_once = borne});
    RawPeer one = RawPeer::at_path(path);
    const Descriptor from_one = accepted();
    RawPeer other = RawPeer::at_path(path);
    const Descriptor from_other = accepted();
    introduce(one, from_one);
    introduce(other, from_other);
    one.hang_up();
    EXPECT_EQ(heard(from_one), "");
    other.say("hello");
    EXPECT_EQ(heard(from_other), later);
    intake_is_used_up();
    EXPECT_EQ(heard(from_other), "hello");
}

// One that is silent is full as well, so the bell tells whoever ends those that are.
TEST_F(AConnectionWithLimits, RingsWhenACrowdBegins) {
    limit({.unaccounted = 100 * borne, .at_once = 100 * borne});
    const Descriptor ear = bell();
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    introduce(peer, connection);
    peer.say(words.substr(0, 1000));
    EXPECT_EQ(heard(connection).size(), 1000U);
    EXPECT_FALSE(rings(ear));
    intake_is_crowded(true);
    EXPECT_TRUE(rings(ear));
    EXPECT_TRUE(is_full(connection.get()));
    intake_is_crowded(true);
    EXPECT_FALSE(rings(ear));
}

TEST_F(AConnectionWithLimits, IsFullWithLessInACrowd) {
    limit({.unaccounted = 100 * borne, .at_once = 100 * borne});
    RawPeer peer = RawPeer::at_path(path);
    const Descriptor connection = accepted();
    introduce(peer, connection);
    intake_is_crowded(true);
    EXPECT_FALSE(is_full(connection.get()));
    peer.say(words);
    std::size_t size = 0;
    for (std::string some; (some = heard(connection)) != later; size += some.size()) {
    }
    EXPECT_LT(size, 300U);
    EXPECT_TRUE(is_full(connection.get()));
}

// Who uses up what came is told of messages only.
TEST_F(AConnectionWithLimits, MayIntroduceItselfWhereverItWaits) {
    limit({.unaccounted = 100 * borne, .at_once = borne});
    for (int i = 0; i < 20; ++i) {
        RawPeer peer = RawPeer::at_path(path);
        const Descriptor connection = accepted();
        peer.say(zmtp_greeting());
        EXPECT_EQ(heard(connection), zmtp_greeting());
    }
}

// What all of this is for: that libzmq calls us, and hangs up when it is told to.
TEST(ARouterOfLibzmq, HangsUpOnWhoClaimsAReservedIdAndServesTheOthers) {
    const testing::TemporaryDirectory directory;
    const std::filesystem::path path = directory.path() / "router";
    zmq::context_t context;
    zmq::socket_t router{context, zmq::socket_type::router};
    router.bind("ipc://" + path.string());
    router.bind("tcp://127.0.0.1:*");
    const std::string endpoint = router.get(zmq::sockopt::last_endpoint);
    const auto port = static_cast<std::uint16_t>(std::stoul(endpoint.substr(endpoint.rfind(':') + 1)));
    for (const bool local : {true, false}) {
        RawPeer thief = local ? RawPeer::at_path(path) : RawPeer::at_port(port);
        thief.say(claim());
        EXPECT_TRUE(thief.is_hung_up_on());
        zmq::socket_t honest{context, zmq::socket_type::dealer};
        honest.set(zmq::sockopt::linger, 0);
        honest.connect(local ? "ipc://" + path.string() : endpoint);
        honest.send(zmq::str_buffer("hello"));
        router.set(zmq::sockopt::rcvtimeo, 10'000);
        zmq::message_t message;
        ASSERT_TRUE(router.recv(message));
        ASSERT_TRUE(router.recv(message));
        EXPECT_EQ(message.to_string(), "hello");
    }
}

}  // namespace
}  // namespace bellwether::node
