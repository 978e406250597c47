// docs/protocol.md, "Forgetting", "Membership", "Bad neighbours" and "For announcements only": a test a rule, in the
// order of the page.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/stage.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

StageOptions witness() { return {.priorities = {{1, 0}}}; }

ElectionName named(const std::string& name) { return *ElectionName::parse(name); }

VoteRequest request_in(Peer& peer, const std::string& election, Term term) {
    VoteRequest request = peer.vote_request(term);
    request.election = named(election);
    return request;
}

bool knows(const Stage& stage, const std::string& election) {
    const auto elections = stage.status().elections;
    return std::any_of(elections.begin(), elections.end(),
                       [&](const ElectionStatus& status) { return status.name == named(election); });
}

// --- Forgetting ---

// "An election it has no record of has term = floor, vote spent."
TEST(Forgetting, OfAnElectionWithoutARecordTheVoteOfTheFloorIsSpent) {
    StageOptions options = witness();
    options.stored.floor = {9};
    Stage stage{options};
    stage.peer(2).stop();
    stage.hear(2, request_in(stage.peer(2), "new", {9}));
    stage.elapse(2ms);
    ASSERT_EQ(stage.sent<VoteReply>(2).size(), 1U);
    EXPECT_EQ(stage.sent<VoteReply>(2)[0].verdict, Verdict::voted);
    EXPECT_EQ(stage.sent<VoteReply>(2)[0].voter_term, Term{9});
    stage.hear(2, request_in(stage.peer(2), "new", {10}));
    stage.elapse(2ms);
    EXPECT_EQ(stage.sent<VoteReply>(2).back().verdict, Verdict::granted);
}

// A node with a spare election, in which it voted in term 12 and is free again.
struct Sparing {
    Sparing() : stage{witness()} {
        stage.peer(2).stop();
        stage.hear(2, request_in(stage.peer(2), "spare", {12}));
        stage.elapse(2ms);
        stage.peer(2).is_beating = true;
        stage.peer(2).beat();
    }
    Stage stage;
};

// "It may forget one in which it is free, nobody linked stands and nothing has happened for an hour: floor first."
TEST(Forgetting, AnElectionInWhichNothingHappenedForAnHourIsForgottenAndTheFloorKeepsItsTerm) {
    Sparing sparing;
    Stage& stage = sparing.stage;
    ASSERT_TRUE(knows(stage, "spare"));
    stage.elapse(59min);
    EXPECT_TRUE(knows(stage, "spare"));
    stage.elapse(2min);
    EXPECT_FALSE(knows(stage, "spare"));
    EXPECT_GE(stage.disk().floor, Term{12});
    EXPECT_GE(stage.heartbeat().ceiling, Term{12});
    EXPECT_TRUE(knows(stage, "default")) << "the elections of the file stay";
}

// "an election that comes again under its name numbers its announcements onwards": its subscribers drop what is older.
TEST(Forgetting, AnElectionThatComesAgainNumbersItsAnnouncementsOnwards) {
    Sparing sparing;
    Stage& stage = sparing.stage;
    const auto newest_seq = [&] {
        std::uint64_t newest = 0;
        for (const Announce& announce : stage.of<Announce>()) {
            if (announce.announcement.election == named("spare")) newest = announce.announcement.seq;
        }
        return newest;
    };
    stage.elapse(62min);
    ASSERT_FALSE(knows(stage, "spare"));
    const std::uint64_t before = newest_seq();
    ASSERT_GT(before, 1U);
    stage.hear(2, request_in(stage.peer(2), "spare", {20}));
    EXPECT_GT(newest_seq(), before);
}

// "floor first": the record and the floor change in one commit, so that no crash loses both.
TEST(Forgetting, NoCommitHasNeitherTheRecordNorTheFloor) {
    Sparing sparing;
    Stage& stage = sparing.stage;
    stage.mark();
    stage.elapse(62min);
    ASSERT_FALSE(stage.of<Store>().empty());
    for (const Store& store : stage.of<Store>()) {
        const auto& records = store.record.elections;
        const bool has_record = std::any_of(records.begin(), records.end(), [](const ElectionRecord& record) {
            return record.name == named("spare") && record.term >= Term{12};
        });
        EXPECT_TRUE(has_record || store.record.floor >= Term{12});
    }
}

TEST(Forgetting, AnElectionInWhichALinkedNodeStandsIsNotForgotten) {
    Sparing sparing;
    Stage& stage = sparing.stage;
    stage.peer(3).view.name = named("spare");
    stage.peer(3).campaign({20});
    stage.elapse(62min);
    EXPECT_TRUE(knows(stage, "spare"));
}

TEST(Forgetting, AnElectionInWhichItIsBoundIsNotForgotten) {
    Sparing sparing;
    Stage& stage = sparing.stage;
    stage.peer(3).view.name = named("spare");
    stage.peer(3).lead({20});
    stage.elapse(62min);
    EXPECT_TRUE(knows(stage, "spare"));
    EXPECT_EQ(stage.disk().floor, Term{0});
}

