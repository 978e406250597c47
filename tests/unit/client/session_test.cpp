#include "client/session.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/clock.hpp"
#include "client/fake_node.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::client {
namespace {

using namespace std::chrono_literals;
namespace session = protocol::session;
using protocol::Token;

constexpr Token first{1001};
constexpr Token second{2001};

std::map<int, std::string> open_descriptors() {
    std::map<int, std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
        const int fd = std::stoi(entry.path().filename().string());
        std::error_code gone;
        const auto what = std::filesystem::read_symlink(entry.path(), gone);
        if (!gone) found.emplace(fd, what.string());
    }
    // Without the one that reads the directory.
    std::erase_if(found, [](const auto& each) { return ::fcntl(each.first, F_GETFD) < 0; });
    return found;
}

// Of whoever started the tests.
const std::map<int, std::string> before_any_test = open_descriptors();

class SessionInRealTime : public ::testing::Test {
protected:
    std::unique_ptr<Session> new_session() {
        return std::make_unique<Session>(context_, run_dir_, session::Campaign{.election = election_});
    }

    // The next event of this kind; those before it are dropped.
    template <class Event>
    std::optional<Event> await() {
        for (const auto deadline = now() + 10s; now() < deadline;) {
            const auto event = session_->next(1s);
            if (event && std::holds_alternative<Event>(*event)) return std::get<Event>(*event);
        }
        return std::nullopt;
    }

    void join() {
        session_ = new_session();
        ASSERT_TRUE(await<Joined>());
        ASSERT_TRUE(node_->await<session::Campaign>());
    }

    void lead(Token token, protocol::Duration span) {
        join();
        node_->grant(token, span);
        ASSERT_EQ(await<Granted>()->token, token);
    }

    bellwether::testing::TemporaryDirectory directory_;
    std::filesystem::path run_dir_ = directory_.path() / "alpha";
    protocol::ElectionName election_ = *protocol::ElectionName::parse("backups");
    std::optional<FakeNode> node_{std::in_place, run_dir_};
    zmq::context_t context_;
    std::unique_ptr<Session> session_;
};

TEST_F(SessionInRealTime, CampaignsWithWhatItWasGiven) {
    const session::Campaign campaign{
        .election = election_, .metadata = {0x81, 0xa1, 'a', 0x01}, .priority = protocol::Priority{7}, .forks = true};
    session_ = std::make_unique<Session>(context_, run_dir_, campaign);
    EXPECT_TRUE(await<Joined>());
    EXPECT_TRUE(node_->await<session::Campaign>() == campaign);
}

TEST_F(SessionInRealTime, MayActFromTheGrantOn) {
    join();
    const Guard guard = session_->guard();
    EXPECT_FALSE(guard.may_act());
    node_->grant(first, 1h);
    const auto granted = await<Granted>();
    ASSERT_TRUE(granted);
    EXPECT_EQ(guard.token(), first);
    EXPECT_EQ(session_->token(), first);
    EXPECT_EQ(session_->valid_until(), granted->valid_until);
}

TEST_F(SessionInRealTime, AnExtensionMovesTheDeadline) {
    lead(first, 1h);
    node_->extend(second, 5h);
    node_->extend(first, 2h);
    const auto extended = await<Extended>();
    EXPECT_EQ(extended->token, first);
    EXPECT_EQ(session_->guard().valid_until(), extended->valid_until);
}

TEST_F(SessionInRealTime, IsLostAtTheDeadlineByItself) {
    lead(first, 100ms);
    const auto until = *session_->valid_until();
    EXPECT_EQ(await<Lost>(), Lost{first});
    EXPECT_GE(now(), until);
    EXPECT_FALSE(session_->guard().may_act());
    EXPECT_EQ(node_->await<session::Revoked>()->token, first);

    node_->grant(second, 1h);
    EXPECT_EQ(await<Granted>()->token, second);
}

TEST_F(SessionInRealTime, StopsWhenAskedAndSaysSo) {
    lead(first, 1h);
    node_->revoke(first, protocol::Reason::drain, 10s);
    const auto revoke = await<Revoke>();
    ASSERT_TRUE(revoke);
    EXPECT_EQ(revoke->reason, protocol::Reason::drain);
    EXPECT_FALSE(session_->guard().may_act());
    EXPECT_EQ(session_->token(), first);  // What was begun may be ended.

    session_->revoked();
    EXPECT_EQ(node_->await<session::Revoked>()->token, first);
    EXPECT_EQ(session_->token(), Token{});
    EXPECT_FALSE(session_->is_over());
}

