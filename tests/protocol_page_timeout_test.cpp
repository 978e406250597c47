// docs/protocol.md, "Who campaigns, and when": the campaign timeout and the cool-down. A test a rule, in the order of
// the page.
#include <gtest/gtest.h>

#include "tests/support/stage.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

// The best of three, about to stand.
StageOptions best_of_three() { return {.self = 3, .in_quarantine = true}; }

// --- The timeout ---

// "No win within the campaign timeout: it lets go. The timeout runs from when its own vote is on disk..."
TEST(TheTimeout, RunsFromWhenItsOwnVoteIsOnDisk) {
    Stage stage{best_of_three()};
    stage.silence();
    stage.hold_disk();
    stage.let_it_stand();
    stage.elapse(200ms);
    EXPECT_EQ(stage.decisions(Rule::campaign_late), 0U);
    stage.let_disk_go();
    stage.elapse(1ms + 50ms - 1us);
    EXPECT_EQ(stage.decisions(Rule::campaign_late), 0U);
    stage.elapse(1us);
    EXPECT_EQ(stage.decisions(Rule::campaign_late), 1U);
}

// "...(D at most until then)"
TEST(TheTimeout, ItsOwnVoteMayTakeDAtMost) {
    Stage stage{best_of_three()};
    stage.silence();
    stage.hold_disk();
    stage.let_it_stand();
    stage.elapse(300ms - 1us);
    EXPECT_EQ(stage.decisions(Rule::campaign_late), 0U);
    stage.elapse(1us);
    EXPECT_EQ(stage.decisions(Rule::campaign_late), 1U);
}

// When the campaigns end that get no win, in ms since the first began; the disk needs 1 ms.
std::vector<long> ends_of_campaigns(Stage& stage, Duration span) {
    std::vector<long> ends;
    std::size_t seen = stage.decisions(Rule::campaign_late);
    for (Duration t{}; t < span; t += 1ms) {
        if (stage.decisions(Rule::campaign_late) > seen) {
            ++seen;
            ends.push_back(static_cast<long>(t / 1ms));
        }
        stage.elapse(1ms);
    }
    return ends;
}

// "starts at `campaign_timeout` (50 ms), doubles (to D at most) when answers, its own write included, were missing"
TEST(TheTimeout, DoublesWhenAnswersWereMissing) {
    Stage stage{best_of_three()};
    stage.silence();
    stage.let_it_stand();
    // 51 ms, 101 ms, 201 ms, then three have failed: D of cool-down, and D instead of 400 ms.
    EXPECT_EQ(ends_of_campaigns(stage, 1200ms), (std::vector<long>{51, 152, 353, 954}));
}

// "rather than negative": here all answered, and the lease is what is missing.
TEST(TheTimeout, DoesNotDoubleWhenAllAnswered) {
    Stage stage{best_of_three()};
    stage.silence();
    stage.let_it_stand();
    stage.peer(1).echo = stage.peer(2).echo = Sent{stage.sent<VoteRequest>()[0].sent.value - 1};
    for (const Id voter : std::initializer_list<Id>{1, 2}) {
        VoteReply reply = stage.reply_of(voter, Verdict::granted);
        reply.ack = {};
        stage.hear(voter, reply);
    }
    EXPECT_EQ(ends_of_campaigns(stage, 160ms), (std::vector<long>{51, 102}));
}

// "and is reset by anyone's win"
TEST(TheTimeout, IsResetByAnyonesWin) {
    Stage stage{best_of_three()};
    stage.silence();
    stage.let_it_stand();
    (void)ends_of_campaigns(stage, 160ms);  // The third one is under way, with 200 ms.
    stage.peer(2).lead({50});
    stage.elapse(10ms);
    stage.peer(2).let_go();
    ASSERT_EQ(stage.role(), RoleName::candidate) << stage.told();
    EXPECT_EQ(ends_of_campaigns(stage, 60ms), (std::vector<long>{51}));
}

// --- The cool-down ---

// "After three failures in a row it cools down (D, 2D, 4D at most; not eligible, and says so)"
TEST(TheCoolDown, BeginsAfterThreeFailuresInARow) {
    Stage stage{best_of_three()};
    stage.silence();
    stage.let_it_stand();
    stage.elapse(354ms);
    EXPECT_EQ(stage.decisions(Rule::cool_down), 1U);
    EXPECT_EQ(stage.role(), RoleName::follower);
    EXPECT_EQ(stage.shown().eligible, Eligible::no);
    stage.elapse(240ms);
    EXPECT_EQ(stage.role(), RoleName::follower);
    stage.elapse(20ms);
    EXPECT_EQ(stage.shown().eligible, Eligible::soon) << "within one stagger of its end";
    stage.elapse(45ms);
    EXPECT_EQ(stage.role(), RoleName::candidate);
}

TEST(TheCoolDown, DoublesToFourD) {
    Stage stage{best_of_three()};
    stage.silence();
    stage.let_it_stand();
    // Campaigns of 51, 101 and 201 ms, then of 301 ms each, with 300, 600, 1200 and 1200 ms in between.
    EXPECT_EQ(ends_of_campaigns(stage, 5s), (std::vector<long>{51, 152, 353, 954, 1855, 3356, 4857}));
}

// "a link that comes up or a claim ends the cool-down and the count."
TEST(TheCoolDown, ALinkThatComesUpEndsIt) {
    StageOptions options{.self = 4, .nodes = 4, .in_quarantine = true};
    Stage stage{options};
    stage.silence();
    stage.peer(1).stop();
    stage.let_it_stand();
    stage.elapse(360ms);
    ASSERT_EQ(stage.role(), RoleName::follower);
    ASSERT_GT(stage.election().cooldown_left, 200ms);
    stage.peer(1).is_beating = true;
    stage.elapse(60ms);
    EXPECT_EQ(stage.role(), RoleName::candidate) << stage.told();
    EXPECT_EQ(stage.election().failures, 0U);
}

TEST(TheCoolDown, AClaimEndsIt) {
    Stage stage{best_of_three()};
    stage.silence();
    stage.let_it_stand();
    stage.elapse(360ms);
    ASSERT_EQ(stage.role(), RoleName::follower);
    stage.peer(2).lead({50});
    EXPECT_EQ(stage.election().failures, 0U);
    EXPECT_EQ(stage.election().cooldown_left, Duration{});
    stage.peer(2).let_go();
    EXPECT_EQ(stage.role(), RoleName::candidate);
}

}  // namespace
}  // namespace bellwether::tests
