#include "node/config_rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>

#include "node/config.hpp"
#include "tests/support/mesh_file.hpp"

namespace bellwether::node {
namespace {

using namespace mesh_file;
using namespace std::chrono_literals;

TEST(Mistakes, AreAllToldAtOnceEachWithItsPlace) {
    EXPECT_EQ(mistakes_in(R"(cluster = "no blanks"
[timing]
heartbeet = "50ms"
lease = 300
[[node]]
name = "alpha"
id = 0
heartbeat = "127.0.0.1:7101"
vote = "tcp://127.0.0.1:7102"
)"),
              R"(mesh.toml:1:11: cluster: "no blanks" must be 1 to 64 of [a-zA-Z0-9_-]
mesh.toml:3:1: timing: no such key "heartbeet"; did you mean "heartbeat"?
mesh.toml:4:9: timing.lease: a bare number has no unit: write "300ms"
mesh.toml:7:6: node.id: must be from 1 to 65535, not 0
mesh.toml:8:13: node.heartbeat: "127.0.0.1:7101" does not begin with tcp://, as in "tcp://10.0.0.1:7101"
)");
}

TEST(Mistakes, OfOneSettingHideNoneOfThoseThatDoNotDependOnIt) {
    EXPECT_EQ(mistakes_in(with("[timing]\nheartbeat = \"100ms\"\nlease = \"200ms\"\nclock_drift_ppm = 200000\n"
                               "campaign_timeout = \"soon\"\n")),
              R"(mesh.toml:20:9: timing.lease: 200ms is less than 4 heartbeats of 100ms: at least 400ms
mesh.toml:21:19: timing.clock_drift_ppm: must be from 0 to 100000, not 200000
mesh.toml:22:20: timing.campaign_timeout: "soon" is not a whole number and a unit, as in "50ms" (ns, us, ms, s, m, h)
)");
}

TEST(Mistakes, OfTheSyntaxAreToldAlone) {
    const std::string mistakes = mistakes_in("colour = 1\ncluster = \"demo\nlease = 3\n");
    EXPECT_EQ(mistakes.find("mesh.toml:2:16: not TOML: "), 0U) << mistakes;
    EXPECT_EQ(std::count(mistakes.begin(), mistakes.end(), '\n'), 1);
}

TEST(Mistakes, OfAnEmptyFileSayWhatAMeshNeeds) {
    EXPECT_EQ(mistakes_in(""), R"(mesh.toml:1:1: cluster: missing: write cluster = "demo"
mesh.toml:1:1: no node: write a [[node]] table for each node of the mesh
)");
}

// A text and the one thing that is wrong with it.
struct Wrong {
    std::string_view what;
    std::string text;
    std::string_view mistake;
};

void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.what; }

class EachMistake : public ::testing::TestWithParam<Wrong> {};

TEST_P(EachMistake, IsToldWithItsPlaceAndWhatWouldBeRight) {
    EXPECT_EQ(mistakes_in(GetParam().text), "mesh.toml:" + std::string{GetParam().mistake} + "\n");
}

const std::string forty_characters(40, 'k');

constexpr std::string_view two_kinds = R"(cluster = "demo"
[[node]]
name = "alpha"
id = 1
heartbeat = "tcp://10.0.0.1:7101"
vote = "tcp://10.0.0.1:7102"
[[node]]
name = "watcher"
id = 2
role = "observer"
)";

std::string with_keys(const std::string& of_alpha, const std::string& of_watcher) {
    return replaced(replaced(two_kinds, "id = 1", "id = 1\npublic_key = " + of_alpha), "id = 2",
                    "id = 2\npublic_key = " + of_watcher);
}