// "At most 1,024 elections; one more is refused with `limit`."
TEST(Forgetting, OneElectionMoreThanTheLimitIsRefused) {
    Stage stage{witness()};
    stage.peer(2).stop();
    for (std::size_t i = 1; i < max_elections; ++i) {
        stage.hear(2, request_in(stage.peer(2), "e" + std::to_string(i), {1}));
    }
    EXPECT_EQ(stage.status().elections.size(), max_elections);
    stage.mark();
    stage.hear(2, request_in(stage.peer(2), "too-many", {1}));
    ASSERT_EQ(stage.sent<VoteReply>(2).size(), 1U);
    EXPECT_EQ(stage.sent<VoteReply>(2)[0].verdict, Verdict::limit);
    stage.peer(3).view.name = named("one-more");
    stage.peer(3).lead({3});
    EXPECT_EQ(stage.status().elections.size(), max_elections);
}

// --- Membership ---

// "Between different fingerprints nothing of layer 2 is believed": no claim...
TEST(Membership, AClaimOfANodeWithAnotherVoterListIsNotBelieved) {
    Stage stage{witness()};
    stage.peer(2).heartbeat.membership.voters_hash ^= 1;
    stage.peer(2).lead({5});
    EXPECT_EQ(stage.bound_to(), nobody);
    EXPECT_EQ(stage.election().leader, nobody);
}

TEST(Membership, AnotherGenerationOrPhaseIsAnotherVoterList) {
    Stage stage{witness()};
    stage.peer(2).heartbeat.membership.generation += 1;
    stage.peer(2).lead({5});
    EXPECT_EQ(stage.bound_to(), nobody);
    stage.peer(3).heartbeat.membership.phase += 1;
    stage.peer(3).lead({5});
    EXPECT_EQ(stage.bound_to(), nobody);
}

// ...no support, no free voter, no link: it neither elects nor keeps a leader.
TEST(Membership, VotersOfAnotherListElectNobody) {
    Stage stage{{.self = 3, .in_quarantine = true}};
    stage.peer(1).heartbeat.membership.voters_hash ^= 1;
    stage.peer(2).heartbeat.membership.voters_hash ^= 1;
    stage.elapse(1s);
    EXPECT_TRUE(stage.sent<VoteRequest>().empty());
}

TEST(Membership, SupportOfAVoterThatChangesItsListCountsNoLonger) {
    Stage stage{{.self = 3, .in_quarantine = true}};
    stage.peer(2).stop();
    stage.let_it_lead();
    stage.elapse(500ms);
    stage.peer(1).heartbeat.membership.voters_hash ^= 1;
    stage.elapse(400ms);
    EXPECT_EQ(stage.role(), RoleName::follower);
}

TEST(Membership, StatusShowsWhoseListDiffers) {
    Stage stage{witness()};
    stage.peer(2).heartbeat.membership.voters_hash ^= 1;
    stage.peer(2).beat();
    EXPECT_FALSE(stage.status().peers[0].same_membership);
    EXPECT_TRUE(stage.status().peers[1].same_membership);
}

// --- Bad neighbours ---

// "Unknown [...] id": counted, and nothing else.
TEST(BadNeighbours, AnUnknownSenderIsRefusedAndCounted) {
    Stage stage{witness()};
    Heartbeat stranger = stage.peer(2).heartbeat;
    stranger.sender = {9};
    stage.hear(9, stranger);
    EXPECT_EQ(stage.status().refused_messages, 1U);
    EXPECT_EQ(stage.status().peers.size(), 2U);
}

// "a forged sender"
TEST(BadNeighbours, AMessageThatNamesAnotherSenderThanItsConnectionIsRefused) {
    Stage stage{witness()};
    stage.peer(2).view.stands = Stands::leading;
    stage.peer(2).view.term = {5};
    Heartbeat forged = stage.peer(2).heartbeat;
    forged.sent = stage.peer(2).next_sent();
    forged.elections = {stage.peer(2).view};
    stage.hear(3, forged);
    EXPECT_EQ(stage.status().refused_messages, 1U);
    EXPECT_EQ(stage.bound_to(), nobody);
    stage.hear(3, stage.peer(2).vote_request({6}));
    EXPECT_EQ(stage.status().refused_messages, 2U);
    EXPECT_TRUE(stage.sent<VoteReply>().empty());
}

// "another incarnation of one's own id"
TEST(BadNeighbours, AMessageInItsOwnNameIsRefused) {
    Stage stage{witness()};
    Heartbeat twin = stage.peer(2).heartbeat;
    twin.sender = {1};
    twin.incarnation = {12345};
    stage.hear(1, twin);
    EXPECT_EQ(stage.status().refused_messages, 1U);
}

