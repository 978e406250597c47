#include "node/setup_of_config.hpp"

#include <variant>

#include <gtest/gtest.h>

namespace bellwether::node {
namespace {

using protocol::ElectionName;

constexpr const char* mesh = R"(
cluster = "demo"
[timing]
heartbeat = "20ms"
lease = "200ms"
[election]
preempt = false
[elections.scheduler]
candidate = "session"
handover_timeout = "3s"
[[node]]
name = "charlie"
id = 3
role = "observer"
[[node]]
name = "bravo"
id = 2
priority = 20
heartbeat = "tcp://127.0.0.1:7103"
vote = "tcp://127.0.0.1:7104"
metadata = { api = "http://10.0.0.2:8080" }
[[node]]
name = "alpha"
id = 1
heartbeat = "tcp://127.0.0.1:7101"
vote = "tcp://127.0.0.1:7102"
)";

class SetupOfConfig : public ::testing::Test {
protected:
    void SetUp() override {
        auto parsed = parse(mesh, "mesh.toml");
        ASSERT_TRUE(std::holds_alternative<Config>(parsed));
        config_ = std::get<Config>(std::move(parsed));
        setup_ = setup_of(config_, *config_.find("bravo"));
    }
    Config config_;
    protocol::Setup setup_;
};

TEST_F(SetupOfConfig, HasTheMembersSortedById) {
    ASSERT_EQ(setup_.members.size(), 3U);
    EXPECT_EQ(setup_.members[0].name, "alpha");
    EXPECT_EQ(setup_.members[1].name, "bravo");
    EXPECT_EQ(setup_.members[2].name, "charlie");
    EXPECT_EQ(setup_.own().name, "bravo");
    EXPECT_EQ(setup_.own().priority.value, 20);
    EXPECT_FALSE(setup_.members[2].voter);
    EXPECT_EQ(setup_.voters(), (std::vector<protocol::NodeId>{{1}, {2}}));
}

TEST_F(SetupOfConfig, HasTheMetadataAsItTravels) {
    EXPECT_FALSE(setup_.own().metadata.empty());
    EXPECT_EQ(setup_.own().metadata, config_.find("bravo")->metadata);
    EXPECT_TRUE(setup_.members[0].metadata.empty());
}

TEST_F(SetupOfConfig, HasTheElectionsWithTheDefaultFirst) {
    ASSERT_EQ(setup_.elections.size(), 2U);
    EXPECT_EQ(setup_.elections[0].first, ElectionName{});
    EXPECT_FALSE(setup_.elections[0].second.preempt);
    EXPECT_EQ(setup_.elections[1].first.view(), "scheduler");
    EXPECT_EQ(setup_.elections[1].second.handover_timeout, std::chrono::seconds{3});
    EXPECT_EQ(setup_.dynamic.candidate, protocol::Candidacy::session);
    EXPECT_FALSE(setup_.dynamic.preempt);
}

TEST_F(SetupOfConfig, HasTheNumbersAndTheFingerprint) {
    EXPECT_EQ(setup_.cluster, "demo");
    EXPECT_EQ(setup_.params.lease, std::chrono::milliseconds{200});
    EXPECT_EQ(setup_.config_hash, config_.safety_hash());
}

}  // namespace
}  // namespace bellwether::node
