#include "protocol/session.hpp"

#include <gtest/gtest.h>

namespace bellwether::protocol {
namespace {

using namespace std::chrono_literals;

constexpr Time start{1h};

Session session(std::uint64_t id, std::uint16_t priority = 1000) {
    return {.id = {id}, .priority = {priority}, .heard_at = start};
}

Sessions two() {
    Sessions sessions;
    sessions.join(session(1));
    sessions.join(session(2));
    return sessions;
}

std::uint64_t front_of(const Sessions& sessions) {
    return sessions.front() == nullptr ? 0 : sessions.front()->id.value;
}

TEST(SessionQueue, TheFirstThatJoinedIsInFront) {
    EXPECT_EQ(front_of(Sessions{}), 0U);
    EXPECT_EQ(front_of(two()), 1U);
}

TEST(SessionQueue, OneOfPriorityZeroIsNeverInFront) {
    Sessions sessions;
    sessions.join(session(1, 0));
    EXPECT_EQ(front_of(sessions), 0U);
    sessions.join(session(2));
    EXPECT_EQ(front_of(sessions), 2U);
    EXPECT_EQ(sessions.grant({1001}, start + 1s, start).session.id, SessionId{2});
    EXPECT_EQ(sessions.size(), 2U);
}

TEST(SessionQueue, WhoLeavesIsThereNoMore) {
    Sessions sessions = two();
    EXPECT_TRUE(sessions.leave({1}));
    EXPECT_FALSE(sessions.leave({1}));
    EXPECT_EQ(front_of(sessions), 2U);
}

TEST(SessionQueue, AHolderIsInFrontAndComesBackThere) {
    Sessions sessions = two();
    const Holder& holder = sessions.grant({1001}, start + 300ms, start);
    EXPECT_EQ(holder.token, Token{1001});
    EXPECT_EQ(holder.valid_until, start + 300ms);
    EXPECT_EQ(holder.stop_by, never);
    EXPECT_FALSE(sessions.leave({1})) << "it does not wait";
    EXPECT_EQ(front_of(sessions), 1U);
    sessions.release();
    EXPECT_EQ(sessions.holder(), nullptr);
    EXPECT_EQ(front_of(sessions), 1U);
    EXPECT_EQ(sessions.size(), 2U);
}

TEST(SessionQueue, AHolderThatStandsNoMoreIsNotInFrontAndIsGoneWhenReleased) {
    Sessions sessions = two();
    sessions.grant({1001}, start + 300ms, start).end = SessionEnd::lost;
    EXPECT_EQ(front_of(sessions), 2U);
    EXPECT_EQ(sessions.speaker()->id, SessionId{1}) << "it may still act";
    sessions.release();
    EXPECT_EQ(sessions.size(), 1U);
}

TEST(SessionQueue, AHolderThatIsGrantedAgainHasTheNewTokenAlone) {
    Sessions sessions = two();
    Holder& holder = sessions.grant({1001}, start + 300ms, start);
    holder.stop_by = start + 10s;
    holder.killed = true;
    const Holder& again = sessions.grant({1002}, start + 400ms, start + 100ms);
    EXPECT_EQ(again.session.id, SessionId{1});
    EXPECT_EQ(again.token, Token{1002});
    EXPECT_EQ(again.stop_by, never);
    EXPECT_FALSE(again.killed);
}

TEST(SessionQueue, WhoWasSilentLeavesAndTheOthersStay) {
    Sessions sessions = two();
    sessions.hear({2}, start + 5s);
    EXPECT_EQ(sessions.heard_since(), start) << "no later than the one that was silent longest";
    EXPECT_EQ(sessions.leave_silent(start + 1s), (std::vector<SessionId>{{1}}));
    EXPECT_EQ(sessions.heard_since(), start + 5s);
    EXPECT_TRUE(sessions.leave_silent(start + 1s).empty());
    EXPECT_EQ(front_of(sessions), 2U);
}

TEST(SessionQueue, AHolderIsHeardAndNotAmongThoseThatLeave) {
    Sessions sessions = two();
    (void)sessions.grant({1001}, start + 300ms, start);
    sessions.hear({1}, start + 2s);
    EXPECT_EQ(sessions.holder()->session.heard_at, start + 2s);
    EXPECT_EQ(sessions.leave_silent(start + 9s), (std::vector<SessionId>{{2}}));
    EXPECT_NE(sessions.holder(), nullptr);
    EXPECT_EQ(sessions.heard_since(), never);
}

}  // namespace
}  // namespace bellwether::protocol
