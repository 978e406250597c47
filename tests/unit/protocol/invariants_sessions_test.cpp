// What must hold of sessions is broken on purpose, so that the checker is known to see.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocol/invariants.hpp"
#include "tests/support/true_time.hpp"
#include "tests/unit/protocol/instances.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;
using testing::ElementsAre;
using testing::IsEmpty;

// Node 1 leads term 1 from 1 s on, and its lease ends at 1.3 s.
struct SessionsWatch {
    SessionsWatch() { win(one, {1}, 1s, 1300ms); }
    void win(const Instance& leader, Term term, Duration now, Duration lease_until) {
        for (std::uint16_t voter = 1; voter <= 3; ++voter) {
            Durable durable;
            durable.incarnation = {std::uint64_t{voter} * 100};
            durable.elections = {{ElectionName{}, term, leader}};
            invariants.is_on_disk({voter}, durable);
        }
        lead(leader, term, 1, now, lease_until);
    }
    void lead(const Instance& leader, Term term, std::uint16_t holder, Duration now, Duration lease_until) {
        invariants.stepped(TrueTime{} + now, leader,
                           {{ElectionName{}, term, token_of(term, holder), Time{lease_until}}}, clock);
    }
    void grant(std::uint64_t session, Token token, Duration now, Duration until, bool is_grant = true) {
        invariants.session_told(TrueTime{} + now, one, {}, {session}, {token, Time{until}, Time{now}}, is_grant, clock);
    }
    void extend(std::uint64_t session, Token token, Duration now, Duration until) {
        grant(session, token, now, until, false);
    }
    void stop(std::uint64_t session) { invariants.session_stopped(one, {}, {session}, clock); }

    NodeClock clock{TrueTime{}, Time{}, 0};
    std::vector<std::string> reports;
    Invariants invariants{{{1}, {2}, {3}},
                          [this](std::string_view number, const std::string&) { reports.emplace_back(number); }};
};

TEST(InvariantsOfSessions, AreContentWithOneAfterTheOther) {
    SessionsWatch watch;
    watch.grant(7, {1001}, 1s, 1300ms);
    watch.lead(one, {1}, 1, 1050ms, 1350ms);
    watch.extend(7, {1001}, 1050ms, 1350ms);
    watch.stop(7);
    watch.lead(one, {1}, 2, 1060ms, 1360ms);
    watch.grant(8, {1002}, 1060ms, 1360ms);
    watch.stop(8);
    watch.invariants.stepped(TrueTime{} + 1070ms, one, {}, watch.clock);
    watch.win(two, {2}, 1080ms, 1380ms);
    EXPECT_THAT(watch.reports, IsEmpty());
    EXPECT_EQ(watch.invariants.leaderships().size(), 2U) << "the second holder is no other leadership";
}

TEST(InvariantsOfSessions, S2SeesASessionThatMayActWhileAnotherNodeLeads) {
    SessionsWatch watch;
    watch.grant(7, {1001}, 1s, 1300ms);
    watch.invariants.stepped(TrueTime{} + 1070ms, one, {}, watch.clock);
    watch.win(two, {2}, 1080ms, 1380ms);
    EXPECT_THAT(watch.reports, ElementsAre("S2"));
}

TEST(InvariantsOfSessions, S2SeesTwoSessionsOfAHostThatMayAct) {
    SessionsWatch watch;
    watch.grant(7, {1001}, 1s, 1300ms);
    watch.lead(one, {1}, 2, 1060ms, 1300ms);
    watch.grant(8, {1002}, 1060ms, 1300ms);
    EXPECT_THAT(watch.reports, ElementsAre("S2"));
}

TEST(InvariantsOfSessions, S3SeesATokenThatIsGivenToTwoOrTwice) {
    SessionsWatch watch;
    watch.grant(7, {1001}, 1s, 1100ms);
    watch.stop(7);
    watch.grant(8, {1001}, 1050ms, 1100ms);
    EXPECT_THAT(watch.reports, ElementsAre("S3"));
    SessionsWatch again;
    again.grant(7, {1001}, 1s, 1100ms);
    again.grant(7, {1001}, 1050ms, 1100ms);
    EXPECT_THAT(again.reports, ElementsAre("S3"));
}

TEST(InvariantsOfSessions, S3SeesAnExtensionOfWhatWasNeverGranted) {
    SessionsWatch watch;
    watch.extend(7, {1001}, 1s, 1100ms);
    EXPECT_THAT(watch.reports, ElementsAre("S3"));
}

TEST(InvariantsOfSessions, S3SeesAHolderWhoseTokenFalls) {
    SessionsWatch watch;
    watch.lead(one, {1}, 3, 1010ms, 1300ms);
    watch.lead(one, {1}, 2, 1020ms, 1300ms);
    EXPECT_THAT(watch.reports, ElementsAre("S3"));
}

TEST(InvariantsOfSessions, S10SeesWhatIsToldBeyondTheLease) {
    SessionsWatch watch;
    watch.grant(7, {1001}, 1s, 1301ms);
    EXPECT_THAT(watch.reports, ElementsAre("S10"));
}

}  // namespace
}  // namespace bellwether::tests
