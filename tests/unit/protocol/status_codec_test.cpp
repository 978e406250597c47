#include <gtest/gtest.h>

#include "protocol/local_codec.hpp"

namespace bellwether::protocol {
namespace {

using namespace std::chrono_literals;

Status of_a_node() {
    Status status;
    status.cluster = "mesh";
    status.self = {1};
    status.name = "a";
    status.voter = true;
    status.priority = {10};
    status.incarnation = {77};
    status.now = Time{5s};
    status.heartbeat = 50ms;
    status.lease = 300ms;
    status.votes = true;
    status.voters = 3;
    status.quorum = 2;
    status.linked = 2;
    status.quorum_linked = true;
    status.config_hash = 9;
    status.membership = {.generation = 1, .phase = 0, .voters_hash = 5};
    status.floor = {2};
    return status;
}

ElectionStatus led_by_it() {
    ElectionStatus election;
    election.role = RoleName::leader;
    election.term = {8};
    election.leader = {1};
    election.token = {8001};
    election.reason = Reason::elected;
    election.lease_left = 249'900us;
    election.bound_to = {1};
    election.bound_left = -3ms;
    election.eligible = Eligible::yes;
    election.preempts = true;
    election.handover_timeout = 10s;
    election.heir = {9};
    election.challenger = {1};
    election.sessions = 2;
    election.session = {7};
    election.revoking = true;
    return election;
}

PeerStatus heard_lately() {
    PeerStatus peer;
    peer.id = {2};
    peer.name = "b";
    peer.voter = true;
    peer.incarnation = {88};
    peer.heard_ago = 12ms;
    peer.link_up = true;
    peer.round_trip = 1500us;
    peer.hears = {{1}, {2}, {9}};
    peer.security = "none";
    peer.hindrance = "wrong key";
    return peer;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string shown(const Status& status) {
    return to_json(encode_status(7, status, {{"frames_refused", 3}}, "0.1.0")).value();
}

TEST(StatusCodec, ANodeIsShownWithUnitsInItsNames) {
    EXPECT_EQ(shown(of_a_node()),
              R"({"v":1,"type":"status","id":7,"status":{"version":"0.1.0","cluster":"mesh","node":"a","node_id":1,)"
              R"("voter":true,"priority":10,"incarnation":77,"clock_ns":5000000000,"heartbeat_ms":50,"lease_ms":300,)"
              R"("votes":true,"quarantine_left_ms":0,"new_state":false,"draining":false,"leaving":false,)"
              R"("voters":3,"quorum":2,"linked":2,"quorum_linked":true,"config_hash":9,)"
              R"("membership":{"generation":1,"phase":0,"voters_hash":5},"floor":2,"clock_alarms":0,)"
              R"("refused_messages":0,"elections":[],"peers":[],"counters":{"frames_refused":3}}})");
}

TEST(StatusCodec, NodesAreShownByNameAndById) {
    Status status = of_a_node();
    status.elections = {led_by_it()};
    EXPECT_TRUE(contains(shown(status),
                         R"({"name":"default","role":"leader","term":8,"leader":"a","leader_id":1,"token":8001,)"
                         R"("reason":"elected","lease_left_ms":249,"bound_to":"a","bound_to_id":1,"bound_left_ms":0,)"
                         R"("eligible":"yes","hindrance":"","hold_left_ms":0,"preempt":true,)"
                         R"("handover_timeout_ms":10000,"heir":"9","heir_id":9,)"
                         R"("challenger":"a","challenger_id":1,"sessions":2,"session":7,"revoking":true,"failures":0,)"
                         R"("cooldown_left_ms":0,"campaigns":0,"wins":0,"leader_changes":0})"))
        << shown(status);
}

TEST(StatusCodec, NobodyIsNull) {
    Status status = of_a_node();
    status.elections = {ElectionStatus{}};
    EXPECT_TRUE(contains(shown(status), R"("leader":null,"leader_id":0)"));
}

TEST(StatusCodec, APeerIsShownWithWhomItHears) {
    Status status = of_a_node();
    status.peers = {heard_lately()};
    EXPECT_TRUE(contains(shown(status),
                         R"({"name":"b","id":2,"voter":true,"priority":0,"incarnation":88,"heard_ago_ms":12,)"
                         R"("link_up":true,"round_trip_us":1500,"votes":false,"quarantine":false,"new_state":false,)"
                         R"("leaving":false,"same_membership":false,"same_config":false,)"
                         R"("hears":["a","b","9"],"hears_ids":[1,2,9],)"
                         R"("security":"none","hindrance":"wrong key"})"))
        << shown(status);
}

TEST(StatusCodec, APeerThatWasNeverHeardSaysSo) {
    Status status = of_a_node();
    status.peers = {PeerStatus{}};
    EXPECT_TRUE(contains(shown(status), R"("heard_ago_ms":null)"));
}

TEST(StatusCodec, ALargeMeshFits) {
    Status status = of_a_node();
    status.peers.assign(1024, heard_lately());
    status.elections.assign(1024, led_by_it());
    EXPECT_TRUE(to_json(encode_status(1, status, {}, "0.1.0")));
}

}  // namespace
}  // namespace bellwether::protocol
