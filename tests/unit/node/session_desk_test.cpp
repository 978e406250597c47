#include "node/session_desk.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <map>
#include <stdexcept>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

#include "protocol/session_codec.hpp"
#include "tests/support/mesh_sockets.hpp"
#include "tests/support/sleeper.hpp"

namespace bellwether::node {
namespace {

using namespace std::chrono_literals;
namespace session = protocol::session;

using protocol::Announcement;
using protocol::SessionEvent;
using protocol::SessionId;
using protocol::Time;
using testing::eventually;
using testing::Sleeper;

constexpr protocol::Incarnation life{77};
constexpr std::uint64_t alice = 1;  // Connections.
constexpr std::uint64_t bob = 2;
constexpr PeerProcess out_of_sight{};

// A child and its own child, which is orphaned when the former dies.
class Family {
public:
    Family() {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0) throw std::runtime_error{"no pipe"};
        parent_ = ::fork();
        if (parent_ == 0) {
            const pid_t child = ::fork();
            if (child != 0 && ::write(ends[1], &child, sizeof child) < 0) ::_exit(1);
            for (;;) ::pause();
        }
        if (::read(ends[0], &child_, sizeof child_) != sizeof child_) throw std::runtime_error{"no child"};
        for (const int end : ends) ::close(end);
    }
    ~Family() {
        ::kill(parent_, SIGKILL);
        ::waitpid(parent_, nullptr, 0);
    }
    Family(const Family&) = delete;
    Family& operator=(const Family&) = delete;

    [[nodiscard]] std::uint32_t parent() const { return static_cast<std::uint32_t>(parent_); }
    [[nodiscard]] std::uint32_t child() const { return static_cast<std::uint32_t>(child_); }

private:
    pid_t parent_{};
    pid_t child_{};
};

class ASessionDesk : public ::testing::Test {
protected:
    void say(std::uint64_t caller, const PeerProcess& who, const session::FromProcess& message) {
        desk.hear(now, caller, who, message, events);
    }

    // What the connection was told since it was last asked; empty if nothing.
    std::vector<session::FromNode> told(std::uint64_t caller) { return std::exchange(told_[caller], {}); }
    template <class Message>
    Message last_told(std::uint64_t caller) {
        const auto messages = told(caller);
        if (messages.empty() || !std::holds_alternative<Message>(messages.back())) {
            ADD_FAILURE() << "not told so";
            return {};
        }
        return std::get<Message>(messages.back());
    }
    std::string refusal(std::uint64_t caller) { return last_told<session::Refused>(caller).reason; }

    // Through the challenge, and joined by the state machine.
    SessionId join(std::uint64_t caller, const PeerProcess& who, const session::Campaign& campaign = {}) {
        say(caller, who, campaign);
        if (who.pid != 0) say(caller, who, session::Answer{last_told<session::Challenge>(caller).nonce});
        if (events.empty()) {
            ADD_FAILURE() << "not joined";
            return {};
        }
        const SessionId id = std::get<SessionEvent>(events.back()).session;
        events.clear();
        desk.perform(protocol::TellSession{id, session::Joined{id.value}});
        EXPECT_EQ(last_told<session::Joined>(caller).session, id.value);
        return id;
    }

    // The next that the state machine is told of the session, as long as it takes.
    template <class News>
    bool is_told(SessionId id) {
        if (!eventually([&] {
                desk.take_dead(events);
                return !events.empty();
            })) {
            return false;
        }
        const auto event = std::get<SessionEvent>(events.front());
        events.erase(events.begin());
        return event.session == id && std::holds_alternative<News>(event.news);
    }

    static PeerProcess itself(const Sleeper& sleeper) { return {.pid = sleeper.pid(), .uid = ::getuid()}; }
    static PeerProcess ourselves() { return {.pid = static_cast<std::uint32_t>(::getpid()), .uid = ::getuid()}; }
    [[nodiscard]] std::uint64_t counter(const std::string& name) const {
        return testing::value_of(desk.counters(), name);
    }

