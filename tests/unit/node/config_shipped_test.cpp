#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "node/config.hpp"
#include "tests/support/mesh_file.hpp"

namespace bellwether::node {
namespace {

using namespace mesh_file;

class Shipped : public ::testing::TestWithParam<std::string_view> {};

TEST_P(Shipped, IsGoodAndWarnsOfNothing) {
    const Config config = good(load(configs / (std::string{GetParam()} + ".toml")));
    EXPECT_TRUE(config.warnings.empty() || GetParam() == "reference") << lines_of(config.warnings);
    EXPECT_FALSE(config.nodes.empty());
}

INSTANTIATE_TEST_SUITE_P(Configs, Shipped,
                         ::testing::Values("reference", "five-nodes", "three-nodes", "witness", "fast"),
                         [](const auto& test) {
                             std::string name{test.param};
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

TEST(ShippedConfigs, AreAllTested) {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator{configs}) {
        files += entry.path().extension() == ".toml" ? 1U : 0U;
    }
    EXPECT_EQ(files, 5U);
}

TEST(ShippedConfigs, CanAllRunAtOnce) {
    std::set<std::string> clusters;
    std::set<std::uint16_t> ports;
    std::size_t listeners = 0;
    for (const std::string name : {"reference", "five-nodes", "three-nodes", "witness", "fast"}) {
        const Config config = good(load(configs / (name + ".toml")));
        EXPECT_TRUE(clusters.insert(config.cluster).second) << name;
        for (const NodeConfig* voter : config.voters()) {
            ports.insert({voter->heartbeat.port, voter->vote.port});
            listeners += 2;
        }
    }
    EXPECT_EQ(ports.size(), listeners);
}

TEST(ShippedConfigs, OfTheReferenceGiveEachKeyItsDefault) {
    const Config config = good(load(configs / "reference.toml"));
    const protocol::Params params;
    EXPECT_EQ(config.params.heartbeat, params.heartbeat);
    EXPECT_EQ(config.params.lease, params.lease);
    EXPECT_EQ(config.params.campaign_timeout, params.campaign_timeout);
    EXPECT_EQ(config.params.clock_drift_ppm, params.clock_drift_ppm);
    const protocol::ElectionSettings election;
    EXPECT_EQ(config.election.candidate, election.candidate);
    EXPECT_EQ(config.election.preempt, election.preempt);
    EXPECT_EQ(config.election.preempt_delay, election.preempt_delay);
    EXPECT_EQ(config.election.handover_timeout, election.handover_timeout);
    EXPECT_TRUE(config.elections.empty());
    EXPECT_EQ(config.security.mode, Security{}.mode);
    EXPECT_EQ(config.security.secret_key_dir, configs / Security{}.secret_key_dir);
    EXPECT_EQ(config.security.allow_plaintext, Security{}.allow_plaintext);
    EXPECT_EQ(config.local.group, Local{}.group);
    EXPECT_EQ(config.local.watch, Local{}.watch);
    EXPECT_EQ(config.local.tcp, Local{}.tcp);
    EXPECT_EQ(config.local.session_timeout, Local{}.session_timeout);
    ASSERT_EQ(config.nodes.size(), 1U);
    EXPECT_EQ(config.nodes[0].role, NodeConfig{}.role);
    EXPECT_EQ(config.nodes[0].priority, NodeConfig{}.priority);
    EXPECT_EQ(config.nodes[0].bind, NodeConfig{}.bind);
}

// A key that is left out of the file could not differ from its default; so each must be there, be it as a comment.
TEST(ShippedConfigs, OfTheReferenceNameEveryKey) {
    const std::string reference = content_of(configs / "reference.toml");
    for (const std::string key : {"cluster",
                                  "heartbeat",
                                  "lease",
                                  "campaign_timeout",
                                  "clock_drift_ppm",
                                  "candidate",
                                  "preempt",
                                  "preempt_delay",
                                  "handover_timeout",
                                  "mode",
                                  "secret_key_dir",
                                  "allow_plaintext",
                                  "group",
                                  "watch",
                                  "tcp",
                                  "session_timeout",
                                  "name",
                                  "id",
                                  "role",
                                  "priority",
                                  "vote"}) {
        EXPECT_NE(reference.find("\n" + key + " = "), std::string::npos) << key;
    }
    for (const std::string key : {"bind", "public_key", "metadata"}) {
        EXPECT_NE(reference.find("\n# " + key + " = "), std::string::npos) << key;
    }
}

TEST(ShippedConfigs, OfTheReferenceAreRightInTheirCommentsAsWell) {
    std::string text = content_of(configs / "reference.toml");
    for (const std::string line : {"bind = ", "public_key = ", "metadata = ", "[elections.scheduler]",
                                   "candidate = \"session\"", "preempt = false"}) {
        text = replaced(text, "\n# " + line, "\n" + line);
    }
    text = replaced(text, "allow_plaintext = false", "allow_plaintext = true");
    const Config config = parsed(text);
    EXPECT_EQ(config.elections.size(), 1U);
    EXPECT_FALSE(config.nodes.at(0).metadata.empty());
    EXPECT_EQ(config.nodes.at(0).public_keys.size(), 1U);
}

TEST(ShippedConfigs, OfFiveNodesAreTheFiveOfTheDesign) {
    const Config config = good(load(configs / "five-nodes.toml"));
    std::string listed;
    for (const NodeConfig& node : config.nodes) {
        listed += node.name + " " + std::to_string(node.id.value) + " " + std::to_string(node.priority.value) + " " +
                  node.heartbeat.str() + " " + node.vote.str() + "\n";
    }
    EXPECT_EQ(listed, R"(alpha 1 50 tcp://127.0.0.1:7101 tcp://127.0.0.1:7102
bravo 2 40 tcp://127.0.0.1:7103 tcp://127.0.0.1:7104
charlie 3 30 tcp://127.0.0.1:7105 tcp://127.0.0.1:7106
delta 4 20 tcp://127.0.0.1:7107 tcp://127.0.0.1:7108
echo 5 10 tcp://127.0.0.1:7109 tcp://127.0.0.1:7110
)");
}

}  // namespace
}  // namespace bellwether::node