TEST_F(SessionInRealTime, WhoIsAskedToStopIsExtendedMeanwhileAndMayBeginNothing) {
    lead(first, 1h);
    node_->revoke(first, protocol::Reason::drain, 10s);
    node_->extend(first, 2h);
    const auto extended = await<Extended>();
    EXPECT_EQ(session_->valid_until(), extended->valid_until);
    EXPECT_FALSE(session_->guard().may_act());
}

TEST_F(SessionInRealTime, AHandOverThatWasGivenUpGrantsTheSameTokenAgain) {
    lead(first, 1h);
    node_->revoke(first, protocol::Reason::drain, 10s);
    ASSERT_TRUE(await<Revoke>());
    node_->grant(first, 1h);
    EXPECT_EQ(await<Granted>()->token, first);
    EXPECT_EQ(session_->guard().token(), first);
}

TEST_F(SessionInRealTime, ATokenThatIsNotHeldIsGivenBackAtOnce) {
    lead(second, 1h);
    node_->revoke(first, protocol::Reason::drain, 10s);
    node_->extend(second, 1h);
    ASSERT_TRUE(await<Extended>());
    EXPECT_EQ(node_->await<session::Revoked>()->token, first);
    EXPECT_EQ(session_->guard().token(), second);
}

TEST_F(SessionInRealTime, AGrantWhoseTimeIsOverBeginsNothing) {
    join();
    node_->grant(first, -1ms);
    node_->grant(second, 1h);
    EXPECT_EQ(await<Granted>()->token, second);
    EXPECT_EQ(node_->await<session::Revoked>()->token, first);
}

TEST_F(SessionInRealTime, TwoGrantsInARowWhoseTimeIsOverLeaveTheElectionToOthers) {
    join();
    node_->grant(first, 0s);
    node_->grant(second, 0s);
    EXPECT_NE(await<Waiting>()->text.find("or this host is too slow for the lease"), std::string::npos);
    EXPECT_EQ(node_->await<session::Revoked>()->token, first);
    EXPECT_TRUE(node_->await<session::Resign>());

    // The same again is not said again, and comes more and more seldom, though it joins each time.
    std::vector<protocol::Time> tries;
    for (std::uint64_t token = 3001; tries.size() < 4; token += 1000) {
        const auto event = session_->next(10s);
        ASSERT_TRUE(event && std::holds_alternative<Joined>(*event));
        tries.push_back(now());
        node_->grant({token}, 0s);
    }
    EXPECT_GE(tries[3] - tries[2], 400ms);

    ASSERT_TRUE(await<Joined>());
    node_->grant({9001}, 1h);
    EXPECT_EQ(await<Granted>()->token, Token{9001});
}

TEST_F(SessionInRealTime, AGrantWhoseTimeIsOverGivesNoTokenUpThatIsStillHeld) {
    lead(first, 1h);
    node_->revoke(first, protocol::Reason::drain, 10s);
    node_->grant(first, 0s);
    ASSERT_TRUE(await<Revoke>());
    session_->hold(7);
    ASSERT_TRUE(await<HeldProcess>());
    EXPECT_FALSE(node_->await<session::Revoked>(0ms));
    EXPECT_EQ(session_->token(), first);
}

TEST_F(SessionInRealTime, ADeadlineOnAnotherClockEndsIt) {
    join();
    node_->say(Granted{.token = first, .valid_until = now() + 2h, .clock = now() + 1h});
    EXPECT_EQ(await<Refused>()->reason, "clock");
    EXPECT_TRUE(session_->is_over());
    EXPECT_FALSE(session_->guard().may_act());
    EXPECT_TRUE(node_->await<session::Resign>());
}

TEST_F(SessionInRealTime, SaysThatItIsAlive) {
    join();
    EXPECT_FALSE(session_->next(2s));
    EXPECT_TRUE(node_->await<session::Alive>(0ms));
}

TEST_F(SessionInRealTime, NamesTheProcessesItWorksThrough) {
    session_ = new_session();
    EXPECT_FALSE(session_->hold(7));
    ASSERT_TRUE(await<Joined>());
    EXPECT_TRUE(session_->hold(7));
    EXPECT_EQ(await<HeldProcess>(), (HeldProcess{.pid = 7, .killable = true}));
}

TEST_F(SessionInRealTime, ResignsWhenItGoes) {
    lead(first, 1h);
    const Guard guard = session_->guard();
    session_.reset();
    EXPECT_FALSE(guard.may_act());
    EXPECT_TRUE(node_->await<session::Resign>());
}

TEST_F(SessionInRealTime, TellsNothingAnyMoreOnceItHasResigned) {
    lead(first, 1h);
    session_->resign();
    EXPECT_TRUE(session_->is_over());
    EXPECT_TRUE(node_->await<session::Resign>());
    EXPECT_FALSE(session_->next(10ms));
}