// Observers: "nobody subscribes to it, it is counted nowhere".
TEST(BadNeighbours, AnObserversHeartbeatIsNotHeard) {
    StageOptions options = witness();
    options.nodes = 4;
    options.observers = {4};
    Stage stage{options};
    stage.peer(4).lead({5});
    EXPECT_EQ(stage.bound_to(), nobody);
    EXPECT_FALSE(stage.ack_of(4).has_value());
}

// --- Observers, and announcements by support ---

StageOptions observer() { return {.self = 4, .nodes = 4, .observers = {4}}; }

TEST(AnObserver, TellsItsProcessesWhomItHearsLeading) {
    Stage stage{observer()};
    stage.peer(3).lead({5});
    ASSERT_FALSE(stage.of<Announce>().empty());
    const Announcement said = stage.of<Announce>().back().announcement;
    EXPECT_EQ(said.leader_id, NodeId{3});
    EXPECT_EQ(said.token, Token{5001});
    EXPECT_FALSE(said.is_leader);
    EXPECT_FALSE(said.valid_until.has_value());
    EXPECT_EQ(stage.bound_to(), nobody) << "it hears claims, and is bound by none";
}

TEST(AnObserver, NeitherVotesNorPublishesNorWrites) {
    Stage stage{observer()};
    stage.peer(3).campaign({5});
    stage.hear(3, stage.peer(3).vote_request({5}));
    stage.elapse(1s);
    EXPECT_TRUE(stage.sent<VoteReply>().empty());
    EXPECT_TRUE(stage.of<Publish>().empty());
    EXPECT_TRUE(stage.of<Store>().empty());
}

// "While it observes it writes nothing: what it stored as a voter stays for when it is one again."
TEST(AnObserver, ForgetsAnElectionWithoutAWord) {
    Stage stage{observer()};
    stage.peer(3).view.name = named("spare");
    stage.peer(3).lead({5});
    ASSERT_TRUE(knows(stage, "spare"));
    stage.peer(3).stop();
    stage.elapse(62min);
    EXPECT_FALSE(knows(stage, "spare"));
    EXPECT_TRUE(stage.of<Store>().empty());
}

// "a node that does not hear the leader itself believes the leader whom a quorum of the voters it hears support"
TEST(Announcements, ANodeThatDoesNotHearTheLeaderBelievesTheQuorumThatSupportsIt) {
    StageOptions options = witness();
    options.nodes = 5;
    Stage stage{options};
    stage.peer(5).stop();
    stage.peer(2).support(stage.peer(5).instance());
    stage.elapse(400ms);
    EXPECT_EQ(stage.election().leader, nobody) << "5 and 2 of five";
    stage.peer(3).support(stage.peer(5).instance());
    stage.peer(4).support(stage.peer(5).instance());
    stage.elapse(1ms);
    EXPECT_EQ(stage.election().leader, NodeId{5});
    EXPECT_EQ(stage.of<Announce>().back().announcement.leader_id, NodeId{5});
    // "never for votes"
    EXPECT_EQ(stage.bound_to(), nobody);
    stage.peer(4).campaign({7});
    EXPECT_EQ(stage.ask(4, {7}), Verdict::granted);
}

TEST(Announcements, ALeaderThatIsHeardNoLongerIsForgottenWhenItsPromiseRunsOut) {
    Stage stage{witness()};
    stage.peer(2).lead({5});
    EXPECT_EQ(stage.election().leader, NodeId{2});
    stage.peer(2).stop();
    stage.elapse(301ms);
    EXPECT_EQ(stage.election().leader, nobody);
    EXPECT_EQ(stage.of<Announce>().back().announcement.leader_id, nobody);
}

// S3: "tokens only grow [...] for each observer"
TEST(Announcements, AnOlderClaimAfterANewerOneIsNotAnnounced) {
    Stage stage{witness()};
    stage.peer(2).lead({9});
    stage.peer(2).let_go();
    stage.peer(3).lead({7});
    EXPECT_NE(stage.of<Announce>().back().announcement.token, Token{7001});
    for (const Announce& said : stage.of<Announce>()) {
        EXPECT_NE(said.announcement.leader_id, NodeId{3});
    }
}

// "once per heartbeat interval while leading, and once a second otherwise", and on every change.
TEST(Announcements, AreRepeatedEveryHeartbeatWhileLeadingAndEverySecondOtherwise) {
    Stage leader{{.self = 3, .in_quarantine = true}};
    leader.let_it_lead();
    leader.elapse(1s);
    leader.mark();
    leader.elapse(1s);
    EXPECT_NEAR(static_cast<double>(leader.of<Announce>().size()), 20, 1);

    Stage follower{witness()};
    follower.peer(2).lead({5});
    follower.elapse(100ms);
    follower.mark();
    follower.elapse(3s);
    EXPECT_EQ(follower.of<Announce>().size(), 3U);
}

}  // namespace
}  // namespace bellwether::tests
