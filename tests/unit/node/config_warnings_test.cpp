#include "node/config_warnings.hpp"

#include <gtest/gtest.h>

#include <string>

#include "node/config.hpp"
#include "tests/support/mesh_file.hpp"

namespace bellwether::node {
namespace {

using namespace mesh_file;

TEST(Warnings, TellTheNumberOfVotersThatSurvivesNoMoreThanOneFewer) {
    const Config four = parsed(with(R"([[node]]
name = "delta"
id = 4
heartbeat = "tcp://127.0.0.1:7107"
vote = "tcp://127.0.0.1:7108"
)"));
    EXPECT_EQ(lines_of(four.warnings),
              "mesh.toml:2:1: 4 voters survive 1 failure, no more than 3 would: add one or make one an observer\n");
    const Config two = parsed(three_nodes.substr(0, three_nodes.rfind("[[node]]")));
    EXPECT_EQ(lines_of(two.warnings),
              "mesh.toml:2:1: two voters: the failure of either ends leadership; a third one, with priority = 0 if it "
              "must never lead, makes the mesh survive one\n");
}

TEST(Warnings, TellPortsThatTheHostMayGiveToOthers) {
    const Config config = parsed(replaced(replaced(three_nodes, ":7103", ":32768"), ":7104", ":60999"));
    EXPECT_EQ(
        lines_of(config.warnings),
        "mesh.toml:11:13: node.heartbeat: port 32768 (and 1 more) is one of 32768 to 60999, which this host gives to "
        "outgoing connections: the daemon may find it taken\n");
    EXPECT_TRUE(parsed(replaced(three_nodes, ":7103", ":61000")).warnings.empty());
}

TEST(Warnings, TellThatTheStepsToEncryptionAreNoPlaceToStay) {
    std::string keyed{three_nodes};
    for (const std::string id : {"1", "2", "3"}) {
        keyed = replaced(keyed, "id = " + id, "id = " + id + "\npublic_key = " + quote(std::string(40, id[0])));
    }
    const auto warnings = [&](const std::string& mode) {
        return lines_of(parsed("security = { mode = \"" + mode + "\", allow_plaintext = true }\n" + keyed).warnings);
    };
    EXPECT_EQ(warnings("off"), "");
    EXPECT_EQ(warnings("accept"),
              "mesh.toml:1:21: security.mode: \"accept\" still speaks plain text: a step on the way to \"enforce\", no "
              "place to stay\n");
    EXPECT_EQ(warnings("serve"),
              "mesh.toml:1:21: security.mode: \"serve\" still speaks plain text: a step on the way to \"enforce\", no "
              "place to stay\n");
    EXPECT_EQ(
        warnings("enforce"),
        "mesh.toml:1:50: security.allow_plaintext: says nothing with mode = \"enforce\": take it away, or the day "
        "the mode is changed nobody is asked\n");
}

TEST(Warnings, TellWhatAnObserverDoesNotNeedAndIsIgnored) {
    const Config config = parsed(with(R"([[node]]
name = "delta"
id = 4
role = "observer"
priority = 9
heartbeat = "tcp://127.0.0.1:7101"
)"));
    EXPECT_EQ(lines_of(config.warnings), R"(mesh.toml:22:12: node.priority: ignored, as "delta" is an observer
mesh.toml:23:13: node.heartbeat: ignored, as "delta" is an observer
)");
    EXPECT_EQ(config.nodes.back().heartbeat, Endpoint{});
    EXPECT_EQ(config.nodes.back().priority.value, 1);
}

}  // namespace
}  // namespace bellwether::node
