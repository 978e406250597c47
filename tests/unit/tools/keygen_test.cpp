#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "node/config.hpp"
#include "tests/support/mesh_file.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/tools/called.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/subcommands.hpp"

namespace bellwether::cli {
namespace {

using node::mesh_file::content_of;
using node::mesh_file::replaced;
using node::mesh_file::three_nodes;

Outcome keygen(const std::string& arguments) { return called(add_keygen, "keygen " + arguments); }

class Keygen : public ::testing::Test {
protected:
    void SetUp() override { std::ofstream{file} << three_nodes; }

    [[nodiscard]] node::Config config() const { return node::mesh_file::good(node::load(file)); }
    [[nodiscard]] std::string mesh(const std::string& more = "") const { return "--mesh " + file + " " + more; }
    [[nodiscard]] std::string secret(const std::string& name) const { return keys + "/" + name + ".secret"; }

    const testing::TemporaryDirectory directory;
    const std::string file = directory.path() / std::string{"mesh.toml"};
    const std::string keys = directory.path() / std::string{"keys"};
};

TEST_F(Keygen, OfOnePairPrintsThePublicKeyAlone) {
    const std::string out = directory.path() / std::string{"alpha.secret"};
    const Outcome outcome = keygen("--out " + out);
    EXPECT_EQ(outcome.exit_status, 0);
    EXPECT_EQ(outcome.out.size(), 41U) << outcome.out;
    EXPECT_NE(content_of(out), outcome.out);
    const Outcome again = keygen("--out " + out);
    EXPECT_EQ(again.exit_status, 1);
    EXPECT_EQ(again.err,
              out + ": is there already, and stays, as it may be in use: name another file, or move it away");
    const auto json = nlohmann::json::parse(keygen("--json --out " + out + "2").out);
    EXPECT_EQ(json.at("public_key").get<std::string>().size(), 40U);
    EXPECT_EQ(json.at("secret_file"), out + "2");
}

TEST_F(Keygen, OfAMeshIsAClosedMeshInOneCall) {
    const Outcome outcome = keygen(mesh());
    EXPECT_EQ(outcome.exit_status, 0);
    EXPECT_EQ(outcome.out, "alpha: new key, its secret is " + secret("alpha") + "\nbravo: new key, its secret is " +
                               secret("bravo") + "\ncharlie: new key, its secret is " + secret("charlie") + "\n" +
                               file + ": security.mode is \"enforce\"\nnext: copy " + file +
                               " to every host, and each secret to the host of its node and nowhere else: 0600, owned "
                               "by the user of the daemon\n");
    EXPECT_EQ(config().security.mode, node::SecurityMode::enforce);
    for (const node::NodeConfig& node : config().nodes) EXPECT_EQ(node.public_keys.size(), 1U);
}

TEST_F(Keygen, OfAMeshTwiceChangesNothingAndSaysSo) {
    static_cast<void>(keygen(mesh()));
    const std::string before = content_of(file);
    const Outcome outcome = keygen(mesh());
    EXPECT_EQ(outcome.exit_status, 0);
    EXPECT_EQ(outcome.out, "alpha: has a key, its secret is " + secret("alpha") + "\nbravo: has a key, its secret is " +
                               secret("bravo") + "\ncharlie: has a key, its secret is " + secret("charlie") + "\n" +
                               file + ": security.mode is \"enforce\"; nothing was changed\n");
    EXPECT_EQ(content_of(file), before);
    EXPECT_NE(keygen(mesh("--mode serve")).out.find("next: copy it to every host, and restart the daemons there"),
              std::string::npos);
}

TEST_F(Keygen, OfAMeshForProgramsIsOneObject) {
    const Outcome outcome = keygen(mesh("--json --mode accept"));
    const auto json = nlohmann::json::parse(outcome.out);
    EXPECT_EQ(json.at("config"), file);
    EXPECT_EQ(json.at("changed"), true);
    EXPECT_EQ(json.at("mode"), "accept");
    EXPECT_EQ(json.at("nodes").at(2).at("name"), "charlie");
    EXPECT_EQ(json.at("nodes").at(2).at("changed"), true);
    EXPECT_EQ(json.at("nodes").at(2).at("public_keys").at(0), config().nodes.at(2).public_keys.at(0));
}

TEST_F(Keygen, WritesTheStepsToEncryptionOneByOne) {
    for (const std::string mode : {"accept", "serve", "enforce"}) {
        EXPECT_EQ(keygen(mesh("--mode " + mode)).exit_status, 0);
        EXPECT_EQ(to_string(config().security.mode), mode);
    }
    // On its way, a mesh stays where it is.
    static_cast<void>(keygen(mesh("--mode serve")));
    EXPECT_EQ(keygen(mesh()).out.find("\"serve\"; nothing was changed") == std::string::npos, false);
}

TEST_F(Keygen, RefusesAFileWithMistakesAndMakesNothing) {
    std::ofstream{file, std::ios::app} << "colour = 1\n";
    const Outcome outcome = keygen(mesh());
    EXPECT_EQ(outcome.exit_status, 2);
    EXPECT_NE(outcome.err.find(file + ":18:1: node: no such key \"colour\""), std::string::npos) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(keys));
}

TEST_F(Keygen, NeedsToKnowWhatFor) {
    EXPECT_EQ(keygen("").exit_status, 2);
    EXPECT_EQ(keygen("").err, "say --mesh CONFIG for the keys of a mesh, or --out FILE for one pair");
    EXPECT_EQ(keygen("--out x --mesh y").exit_status, 2);
    EXPECT_EQ(keygen("--new-key alpha").exit_status, 2);
    EXPECT_EQ(keygen(mesh("--new-key alpha --drop-old-key alpha")).exit_status, 2);
    EXPECT_EQ(keygen(mesh("--mode serve --new-key alpha")).exit_status, 2);
    EXPECT_EQ(keygen(mesh("--mode off")).exit_status, 2);
    EXPECT_EQ(content_of(file), three_nodes);
}

TEST_F(Keygen, HasAnExampleInItsHelp) {
    CLI::App app;
    int exit_status{};
    add_keygen(app, exit_status);
    EXPECT_NE(app.get_subcommand("keygen")->help().find("bellwether keygen --mesh mesh.toml"), std::string::npos);
}

}  // namespace
}  // namespace bellwether::cli