    Time now{1s};
    SessionDesk::Events events;
    std::map<std::uint64_t, std::vector<session::FromNode>> told_;
    SessionDesk desk{life, [this](std::uint64_t caller, const protocol::Frame& frame) {
                         const auto heard = session::decode_from_node(frame);
                         ASSERT_TRUE(heard);
                         EXPECT_EQ(heard->incarnation, life);
                         told_[caller].push_back(heard->message);
                     }};
};

// --- Who it is ---

TEST_F(ASessionDesk, WhoAnswersTheChallengeJoins) {
    const session::Campaign campaign{.election = *protocol::ElectionName::parse("jobs"),
                                     .metadata = {0x81, 0xa1, 'a', 0x01},
                                     .priority = protocol::Priority{5},
                                     .forks = true};
    say(alice, ourselves(), campaign);
    EXPECT_TRUE(events.empty()) << "it has not proved that it lives";
    say(alice, ourselves(), session::Answer{last_told<session::Challenge>(alice).nonce});
    ASSERT_EQ(events.size(), 1U);
    const auto join = std::get<protocol::SessionJoin>(std::get<SessionEvent>(events.front()).news);
    EXPECT_EQ(join.election, campaign.election);
    EXPECT_EQ(join.metadata, campaign.metadata);
    EXPECT_EQ(join.priority, campaign.priority);
    EXPECT_TRUE(join.forks);
}

TEST_F(ASessionDesk, AWrongNonceIsRefusedAndForgotten) {
    say(alice, ourselves(), session::Campaign{});
    const std::uint64_t nonce = last_told<session::Challenge>(alice).nonce;
    say(alice, ourselves(), session::Answer{nonce + 1});
    EXPECT_EQ(refusal(alice), "unknown");
    say(alice, ourselves(), session::Answer{nonce});
    EXPECT_EQ(refusal(alice), "unknown");
    EXPECT_TRUE(events.empty());
    EXPECT_EQ(counter("watched_processes"), 0U);
}

TEST_F(ASessionDesk, NoAnswerInTimeIsRefusedAndForgotten) {
    say(alice, ourselves(), session::Campaign{});
    const std::uint64_t nonce = last_told<session::Challenge>(alice).nonce;
    EXPECT_EQ(desk.next_deadline(), now + time_to_answer);
    desk.expire(now + time_to_answer - 1ns);
    EXPECT_TRUE(told(alice).empty());
    desk.expire(now + time_to_answer);
    EXPECT_EQ(refusal(alice), "unknown");
    EXPECT_EQ(desk.next_deadline(), protocol::never);
    say(alice, ourselves(), session::Answer{nonce});
    EXPECT_EQ(refusal(alice), "unknown");
    EXPECT_EQ(counter("watched_processes"), 0U);
}

TEST_F(ASessionDesk, APidThatWasReusedFoolsNobody) {
    // The process that connected is dead, its number another's: the latter has no connection to answer through, and
    // the answer of a child that inherited the connection is too late once the death is seen.
    Sleeper sleeper;
    say(alice, itself(sleeper), session::Campaign{});
    const std::uint64_t nonce = last_told<session::Challenge>(alice).nonce;
    sleeper.kill();
    sleeper.reap();
    say(alice, itself(sleeper), session::Answer{nonce});
    EXPECT_EQ(refusal(alice), "unknown");
    EXPECT_TRUE(events.empty());
}

TEST_F(ASessionDesk, AProcessThatIsDeadAlreadyIsRefused) {
    Sleeper sleeper;
    sleeper.kill();
    sleeper.reap();
    say(alice, itself(sleeper), session::Campaign{});
    EXPECT_EQ(refusal(alice), "unknown");
}

TEST_F(ASessionDesk, WhoCannotBeSeenJoinsAtOnceAndLivesByWhatItSays) {
    const SessionId id = join(alice, out_of_sight);
    say(alice, out_of_sight, session::Alive{});
    EXPECT_TRUE(is_told<protocol::SessionAlive>(id));
    EXPECT_EQ(counter("watched_processes"), 0U);
}

TEST_F(ASessionDesk, NoTwoSessionsHaveOneNumberOrOneConnection) {
    const SessionId first = join(alice, ourselves());
    const SessionId second = join(bob, ourselves());
    EXPECT_NE(first, second);
    say(alice, ourselves(), session::Campaign{});
    EXPECT_EQ(refusal(alice), "exists");
    EXPECT_TRUE(is_told<protocol::SessionLost>(first)) << "whoever is refused acts no more, and is not waited for";
    EXPECT_TRUE(told(bob).empty());
}

// --- What it says ---

TEST_F(ASessionDesk, WhoIsNoSessionIsToldSo) {
    for (const session::FromProcess& message :
         std::vector<session::FromProcess>{session::Alive{}, session::Revoked{.token = {1001}}, session::Resign{},
                                           session::Holds{.pid = 1}, session::Answer{.nonce = 1}}) {
        say(alice, ourselves(), message);
        EXPECT_EQ(refusal(alice), "unknown");
    }
    EXPECT_TRUE(events.empty());
}

TEST_F(ASessionDesk, HandsOnWhatASessionSays) {
    const SessionId id = join(alice, ourselves());
    say(alice, ourselves(), session::Alive{});
    EXPECT_TRUE(is_told<protocol::SessionAlive>(id));
    say(alice, ourselves(), session::Revoked{.token = {1001}});
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(std::get<protocol::SessionRevoked>(std::get<SessionEvent>(events.front()).news).token.value, 1001U);
    events.clear();
    say(alice, ourselves(), session::Resign{});
    EXPECT_TRUE(is_told<protocol::SessionResign>(id));
}

TEST_F(ASessionDesk, WhoHasResignedMayCampaignAgainAtOnce) {
    const SessionId first = join(alice, ourselves());
    say(alice, ourselves(), session::Resign{});
    events.clear();
    const SessionId second = join(alice, ourselves());
    EXPECT_NE(first, second);
    desk.perform(protocol::SessionOver{first});
    say(alice, ourselves(), session::Alive{});
    EXPECT_TRUE(is_told<protocol::SessionAlive>(second));
}

TEST_F(ASessionDesk, WhoMayNotHaveASessionIsToldSo) {
    desk.hear(now, alice, ourselves(), Forbidden{"user 1000 may only watch"}, events);
    EXPECT_EQ(refusal(alice), "forbidden");
    EXPECT_TRUE(events.empty());
}

TEST_F(ASessionDesk, WhoSpeaksNonsenseIsASessionNoMore) {
    const SessionId id = join(alice, ourselves());
    desk.hear(now, alice, ourselves(), protocol::BadRequest{0, "pid must be a number"}, events);
    EXPECT_EQ(last_told<session::Refused>(alice).text, "pid must be a number");
    EXPECT_TRUE(is_told<protocol::SessionLost>(id));
    say(alice, ourselves(), session::Alive{});
    EXPECT_EQ(refusal(alice), "unknown");
}

TEST_F(ASessionDesk, WhoWasRefusedIsToldNothingMoreAndIsWatchedUntilItIsOver) {
    Sleeper sleeper;
    const SessionId id = join(alice, itself(sleeper));
    desk.perform(protocol::TellSession{id, session::Refused{"silent", "nothing was heard"}});
    EXPECT_EQ(refusal(alice), "silent");
    desk.perform(protocol::TellSession{id, session::Extended{}});
    EXPECT_TRUE(told(alice).empty());
    sleeper.kill();
    EXPECT_TRUE(is_told<protocol::SessionGone>(id));
}

TEST_F(ASessionDesk, NothingIsLeftOfASessionThatIsOver) {
    Sleeper sleeper;
    const SessionId id = join(alice, ourselves());
    say(alice, ourselves(), session::Holds{sleeper.pid()});
    (void)told(alice);
    EXPECT_EQ(counter("sessions"), 1U);
    EXPECT_EQ(counter("watched_processes"), 2U);
    desk.perform(protocol::SessionOver{id});
    EXPECT_EQ(counter("sessions"), 0U);
    EXPECT_EQ(counter("watched_processes"), 0U);
    EXPECT_TRUE(sleeper.is_running());
    say(alice, ourselves(), session::Alive{});
    EXPECT_EQ(refusal(alice), "unknown");
}

TEST_F(ASessionDesk, MoreSessionsThanThereMayBeAreRefused) {
    for (std::uint64_t caller = 1; caller <= max_sessions; ++caller) say(caller, out_of_sight, session::Campaign{});
    EXPECT_EQ(events.size(), max_sessions);
    say(max_sessions + 1, out_of_sight, session::Campaign{});
    EXPECT_EQ(refusal(max_sessions + 1), "limit");
}

// --- Death ---

TEST_F(ASessionDesk, AProcessThatDiesIsGone) {
    Sleeper sleeper;
    const SessionId id = join(alice, itself(sleeper));
    sleeper.kill();
    EXPECT_TRUE(is_told<protocol::SessionGone>(id));
}

TEST_F(ASessionDesk, WhatADeadProcessWorkedThroughIsKilledAndWaitedFor) {
    const Family family;
    const SessionId id = join(alice, {.pid = family.parent(), .uid = ::getuid()});
    say(alice, {}, session::Holds{family.child()});
    EXPECT_TRUE(last_told<session::HeldProcess>(alice).killable);
    events.clear();
    ::kill(static_cast<pid_t>(family.parent()), SIGKILL);
    EXPECT_TRUE(is_told<protocol::SessionLost>(id));
    EXPECT_TRUE(is_told<protocol::SessionGone>(id)) << "nobody but the desk has killed the child";
}

TEST_F(ASessionDesk, WhoIsOnlyToBeWaitedForIsNotKilled) {
    const Family family;
    const SessionId id = join(alice, {.pid = family.parent(), .uid = ::getuid()});
    say(alice, {}, session::Holds{.pid = family.child(), .kill = false});
    EXPECT_FALSE(last_told<session::HeldProcess>(alice).killable);
    events.clear();
    ::kill(static_cast<pid_t>(family.parent()), SIGKILL);
    EXPECT_TRUE(is_told<protocol::SessionLost>(id));
    desk.perform(protocol::KillHeld{id});
    desk.take_dead(events);
    EXPECT_TRUE(events.empty()) << "it lives";
    EXPECT_EQ(counter("watched_processes"), 1U);
    ::kill(static_cast<pid_t>(family.child()), SIGKILL);
    EXPECT_TRUE(is_told<protocol::SessionGone>(id));
}

TEST_F(ASessionDesk, WhatASessionNamedIsKilledWhenItsTimeIsOver) {
    Sleeper sleeper;
    const SessionId ours = join(alice, ourselves());
    say(alice, ourselves(), session::Holds{sleeper.pid()});
    const auto held = last_told<session::HeldProcess>(alice);
    EXPECT_EQ(held.pid, sleeper.pid());
    EXPECT_TRUE(held.killable);
    events.clear();
    desk.perform(protocol::KillHeld{ours});
    EXPECT_TRUE(eventually([&] { return !sleeper.is_running(); }));
    desk.take_dead(events);
    EXPECT_TRUE(events.empty()) << "its process lives on";
    EXPECT_EQ(counter("watched_processes"), 1U);
}

TEST_F(ASessionDesk, ADescendantAloneMayBeNamed) {
    Sleeper sleeper;
    for (const std::uint32_t pid : {1U, static_cast<std::uint32_t>(::getpid()), sleeper.pid()}) {
        const Sleeper other;
        const SessionId id = join(alice, itself(other));
        say(alice, itself(other), session::Holds{pid});
        EXPECT_EQ(refusal(alice), "forbidden") << pid;
        EXPECT_TRUE(is_told<protocol::SessionLost>(id));
        desk.perform(protocol::SessionOver{id});
        EXPECT_EQ(counter("watched_processes"), 0U);
    }
    EXPECT_TRUE(sleeper.is_running());
}

TEST_F(ASessionDesk, AChildUnderAnotherUserIsNotTakenForItsOwn) {
    const Sleeper sleeper;
    const PeerProcess somebody{.pid = static_cast<std::uint32_t>(::getpid()), .uid = ::getuid() + 1};
    join(alice, somebody);
    say(alice, somebody, session::Holds{sleeper.pid()});
    EXPECT_EQ(refusal(alice), "forbidden");
}

TEST_F(ASessionDesk, AFewProcessesMayBeNamed) {
    const Sleeper sleeper;
    join(alice, ourselves());
    for (std::size_t i = 0; i < max_named; ++i) {
        say(alice, ourselves(), session::Holds{sleeper.pid()});
        EXPECT_TRUE(last_told<session::HeldProcess>(alice).killable);
    }
    say(alice, ourselves(), session::Holds{sleeper.pid()});
    EXPECT_EQ(refusal(alice), "limit");
}

TEST_F(ASessionDesk, WhoCannotBeSeenNamesNobodyThatCanBeKilled) {
    const Sleeper sleeper;
    join(alice, out_of_sight);
    say(alice, out_of_sight, session::Holds{sleeper.pid()});
    const auto held = last_told<session::HeldProcess>(alice);
    EXPECT_EQ(held.pid, sleeper.pid());
    EXPECT_FALSE(held.killable);
}

// --- Announcements ---

TEST_F(ASessionDesk, AnnouncesOnlyWhatIsNewToTheSessionsOfItsElection) {
    join(alice, ourselves());
    join(bob, ourselves(), {.election = *protocol::ElectionName::parse("jobs")});
    Announcement announcement{.cluster = "mesh", .node = "a", .incarnation = life, .seq = 1};
    desk.announce(announcement);
    EXPECT_EQ(last_told<Announcement>(alice), announcement);
    announcement.seq = 2;
    announcement.clock = now;
    desk.announce(announcement);
    EXPECT_TRUE(told(alice).empty());
    announcement.leader = "b";
    announcement.leader_id = {2};
    desk.announce(announcement);
    EXPECT_EQ(last_told<Announcement>(alice), announcement);
    EXPECT_TRUE(told(bob).empty());
}

TEST_F(ASessionDesk, TellsALaterSessionOfTheElectionWhatTheOthersKnow) {
    join(alice, ourselves());
    const Announcement announcement{.cluster = "mesh", .node = "a", .incarnation = life, .seq = 1};
    desk.announce(announcement);
    say(bob, out_of_sight, session::Campaign{});
    const SessionId id = std::get<SessionEvent>(events.back()).session;
    desk.perform(protocol::TellSession{id, session::Joined{id.value}});
    EXPECT_EQ(last_told<Announcement>(bob), announcement);
}

}  // namespace
}  // namespace bellwether::node
