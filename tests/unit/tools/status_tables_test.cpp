#include "tools/cli/status_tables.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "protocol/local_codec.hpp"

namespace bellwether::cli {
namespace {

using namespace std::chrono_literals;
using protocol::Status;

protocol::PeerStatus peer(std::uint16_t id, const std::string& name, std::vector<protocol::NodeId> hears) {
    protocol::PeerStatus peer;
    peer.id = {id};
    peer.name = name;
    peer.voter = true;
    peer.priority = {10};
    peer.incarnation = {5};
    peer.heard_ago = 12ms;
    peer.link_up = true;
    peer.round_trip = 1500us;
    peer.same_membership = true;
    peer.same_config = true;
    peer.hears = std::move(hears);
    return peer;
}

Status alpha() {
    Status status;
    status.cluster = "demo";
    status.self = {1};
    status.name = "alpha";
    status.voter = true;
    status.priority = {30};
    status.heartbeat = 50ms;
    status.lease = 300ms;
    status.voters = 3;
    status.quorum = 2;
    status.linked = 2;
    status.quorum_linked = true;
    protocol::ElectionStatus election;
    election.role = protocol::RoleName::leader;
    election.leader = {1};
    election.token = {12000};
    election.reason = protocol::Reason::elected;
    election.lease_left = 243ms;
    status.elections = {election};
    status.peers = {peer(2, "bravo", {{1}}), peer(3, "charlie", {{1}, {2}})};
    return status;
}

// As the program gets it: over the wire.
Json json_of(const Status& status, const std::vector<protocol::Counter>& counters = {}) {
    const auto text = protocol::to_json(protocol::encode_status(1, status, counters, "0.1.0"));
    return Json::parse(text.value_or("{}")).at("status");
}

TEST(StatusTables, SayWhichNodeThisIs) {
    EXPECT_EQ(node_lines(json_of(alpha())),
              "node    alpha of cluster demo, voter, priority 30, bellwether 0.1.0\n"
              "quorum  2 voters linked, 2 of 3 needed\n"
              "timing  heartbeat 50 ms, lease 300 ms\n");
}

TEST(StatusTables, SayWhatIsUnusualAboutIt) {
    Status status = alpha();
    status.quorum_linked = false;
    status.draining = true;
    status.quarantine_left = 200ms;
    const std::string lines = node_lines(json_of(status));
    EXPECT_NE(lines.find("NO QUORUM"), std::string::npos);
    EXPECT_NE(lines.find("state   draining, does not vote for 200 ms more"), std::string::npos) << lines;
}

TEST(StatusTables, SayWhoLeads) {
    EXPECT_EQ(election_table(json_of(alpha())),
              "ELECTION  LEADER  TOKEN  LEASE LEFT  REASON   THIS NODE\n"
              "default   alpha   12000  243 ms      elected  leads\n");
}

TEST(StatusTables, SayWhatKeepsThisNodeFromLeading) {
    Status status = alpha();
    auto& election = status.elections[0];
    election.role = protocol::RoleName::follower;
    election.leader = {};
    election.token = {};
    election.lease_left = {};
    election.hindrance = "its priority is 0";
    EXPECT_EQ(election_table(json_of(status)),
              "ELECTION  LEADER  TOKEN  LEASE LEFT  REASON   THIS NODE\n"
              "default   -       0      -           elected  follower: its priority is 0\n");
}

TEST(StatusTables, SayWhoHearsWhom) {
    EXPECT_EQ(link_table(json_of(alpha())),
              "HEARS    alpha  bravo  charlie\n"
              "alpha    .      yes    yes\n"
              "bravo    yes    .      NO\n"
              "charlie  yes    yes    .\n");
}

TEST(StatusTables, ShowTheSameMatrixOnEveryNode) {
    Status status = alpha();
    status.name = "zulu";
    status.self = {9};
    EXPECT_TRUE(link_table(json_of(status)).starts_with("HEARS    bravo  charlie  zulu\n"));
}

TEST(StatusTables, DoNotKnowWhatASilentPeerHears) {
    Status status = alpha();
    status.peers[0].heard_ago = 400ms;
    status.peers[1].heard_ago = std::nullopt;
    EXPECT_EQ(link_table(json_of(status)),
              "HEARS    alpha  bravo  charlie\n"
              "alpha    .      NO     NO\n"
              "bravo    ?      .      ?\n"
              "charlie  ?      ?      .\n");
}

TEST(StatusTables, FlagPeersThatDiffer) {
    Status status = alpha();
    status.peers[0].same_config = false;
    status.peers[1].incarnation = {};
    status.peers[1].heard_ago = std::nullopt;
    status.peers[1].round_trip = {};
    status.peers[1].hindrance = "wrong key";
    EXPECT_EQ(peer_table(json_of(status)),
              "PEER     PRIORITY  HEARD      ROUND TRIP  REMARKS\n"
              "bravo    10        12 ms ago  1.5 ms      its configuration differs\n"
              "charlie  10        never      -           wrong key, never heard\n");
}

TEST(StatusTables, LeaveOutCountersThatAreZeroUnlessAsked) {
    const Json json = json_of(alpha(), {{"reconnects", 3}, {"sends_dropped", 0}});
    EXPECT_EQ(counter_table(json, false), "reconnects  3\n");
    EXPECT_EQ(counter_table(json, true), "reconnects        3\nsends_dropped     0\nrefused_messages  0\n");
}

TEST(StatusTables, LeaveOutTheCountersIfAllAreZero) {
    const std::string text = status_tables(json_of(alpha()), false);
    EXPECT_TRUE(text.ends_with("\n")) << text;
    EXPECT_FALSE(text.ends_with("\n\n")) << text;
}

TEST(StatusTables, BearAMapWithNothingInIt) { EXPECT_NO_THROW((void)status_tables(Json::object(), true)); }

}  // namespace
}  // namespace bellwether::cli