// Lines of what is added after three_nodes begin at 18.
const Wrong wrong_things[] = {
    {"UnknownKeyAtTheTop", "clutser = 1\n" + std::string{three_nodes},
     R"(1:1: no such key "clutser"; did you mean "cluster"?)"},
    {"UnknownTable", with("[hooks]\non_leader = \"x\"\n"),
     R"(18:2: no such key "hooks"; known: cluster, timing, election, elections, security, local, node)"},
    {"UnknownKeyWithAControlCharacter", with("[local]\n\"a\\u001b\" = 1\n"),
     R"(19:1: local: no such key "a\x1b"; known: group, watch, tcp, session_timeout)"},
    {"TableThatIsAValue", "timing = 3\n" + std::string{three_nodes}, "1:10: timing: must be a table, not an integer"},
    {"OneNodeTable", "cluster = \"demo\"\n[node]\nname = \"a\"\n",
     "2:1: node: must be a list of tables, [[node]], not a table"},
    {"NodesThatAreNumbers", "cluster = \"demo\"\nnode = [1]\n",
     "2:9: node: must be a list of tables, [[node]], not an integer"},
    {"NoNodes", "cluster = \"demo\"\nnode = []\n", "2:8: no node: write a [[node]] table for each node of the mesh"},
    {"ClusterMissing", replaced(three_nodes, "cluster = \"demo\"", ""),
     R"(1:1: cluster: missing: write cluster = "demo")"},
    {"ClusterTooLong", replaced(three_nodes, "demo", std::string(65, 'x')),
     "1:11: cluster: \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\" must be 1 to 64 of "
     "[a-zA-Z0-9_-]"},
    {"NodeNameTooLong", replaced(three_nodes, "bravo", std::string(33, 'b')),
     R"(9:8: node.name: "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" must be 1 to 32 of [a-zA-Z0-9_-])"},
    {"NodeNameMissing", replaced(three_nodes, "name = \"bravo\"\n", ""),
     R"(8:1: node.name: missing: write name = "alpha")"},
    {"IdMissing", replaced(three_nodes, "id = 2\n", ""), "8:1: node.id: missing: write id = 1"},
    {"IdZero", replaced(three_nodes, "id = 2", "id = 0"), "10:6: node.id: must be from 1 to 65535, not 0"},
    {"IdTooLarge", replaced(three_nodes, "id = 2", "id = 65536"), "10:6: node.id: must be from 1 to 65535, not 65536"},
    {"IdThatIsAString", replaced(three_nodes, "id = 2", "id = \"2\""),
     "10:6: node.id: must be an integer, not a string"},
    {"PriorityTooHigh", replaced(three_nodes, "priority = 30", "priority = 1001"),
     "5:12: node.priority: must be from 0 to 1000, not 1001"},
    {"PriorityNegative", replaced(three_nodes, "priority = 30", "priority = -1"),
     "5:12: node.priority: must be from 0 to 1000, not -1"},
    {"RoleMisspelt", replaced(three_nodes, "id = 2", "id = 2\nrole = \"obsever\""),
     R"(11:8: node.role: no such value "obsever"; did you mean "observer"?)"},
    {"HeartbeatMissing", replaced(three_nodes, "heartbeat = \"tcp://127.0.0.1:7103\"\n", ""),
     "8:1: node.heartbeat: missing: write heartbeat = \"tcp://HOST:PORT\", where peers subscribe to its heartbeats"},
    {"VoteMissing", replaced(three_nodes, "vote = \"tcp://127.0.0.1:7104\"\n", ""),
     "8:1: node.vote: missing: write vote = \"tcp://HOST:PORT\", where peers send vote requests"},
    {"EndpointWithoutPort", replaced(three_nodes, "tcp://127.0.0.1:7103", "tcp://127.0.0.1"),
     R"(11:13: node.heartbeat: "tcp://127.0.0.1" has no port, as in "tcp://10.0.0.1:7101")"},
    {"EndpointThatIsAWildcard", replaced(three_nodes, "tcp://127.0.0.1:7103", "tcp://0.0.0.0:7103"),
     "11:13: node.heartbeat: \"tcp://0.0.0.0:7103\" is no address to connect to: write the one peers use here, and "
     "bind "
     "= \"0.0.0.0\" beside it"},
    {"BindWithAPort", replaced(three_nodes, "id = 2", "id = 2\nbind = \"127.0.0.1:7103\""),
     R"(11:8: node.bind: "127.0.0.1:7103" is not an address to listen on, such as "0.0.0.0" or "::", without a port)"},
    {"NameTwice", replaced(three_nodes, "bravo", "alpha"),
     R"(9:8: node.name: "alpha" is already the node.name on line 3, each needs its own)"},
    {"IdTwice", replaced(three_nodes, "id = 3", "id = 1"),
     "15:6: node.id: 1 is already the node.id on line 4, each needs its own"},
    {"EndpointTwiceBetweenHeartbeatAndVoteOfTwoNodes", replaced(three_nodes, "127.0.0.1:7104", "127.0.0.1:7101"),
     "12:8: node.vote: tcp://127.0.0.1:7101 is already the node.heartbeat on line 6, each needs its own"},
    {"EndpointTwiceUnderAnotherName", replaced(three_nodes, "127.0.0.1:7104", "localhost:7101"),
     "12:8: node.vote: tcp://127.0.0.1:7101 is already the node.heartbeat on line 6, each needs its own"},
    {"EndpointTwiceInLettersOfAnotherCase",
     with("[security]\nallow_plaintext = true\n[[node]]\nname = \"delta\"\nid = 4\nbind = \"0.0.0.0\"\n"
          "heartbeat = \"tcp://db1:7101\"\nvote = \"tcp://DB1:7101\"\n"),
     "25:8: node.vote: tcp://db1:7101 is already the node.heartbeat on line 24, each needs its own"},
    {"EndpointTwiceInOneNode", replaced(three_nodes, "127.0.0.1:7102", "127.0.0.1:7101"),
     "7:8: node.vote: tcp://127.0.0.1:7101 is already the node.heartbeat on line 6, each needs its own"},
    {"LocalTcpThatIsANodes", with("[local]\ntcp = \"tcp://127.0.0.1:7101\"\n"),
     "19:7: local.tcp: tcp://127.0.0.1:7101 is already the node.heartbeat on line 6, each needs its own"},
    {"LocalTcpBeyondLoopback", with("[local]\ntcp = \"tcp://10.0.0.1:7199\"\n"),
     "19:7: local.tcp: \"10.0.0.1\" is not loopback: this topic is for programs of the same host, as in "
     "\"tcp://127.0.0.1:7199\""},
    {"SessionTimeoutBelowTheBeatOfSessions", with("[local]\nsession_timeout = \"1s\"\n"),
     "19:19: local.session_timeout: must be from 2s to 24h, not 1s"},
    {"WatchersOfNoKind", with("[local]\nwatch = \"all\"\n"),
     R"(19:9: local.watch: no such value "all"; known: group, everybody)"},
    {"GroupTooLong", with("[local]\ngroup = \"ggggggggggggggggggggggggggggggggg\"\n"),
     "19:9: local.group: \"ggggggggggggggggggggggggggggggggg\" must be at most 32 bytes, none of them a control "
     "character"},
    {"OnlyObservers", "cluster = \"demo\"\n[[node]]\nname = \"a\"\nid = 1\nrole = \"observer\"\n",
     R"(5:8: node.role: no node is a voter: at least one must have role = "voter")"},
    {"NobodyMayLead",
     "cluster = \"demo\"\n[[node]]\nname = \"a\"\nid = 1\npriority = 0\nheartbeat = \"tcp://[::1]:1\"\nvote = "
     "\"tcp://[::1]:2\"\n",
     "5:12: node.priority: all voters have priority 0, so nobody may lead: give one of them 1 or more"},
    {"LeaseBelowFourHeartbeats", with("[timing]\nheartbeat = \"50ms\"\nlease = \"199ms\"\n"),
     "20:9: timing.lease: 199ms is less than 4 heartbeats of 50ms: at least 200ms"},
    {"HeartbeatTooLongForTheDefaultLease", with("[timing]\nheartbeat = \"100ms\"\n"),
     "19:13: timing.heartbeat: 4 of 100ms are more than the default lease of 300ms: write lease = \"400ms\" or more as "
     "well"},
    {"LeaseOverAMinute", with("[timing]\nlease = \"2m\"\n"), "19:9: timing.lease: must be from 4ms to 1m, not 2m"},
    {"HeartbeatBelowAMillisecond", with("[timing]\nheartbeat = \"500us\"\n"),
     "19:13: timing.heartbeat: must be from 1ms to 15s, not 500us"},
    {"CampaignTimeoutBelowAHeartbeat", with("[timing]\ncampaign_timeout = \"49ms\"\n"),
     "19:20: timing.campaign_timeout: must be from one heartbeat, 50ms, to one lease, 300ms, not 49ms"},
    {"CampaignTimeoutAboveTheLease", with("[timing]\ncampaign_timeout = \"301ms\"\n"),
     "19:20: timing.campaign_timeout: must be from one heartbeat, 50ms, to one lease, 300ms, not 301ms"},
    {"DriftOverTenPercent", with("[timing]\nclock_drift_ppm = 100001\n"),
     "19:19: timing.clock_drift_ppm: must be from 0 to 100000, not 100001"},
    {"DurationWithoutUnit", with("[election]\npreempt_delay = 2\n"),
     R"(19:17: election.preempt_delay: a bare number has no unit: write "2s")"},
    {"DurationThatIsAFloat", with("[timing]\nlease = 0.3\n"),
     R"(19:9: timing.lease: must be a string such as "300ms", not a float)"},
    {"BooleanThatIsAString", with("[election]\npreempt = \"yes\"\n"),
     "19:11: election.preempt: must be true or false, not a string"},
    {"ElectionNamedDefault", with("[elections.default]\npreempt = false\n"),
     "18:12: elections: the election \"default\" is the table [election]"},
    {"ElectionWithABadName", with("[elections.\"a b\"]\npreempt = false\n"),
     R"(18:12: elections: the name "a b" must be 1 to 64 of [a-zA-Z0-9_-])"},
    {"ElectionThatIsNoTable", with("[elections]\nscheduler = true\n"),
     "19:13: elections.scheduler: must be a table, not a boolean"},
    {"ElectionKeyMisspelt", with("[elections.scheduler]\npreemt = true\n"),
     R"(19:1: elections.scheduler: no such key "preemt"; did you mean "preempt"?)"},
    {"OpenAddress",
     replaced(replaced(three_nodes, "127.0.0.1:7101", "10.0.0.1:7101"), "127.0.0.1:7102", "10.0.0.1:7102"),
     "6:13: node.heartbeat: \"10.0.0.1\" (and 1 more) may be reached from other hosts, in plain text: "
     "`bellwether keygen --mesh FILE` makes keys and turns encryption on; if only trusted hosts are on that network, "
     "write allow_plaintext = true in [security]"},
    {"OpenBind", replaced(three_nodes, "id = 2", "id = 2\nbind = \"0.0.0.0\""),
     "11:8: node.bind: \"0.0.0.0\" may be reached from other hosts, in plain text: `bellwether keygen --mesh FILE` "
     "makes "
     "keys and turns encryption on; if only trusted hosts are on that network, write allow_plaintext = true in "
     "[security]"},
    {"OpenAddressBehindABindOfLoopback",
     replaced(replaced(three_nodes, "id = 2", "id = 2\nbind = \"127.0.0.1\""), "127.0.0.1:7104", "10.0.0.2:7104"),
     "13:8: node.vote: \"10.0.0.2\" may be reached from other hosts, in plain text: `bellwether keygen --mesh FILE` "
     "makes keys and turns encryption on; if only trusted hosts are on that network, write allow_plaintext = true in "
     "[security]"},
    {"HostNameWithoutBind",
     with("[[node]]\nname = \"d\"\nid = 4\nheartbeat = \"tcp://db4:1\"\nvote = "
          "\"tcp://127.0.0.1:2\"\n[security]\nallow_plaintext = true\n"),
     "21:13: node.heartbeat: nobody can listen on the name \"db4\": write bind = \"0.0.0.0\" in this node, or an "
     "address "
     "instead of the name"},
    {"KeyThatIsNone", replaced(three_nodes, "id = 2", "id = 2\npublic_key = \"short\""),
     R"(11:14: node.public_key: "short" is not a key: 40 characters of Z85)"},
    {"KeyThatStandsForNoBytes",
     replaced(three_nodes, "id = 2", "id = 2\npublic_key = \"" + std::string(40, '#') + "\""),
     R"(11:14: node.public_key: "########################################" is not a key: 40 characters of Z85)"},
    {"KeyWithOtherCharacters", replaced(three_nodes, "id = 2", "id = 2\npublic_key = \"" + std::string(40, '~') + "\""),
     R"(11:14: node.public_key: "~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~" is not a key: 40 characters of Z85)"},
    {"KeyThatIsANumberWhereOneIsNeeded", "security.mode = \"enforce\"\n" + with_keys("7", quote(forty_characters)),
     "6:14: node.public_key: must be a string or an array of strings, not an integer"},
    {"KeyTwiceInOneNode",
     replaced(three_nodes, "id = 2",
              "id = 2\npublic_key = [\"" + forty_characters + "\", \"" + forty_characters + "\"]"),
     "11:14: node.public_key: \"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\" is already the node.public_key on line 11, "
     "each needs its own"},
    {"KeyListEmpty", replaced(three_nodes, "id = 2", "id = 2\npublic_key = []"),
     "11:14: node.public_key: must be a string or an array of 1 to 8 strings"},
    {"KeyOfTwoNodes",
     replaced(replaced(three_nodes, "id = 1", "id = 1\npublic_key = \"" + forty_characters + "\""), "id = 2",
              "id = 2\npublic_key = [\"" + forty_characters + "\"]"),
     "12:14: node.public_key: \"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\" is already the node.public_key on line 5, "
     "each "
     "needs its own"},
    {"MetadataWithAFloat", replaced(three_nodes, "id = 2", "id = 2\nmetadata = { load = 0.5 }"),
     "11:21: node.metadata: a float cannot be told to others: write a string"},
};

INSTANTIATE_TEST_SUITE_P(Mistakes, EachMistake, testing::ValuesIn(wrong_things),
                         [](const auto& test) { return std::string{test.param.what}; });

TEST(Mistakes, OfEncryptionWithoutKeysAreToldOfEachNodeObserversToo) {
    for (const std::string mode : {"accept", "serve", "enforce"}) {
        const std::string missing = "node.public_key: missing: with mode = \"" + mode +
                                    "\" each node needs one: `bellwether keygen --mesh FILE` makes those that are "
                                    "missing\n";
        EXPECT_EQ(mistakes_in("security.mode = \"" + mode + "\"\n" + std::string{two_kinds}),
                  "mesh.toml:3:1: " + missing + "mesh.toml:8:1: " + missing);
    }
}

TEST(Mistakes, AreNoneWithAKeyForEachNodeInEveryModeOnAddressesThatAreOpen) {
    const std::string text = with_keys(quote(forty_characters),
                                       "[" + quote(std::string(40, 'a')) + ", " + quote(std::string(40, 'b')) + "]");
    for (const std::string mode : {"accept", "serve", "enforce"}) {
        EXPECT_EQ(mistakes_in("security.mode = \"" + mode + "\"\n" + text), "");
    }
}

TEST(Mistakes, AreWithoutThoseThatKeysMendWhereKeysAreToCome) {
    const auto with_keys_to_come = [](const std::string& text) {
        const auto parsed = parse(text, "mesh.toml", ephemeral, Keys::to_come);
        const auto* mistakes = std::get_if<Mistakes>(&parsed);
        return mistakes == nullptr ? "" : lines_of(*mistakes);
    };
    EXPECT_EQ(with_keys_to_come(std::string{two_kinds}), "");
    EXPECT_EQ(with_keys_to_come("security.mode = \"enforce\"\n" + std::string{two_kinds}), "");
    EXPECT_EQ(with_keys_to_come(with_keys(quote("short"), quote(forty_characters))),
              "mesh.toml:5:14: node.public_key: \"short\" is not a key: 40 characters of Z85\n");
}

TEST(Mistakes, OfTimingAreThoseOfTheProtocol) {
    for (const auto heartbeat : {1ms, 2ms, 25ms, 50ms, 15000ms}) {
        for (const auto lease : {4ms, 7ms, 8ms, 99ms, 100ms, 199ms, 200ms, 60000ms}) {
            for (const auto campaign : {1ms, 8ms, 49ms, 50ms, 200ms, 60000ms}) {
                const protocol::Params params{heartbeat, lease, campaign, 10'000};
                std::ostringstream timing;
                timing << "[timing]\nheartbeat = \"" << heartbeat.count() << "ms\"\nlease = \"" << lease.count()
                       << "ms\"\ncampaign_timeout = \"" << campaign.count() << "ms\"\n";
                EXPECT_EQ(mistakes_in(with(timing.str())).empty(), params.validate().empty()) << timing.str();
            }
        }
    }
}

}  // namespace
}  // namespace bellwether::node
