#include "node/config.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <random>
#include <string>
#include <variant>

#include "tests/support/mesh_file.hpp"

namespace bellwether::node {
namespace {

using namespace mesh_file;
using namespace std::chrono_literals;

TEST(Configuration, NeedsNoMoreThanAClusterAndItsNodes) {
    const Config config = parsed(three_nodes);
    EXPECT_EQ(config.cluster, "demo");
    EXPECT_EQ(config.nodes.size(), 3U);
    EXPECT_EQ(config.quorum(), 2U);
    EXPECT_EQ(config.survivable_failures(), 1U);
    EXPECT_EQ(config.params.lease, protocol::Params{}.lease);
    EXPECT_EQ(config.nodes[1].priority.value, 1);
    EXPECT_TRUE(config.warnings.empty()) << lines_of(config.warnings);
}

TEST(Configuration, FindsANodeByItsNameAndByThatOfItsHost) {
    const Config config = parsed(three_nodes);
    ASSERT_NE(config.find("bravo"), nullptr);
    EXPECT_EQ(config.find("bravo")->id, protocol::NodeId{2});
    EXPECT_EQ(config.find("delta"), nullptr);
    EXPECT_EQ(config.find_for_host("charlie.example.org"), config.find("charlie"));
    EXPECT_EQ(config.find_for_host("elsewhere"), nullptr);
}

TEST(Configuration, TakesFromTheDefaultElectionWhatANamedOneLeavesOut) {
    const Config config = parsed(with(R"([election]
preempt_delay = "7s"
preempt = false
[elections.scheduler]
candidate = "session"
preempt = true
)"));
    const auto scheduler = config.settings_of(*protocol::ElectionName::parse("scheduler"));
    EXPECT_EQ(scheduler.candidate, protocol::Candidacy::session);
    EXPECT_TRUE(scheduler.preempt);
    EXPECT_EQ(scheduler.preempt_delay, 7s);
    EXPECT_EQ(config.settings_of({}).candidate, protocol::Candidacy::node);
}

TEST(Configuration, LeavesAnElectionThatItDoesNotNameToSessions) {
    const Config config = parsed(with("[election]\npreempt = false\n"));
    const auto unnamed = config.settings_of(*protocol::ElectionName::parse("anything"));
    EXPECT_EQ(unnamed.candidate, protocol::Candidacy::session);
    EXPECT_FALSE(unnamed.preempt);
}

TEST(Configuration, FitsTheCampaignTimeoutToTheLeaseIfNobodyNamesOne) {
    const Config config = parsed(with("[timing]\nheartbeat = \"5ms\"\nlease = \"25ms\"\n"));
    EXPECT_EQ(config.params.campaign_timeout, 12500us);
    EXPECT_TRUE(config.params.validate().empty());
}

TEST(Configuration, TakesRelativePathsFromItsOwnFolder) {
    const Config config = good(parse(three_nodes, "/etc/bellwether/mesh.toml"));
    EXPECT_EQ(config.security.secret_key_dir, "/etc/bellwether/keys");
    const Config absolute = good(parse(with("[security]\nsecret_key_dir = \"/run/keys\"\n"), "/etc/mesh.toml"));
    EXPECT_EQ(absolute.security.secret_key_dir, "/run/keys");
}

TEST(Configuration, ListensWhereItIsToldAndOnNoName) {
    const Config config = parsed(R"(cluster = "demo"
security = { allow_plaintext = true }
[[node]]
name = "alpha"
id = 1
heartbeat = "tcp://alpha.example.org:7101"
vote = "tcp://alpha.example.org:7102"
bind = "0.0.0.0"
[[node]]
name = "bravo"
id = 2
heartbeat = "tcp://localhost:7101"
vote = "tcp://[::1]:7102"
[[node]]
name = "charlie"
id = 3
role = "observer"
)");
    EXPECT_EQ(config.nodes[0].listener(config.nodes[0].vote).str(), "tcp://0.0.0.0:7102");
    EXPECT_EQ(config.nodes[1].listener(config.nodes[1].heartbeat).str(), "tcp://127.0.0.1:7101");
    EXPECT_EQ(config.nodes[1].listener(config.nodes[1].vote).str(), "tcp://[::1]:7102");
    EXPECT_EQ(config.voters().size(), 2U);
}

TEST(Configuration, HasOneSafetyTextHoweverTheFileIsWritten) {
    const Config config = parsed(three_nodes);
    EXPECT_EQ(config.safety_settings(), R"(cluster demo
lease 300ms
clock_drift_ppm 10000
voter 1 name=alpha priority=30
voter 2 name=bravo priority=1
voter 3 name=charlie priority=1
election default candidate=node preempt=true preempt_delay=2s handover_timeout=10s
)");
    const Config reworded =
        parsed("timing = { lease = \"300000us\", heartbeat = \"75ms\" }\n" + std::string{three_nodes});
    EXPECT_EQ(reworded.safety_hash(), config.safety_hash());
    const Config other = parsed(replaced(three_nodes, "priority = 30", "priority = 31"));
    EXPECT_NE(other.safety_hash(), config.safety_hash());
}

TEST(Mistakes, OfAFileThatCannotBeReadHaveNoPlace) {
    const auto missing = load(configs / "no-such-file.toml");
    ASSERT_TRUE(std::holds_alternative<Mistakes>(missing));
    EXPECT_EQ(std::get<Mistakes>(missing).front(), (Mistake{0, 0, "cannot be opened: No such file or directory"}));
    const auto directory = load(configs);
    ASSERT_TRUE(std::holds_alternative<Mistakes>(directory));
    EXPECT_EQ(std::get<Mistakes>(directory).front(), (Mistake{0, 0, "cannot be read: Is a directory"}));
}

TEST(Mistakes, OfAFileTooLargeToBeAConfigurationEndTheReading) {
    const auto endless = load("/dev/zero");
    ASSERT_TRUE(std::holds_alternative<Mistakes>(endless));
    EXPECT_EQ(std::get<Mistakes>(endless).front(), (Mistake{0, 0, "is larger than 4 MiB: not a configuration"}));
}

// Whatever the bytes

TEST(Parsing, NeverThrowsWhateverTheBytes) {
    const std::string original = content_of(configs / "five-nodes.toml") + content_of(configs / "reference.toml");
    const std::string pool = content_of(configs / "five-nodes.toml");
    std::mt19937 dice{20};
    const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(dice); };
    for (int round = 0; round < 3000; ++round) {
        std::string text = round % 2 == 0 ? pool : original;
        for (std::size_t change = below(8); change < 8; ++change) {
            const std::size_t place = below(text.size());
            switch (below(4)) {
                case 0: text[place] = static_cast<char>(below(256)); break;
                case 1: text.erase(place, below(20)); break;
                case 2: text.insert(place, text.substr(below(text.size()), below(30))); break;
                default: text.insert(place, 1, "\"'[]{}=.#\n0-_:"[below(14)]); break;
            }
        }
        EXPECT_NO_THROW(static_cast<void>(parse(text, "mesh.toml", ephemeral))) << text;
    }
}

TEST(Parsing, NeverThrowsHoweverDeepTheNesting) {
    for (const std::size_t depth : {10U, 255U, 100'000U}) {
        const std::string nested = "x = " + std::string(depth, '[') + std::string(depth, ']') + "\n";
        EXPECT_NO_THROW(static_cast<void>(parse(nested, "mesh.toml"))) << depth;
        std::string dotted = "[a";
        for (std::size_t i = 0; i < depth; ++i) {
            dotted += ".a";
        }
        EXPECT_NO_THROW(static_cast<void>(parse(dotted + "]\n", "mesh.toml"))) << depth;
    }
}

}  // namespace
}  // namespace bellwether::node
