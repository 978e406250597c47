// How much is read of a connection, and when: node/intake.hpp.
#include "node/intake.hpp"

#include <optional>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>

#include <gtest/gtest.h>

#include "node/descriptor.hpp"
#include "tests/support/accepted_connection.hpp"
#include "tests/support/raw_peer.hpp"

namespace bellwether::node {
namespace {

using testing::AnAcceptedConnection;
using testing::RawPeer;
using testing::zmtp_greeting;
using testing::zmtp_ready;

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
    const Descriptor given = accepted();
    const Descriptor connection{::fcntl(given.get(), F_DUPFD_CLOEXEC, number)};
    ASSERT_EQ(connection.get(), number);
    watch_intake(number, listener.get());
    introduce(peer, connection);
}

class OneOfTwoThatWait : public AConnectionWithLimits {
protected:
    void SetUp() override {
        AConnectionWithLimits::SetUp();
        limit({.unaccounted = 100 * borne, .at_once = borne});
        one.emplace(RawPeer::at_path(path));
        from_one = accepted();
        introduce(*one, from_one);
        other.emplace(RawPeer::at_path(path));
        from_other = accepted();
        introduce(*other, from_other);
    }

    std::optional<RawPeer> one;
    std::optional<RawPeer> other;
    Descriptor from_one;
    Descriptor from_other;
};

TEST_F(OneOfTwoThatWait, WaitsForTheOthersUntilWhatTheySaidIsUsedUp) {
    one->say(words + "more");
    other->say("hello");
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

TEST_F(OneOfTwoThatWait, ThatEndsGoesBeforeThoseThatAreToBeRead) {
    one->say(words);
    EXPECT_EQ(heard(from_one), words);
    other->say("hello");
    end_intake(from_one.get());
    EXPECT_EQ(heard(from_one), later);
    intake_is_used_up();
    EXPECT_EQ(heard(from_other), later);
    EXPECT_EQ(heard(from_one), std::strerror(ECONNRESET));
    intake_is_used_up();
    EXPECT_EQ(heard(from_other), "hello");
}

TEST_F(OneOfTwoThatWait, ThatEndsInTheMiddleOfItLetsTheOthersGoOn) {
    one->say(words);
    EXPECT_EQ(heard(from_one), words);
    end_intake(from_one.get());
    EXPECT_EQ(heard(from_one), later);
    from_one = Descriptor{};
    intake_is_used_up();
    other->say("hello");
    EXPECT_EQ(heard(from_other), "hello");
}

TEST_F(OneOfTwoThatWait, WaitsWhenAnotherHasEnded) {
    one->hang_up();
    EXPECT_EQ(heard(from_one), "");
    other->say("hello");
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

}  // namespace
}  // namespace bellwether::node
