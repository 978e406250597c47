// docs/protocol.md, "What must hold": the liveness bounds L1 to L7, measured in a mesh of real state machines. The
// safety invariants are checked after every step of every test (tests/support/checks.hpp).
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/cluster.hpp"

namespace bellwether::tests {
namespace {

using namespace protocol;

constexpr Duration lease = 300ms;            // D
constexpr Duration round_trip = 2 * 200us;   // The default link delay of a Cluster.
constexpr Duration fsync = 1ms;              // Its default write latency.

// How long it takes until the condition holds.
Duration time_until(Cluster& cluster, const Condition& condition, Duration at_most) {
    const TrueTime begin = cluster.now();
    cluster.elapse_until(condition, at_most);
    return cluster.now() - begin;
}

// The heartbeats of a mesh are 50 ms apart: a fault may come at any moment between two of them.
const std::vector<Duration> moments{0ms, 7ms, 13ms, 19ms, 26ms, 31ms, 38ms, 44ms, 49ms};

// L1: "a leader within D(1+ρ) + 2 RTT + fsync + 2 ms of the old one's death"
TEST(Bounds, ALeaderIsThereSoonAfterTheOldOnesDeath) {
    for (const Id nodes : std::initializer_list<Id>{3, 5, 7}) {
        for (const Duration moment : moments) {
            Cluster cluster{{.nodes = nodes}};
            cluster.elapse_until(all_follow(nodes));
            cluster.elapse(1s + moment);
            cluster.kill(nodes);
            const Id next = static_cast<Id>(nodes - 1);
            EXPECT_LE(time_until(cluster, leads(next), 1s), lease + lease / 100 + 2 * round_trip + fsync + 2ms);
        }
    }
}

// "(plus stagger for each better-ranked node that died with it unnoticed)"
TEST(Bounds, PlusAStaggerForEachBetterRankedNodeThatDiedWithIt) {
    for (const Duration moment : moments) {
        Cluster cluster{{.nodes = 5}};
        cluster.elapse_until(all_follow(5));
        cluster.elapse(1s + moment);
        cluster.pause(4);  // Silent, and no connection breaks.
        cluster.pause(5);
        EXPECT_LE(time_until(cluster, leads(3), 1s), lease + lease / 100 + 2 * round_trip + fsync + 2ms + 50ms);
    }
}

// "within 2D [...] of a heal"
TEST(Bounds, ALeaderIsThereWithinTwoDOfAHeal) {
    for (const Duration moment : moments) {
        Cluster cluster{{.nodes = 5}};
        cluster.elapse_until(all_follow(5));
        for (const Id node : cluster.nodes()) {
            cluster.isolate(node);
        }
        cluster.elapse(3s + moment);
        cluster.heal();
        EXPECT_LE(time_until(cluster, somebody_leads(), 2s), 2 * lease);
    }
}

// "or in hub topologies"
TEST(Bounds, ALeaderIsThereWithinTwoDWhereAllHearOnlyOne) {
    for (const Id hub : std::initializer_list<Id>{1, 2, 3, 4}) {
        for (const Duration moment : moments) {
            Cluster cluster{{.nodes = 5}};
            cluster.elapse_until(all_follow(5));
            cluster.elapse(1s + moment);
            for (const Id one : cluster.nodes()) {
                for (const Id other : cluster.nodes()) {
                    if (one < other && one != hub && other != hub) {
                        cluster.cut(one, other);
                    }
                }
            }
            EXPECT_LE(time_until(cluster, leads(hub), 2s), 2 * lease) << "hub " << hub;
            cluster.elapse_without(nobody_leads(), 10s);
        }
    }
}

// "within 2.5 D where the best-ranked one's vote path is cut"
TEST(Bounds, ALeaderIsThereWithinTwoAndAHalfDWhereTheBestRankedOnesVotePathIsCut) {
    for (const Duration moment : moments) {
        Cluster cluster{{.nodes = 5}};
        cluster.elapse_until(all_follow(5));
        cluster.elapse(1s + moment);
        for (const Id other : std::initializer_list<Id>{1, 2, 3, 5}) {
            cluster.cut_one_way(4, other, Channel::votes);
        }
        cluster.kill(5);
        EXPECT_LE(time_until(cluster, somebody_leads(), 2s), lease * 5 / 2);
        EXPECT_FALSE(leads(4).holds(cluster));
    }
}

// L5: "with preemption the best-priority eligible node linked to the leader leads within preempt_delay + hand-over"
TEST(Bounds, TheBestNodeLeadsWithinThePreemptDelayAndAHandOver) {
    for (const Duration moment : moments) {
        Cluster cluster{{.nodes = 3, .asleep = {3}}};
        cluster.subscribe(2);
        cluster.elapse_until(all_follow(2));
        cluster.elapse(1s + moment);
        cluster.start(3);
        // Eligible after its quarantine; proof with the next heartbeats; then the deadlines of the old leader pass.
        const Duration handover = 2 * 50ms + 3 * 50ms + 10ms;
        EXPECT_LE(time_until(cluster, leads(3), 5s), lease + 2s + handover);
        EXPECT_EQ(cluster.leaderships().size(), 2U) << "exactly one change";
    }
}

// The gap of a hand-over in which nobody has to wait for a published deadline: round trips and one write.
TEST(Bounds, TheGapOfAHandOverIsAFewRoundTripsAndAWrite) {
    for (const Duration moment : moments) {
        Cluster cluster{{.nodes = 3}};
        cluster.elapse_until(all_follow(3));
        cluster.elapse(1s + moment);
        cluster.stepdown(3);
        cluster.elapse_until(leads(2), 1s);
        ASSERT_EQ(cluster.leaderships().size(), 2U);
        EXPECT_LE(cluster.leaderships()[1].since - cluster.leaderships()[0].until, 2 * round_trip + fsync + 1ms);
    }
}

// L3, L4: "a minority, a flapping node, a one-way link, a blocked vote port changes neither leader nor its term as long
// as the leader keeps a quorum"
void expect_one_leadership(Cluster& cluster) {
    EXPECT_EQ(cluster.leaderships().size(), 1U) << cluster.story().all();
    EXPECT_TRUE(leads(cluster.leaderships()[0].leader.node.value).holds(cluster));
}

TEST(NothingChanges, WhenAMinorityIsCutOffAndComesBack) {
    Cluster cluster{{.nodes = 5}};
    cluster.elapse_until(all_follow(5));
    cluster.split({1, 2}, {3, 4, 5});
    cluster.elapse(1h / 60);
    cluster.heal();
    cluster.elapse(5s);
    expect_one_leadership(cluster);
    EXPECT_EQ(cluster.election(1).term, cluster.election(5).term) << "the minority raised nobody's term";
}

TEST(NothingChanges, WhenFollowersDie) {
    Cluster cluster{{.nodes = 5}};
    cluster.elapse_until(all_follow(5));
    cluster.kill(4);
    cluster.elapse(100ms);
    cluster.kill(1);
    cluster.elapse(5s);
    expect_one_leadership(cluster);
}

TEST(NothingChanges, WhenANodeFlapsWithAnyPeriod) {
    for (const Duration period :
         {Duration{75ms}, Duration{150ms}, Duration{300ms}, Duration{310ms}, Duration{1200ms}}) {
        Cluster cluster{{.nodes = 3}};
        cluster.elapse_until(all_follow(3));
        for (int i = 0; i < 20; ++i) {
            cluster.pause(2);
            cluster.elapse(period);
            cluster.resume(2);
            cluster.elapse(period);
        }
        expect_one_leadership(cluster);
    }
}

TEST(NothingChanges, WhenANodeCrashesAgainAndAgain) {
    Cluster cluster{{.nodes = 3}};
    cluster.elapse_until(all_follow(3));
    for (int i = 0; i < 40; ++i) {
        cluster.kill(2);
        cluster.elapse(Duration{13ms} * (i % 7));
        cluster.start(2);
        cluster.elapse(Duration{50ms} * (i % 11));
    }
    expect_one_leadership(cluster);
}

TEST(NothingChanges, WhenALinkGoesOneWay) {
    for (const Id from : std::initializer_list<Id>{1, 2, 3}) {
        for (const Id to : std::initializer_list<Id>{1, 2, 3}) {
            if (from == to) continue;
            Cluster cluster{{.nodes = 3}};
            cluster.elapse_until(all_follow(3));
            cluster.cut_one_way(from, to);
            cluster.elapse(10s);
            cluster.heal();
            cluster.elapse(3s);
            expect_one_leadership(cluster);
        }
    }
}

TEST(NothingChanges, WhenAVotePortIsBlocked) {
    for (const Id blocked : std::initializer_list<Id>{1, 2, 3}) {
        Cluster cluster{{.nodes = 3}};
        cluster.elapse_until(all_follow(3));
        for (const Id other : cluster.nodes()) {
            if (other != blocked) {
                cluster.cut_one_way(other, blocked, Channel::votes);
                cluster.cut_one_way(blocked, other, Channel::votes);
            }
        }
        cluster.elapse(30s);
        expect_one_leadership(cluster);
    }
}

TEST(NothingChanges, WhenADiskStalls) {
    for (const Id node : std::initializer_list<Id>{1, 3}) {
        Cluster cluster{{.nodes = 3}};
        cluster.elapse_until(all_follow(3));
        cluster.stall_disk(node);
        cluster.elapse(5s);
        cluster.unstall_disk(node);
        cluster.elapse(1s);
        expect_one_leadership(cluster);
    }
}

// L7: "terms grow by no more than the campaigns that could have been won"
TEST(Bounds, TermsGrowByNoMoreThanTheLeadersThatWereLost) {
    Cluster cluster{{.nodes = 5}};
    cluster.elapse_until(all_follow(5));
    for (int i = 0; i < 10; ++i) {
        const Id leader = cluster.leaderships().back().leader.node.value;
        cluster.kill(leader);
        cluster.elapse_until(somebody_leads(), 2s);
        cluster.elapse(500ms);
        cluster.start(leader);
        cluster.elapse(500ms);
    }
    EXPECT_LE(cluster.leaderships().back().term.value, 3U * 11U);
}

}  // namespace
}  // namespace bellwether::tests