TEST_F(SessionInRealTime, ARefusalThatWaitingDoesNotCureEndsIt) {
    node_->turn_away("node_stands");
    session_ = new_session();
    EXPECT_EQ(await<Refused>()->reason, "node_stands");
    EXPECT_TRUE(session_->is_over());
}

TEST_F(SessionInRealTime, TriesAgainAfterARefusalThatWaitingCures) {
    node_->turn_away("limit");
    session_ = new_session();
    EXPECT_EQ(await<Waiting>()->text, "turned away");
    node_->turn_away("");
    EXPECT_TRUE(await<Joined>());
}

TEST_F(SessionInRealTime, AForgottenSessionStopsAtOnceAndStandsAgain) {
    lead(first, 1h);
    node_->refuse("unknown");
    EXPECT_EQ(await<Lost>(), Lost{first});
    EXPECT_FALSE(session_->guard().may_act());
    EXPECT_TRUE(await<Joined>());
}

TEST_F(SessionInRealTime, WaitsForADaemonThatIsNotThere) {
    node_.reset();
    std::filesystem::remove_all(run_dir_);
    session_ = new_session();
    EXPECT_NE(await<Waiting>()->text.find("no daemon at"), std::string::npos);
    node_.emplace(run_dir_);
    EXPECT_TRUE(await<Joined>());
}

TEST_F(SessionInRealTime, WaitsWhileThereIsNoRoomForAnotherSocket) {
    zmq::context_t small{1, 1};
    std::optional<zmq::socket_t> occupant{std::in_place, small, zmq::socket_type::dealer};
    session_ = std::make_unique<Session>(small, run_dir_, session::Campaign{.election = election_});
    EXPECT_NE(await<Waiting>()->text.find("cannot connect to the daemon: "), std::string::npos);
    occupant.reset();
    EXPECT_TRUE(await<Joined>());
    session_.reset();
}

TEST_F(SessionInRealTime, KeepsItsTokenUntilTheDeadlineWhileTheDaemonRestarts) {
    lead(first, 1h);
    node_.reset();
    EXPECT_TRUE(await<Waiting>());
    EXPECT_TRUE(session_->guard().may_act());
    node_.emplace(run_dir_, protocol::Incarnation{2});
    EXPECT_TRUE(await<Joined>());
    EXPECT_EQ(session_->guard().token(), first);
    node_->grant(second, 1h);
    EXPECT_EQ(await<Granted>()->token, second);
}

TEST_F(SessionInRealTime, PassesOnWhoLeads) {
    join();
    protocol::Announcement announcement;
    announcement.election = election_;
    announcement.leader = "bravo";
    node_->announce(announcement);
    EXPECT_EQ(await<protocol::Announcement>()->leader, "bravo");
}

TEST_F(SessionInRealTime, OneDescriptorIsAllThatAnEventLoopNeeds) {
    session_ = new_session();
    const auto await_by_fd = [&](const std::function<bool(const SessionEvent&)>& wanted) {
        for (const auto deadline = now() + 10s; now() < deadline;) {
            while (const auto event = session_->next(0ms)) {
                if (wanted(*event)) return true;
            }
            pollfd item{.fd = session_->fd(), .events = POLLIN, .revents = 0};
            if (::poll(&item, 1, 10'000) == 0) return false;
        }
        return false;
    };
    const auto is = []<class Event>(std::in_place_type_t<Event>) {
        return [](const SessionEvent& event) { return std::holds_alternative<Event>(event); };
    };
    EXPECT_TRUE(await_by_fd(is(std::in_place_type<Joined>)));
    node_->grant(first, 200ms);
    EXPECT_TRUE(await_by_fd(is(std::in_place_type<Granted>)));
    EXPECT_TRUE(await_by_fd(is(std::in_place_type<Lost>)));  // Time has passed, nothing else.
    node_.reset();
    EXPECT_TRUE(await_by_fd(is(std::in_place_type<Waiting>)));
    node_.emplace(run_dir_, protocol::Incarnation{2});
    EXPECT_TRUE(await_by_fd(is(std::in_place_type<Joined>)));
}

// A command that is executed must not keep them open.
TEST_F(SessionInRealTime, NoDescriptorOfItSurvivesExec) {
    lead(first, 1h);
    for (const auto& [fd, what] : open_descriptors()) {
        const bool inherited = before_any_test.contains(fd);
        EXPECT_TRUE(inherited || (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0) << fd << " is " << what;
    }
}

}  // namespace
}  // namespace bellwether::client
