#include <gtest/gtest.h>

#include <string>
#include <variant>

#include <CLI/CLI.hpp>

#include "node/config.hpp"
#include "tests/unit/tools/called.hpp"
#include "tools/cli/subcommands.hpp"

namespace bellwether::cli {
namespace {

Outcome init(const std::string& arguments) { return called(add_init, "init " + arguments); }

// What the daemon would make of it, once it has keys.
node::Config config_of(const Outcome& outcome) {
    EXPECT_EQ(outcome.exit_status, 0) << outcome.err;
    const auto parsed = node::parse(outcome.out, "mesh.toml", node::ephemeral_ports(), node::Keys::to_come);
    if (const auto* mistakes = std::get_if<node::Mistakes>(&parsed)) {
        ADD_FAILURE() << to_line("mesh.toml", mistakes->front()) << '\n' << outcome.out;
        return {};
    }
    return std::get<node::Config>(parsed);
}

std::string nodes_of(const node::Config& config) {
    std::string list;
    for (const node::NodeConfig& node : config.nodes) {
        list += std::to_string(node.id.value) + " " + node.name + " priority " + std::to_string(node.priority.value) +
                " " + node.heartbeat.str() + " " + node.vote.str() + (node.bind ? " bind " + *node.bind : "") + "\n";
    }
    return list;
}

TEST(Init, NamesNodesAfterTheirHostsAndLetsTheFirstLead) {
    const auto config = config_of(init("--hosts db1.example.org,db2.example.org,db3 --cluster billing"));
    EXPECT_EQ(config.cluster, "billing");
    EXPECT_EQ(nodes_of(config),
              R"(1 db1 priority 30 tcp://db1.example.org:7101 tcp://db1.example.org:7102 bind 0.0.0.0
2 db2 priority 20 tcp://db2.example.org:7101 tcp://db2.example.org:7102 bind 0.0.0.0
3 db3 priority 10 tcp://db3:7101 tcp://db3:7102 bind 0.0.0.0
)");
}

TEST(Init, TakesAddressesWithAndWithoutNames) {
    const auto config = config_of(init("--hosts alpha=10.0.0.1,10.0.0.2,charlie=[fd00::3] --base-port 9000"));
    EXPECT_EQ(nodes_of(config), R"(1 alpha priority 30 tcp://10.0.0.1:9000 tcp://10.0.0.1:9001
2 10-0-0-2 priority 20 tcp://10.0.0.2:9000 tcp://10.0.0.2:9001
3 charlie priority 10 tcp://[fd00::3]:9000 tcp://[fd00::3]:9001
)");
}

TEST(Init, GivesNodesOfOneHostPortsOfTheirOwn) {
    const Outcome outcome = init("--hosts localhost,127.0.0.1,localhost --priority-step 100");
    EXPECT_EQ(nodes_of(config_of(outcome)), R"(1 alpha priority 300 tcp://127.0.0.1:7101 tcp://127.0.0.1:7102
2 bravo priority 200 tcp://127.0.0.1:7103 tcp://127.0.0.1:7104
3 charlie priority 100 tcp://127.0.0.1:7105 tcp://127.0.0.1:7106
)");
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(outcome.out.find("allow_plaintext"), std::string::npos);
}

TEST(Init, LeadsHostsThatOthersCanReachToAClosedMesh) {
    const Outcome outcome = init("--hosts a,b,c");
    EXPECT_FALSE(config_of(outcome).security.allow_plaintext);
    EXPECT_NE(outcome.out.find("`bellwether keygen --mesh mesh.toml` makes them"), std::string::npos);
    EXPECT_EQ(
        outcome.err,
        "bellwether init: these hosts need keys before they start: `bellwether keygen --mesh mesh.toml`, with the "
        "name that you gave the file\n");
    // No daemon takes it before.
    const auto parsed = node::parse(outcome.out, "mesh.toml");
    ASSERT_TRUE(std::holds_alternative<node::Mistakes>(parsed));
    EXPECT_NE(std::get<node::Mistakes>(parsed).front().text.find("keygen --mesh"), std::string::npos);
}

TEST(Init, WarnsOfTwoHosts) {
    EXPECT_EQ(init("--hosts localhost,localhost").err.find("bellwether init: warning: two voters: "), 0U);
}

TEST(Init, WritesNothingThatTheDaemonWouldRefuse) {
    for (const char* arguments : {"--hosts a,a,b", "--hosts a,b --cluster 'no blanks'",
                                  "--hosts a,b,c --priority-step 500", "--hosts localhost,localhost --base-port 65533",
                                  "--hosts 10.0.0.300,b,c", "--hosts =a,b,c", "--hosts a=,b,c"}) {
        const Outcome outcome = init(arguments);
        EXPECT_EQ(outcome.exit_status, 2) << arguments;
        EXPECT_EQ(outcome.out, "") << arguments;
        EXPECT_EQ(outcome.err.find("bellwether init: "), 0U) << outcome.err;
    }
}

TEST(Init, HasExamplesInItsHelp) {
    CLI::App app;
    int exit_status{};
    add_init(app, exit_status);
    EXPECT_NE(app.get_subcommand("init")->help().find("bellwether init --hosts db1,db2,db3"), std::string::npos);
}

}  // namespace
}  // namespace bellwether::cli
