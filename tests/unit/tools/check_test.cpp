#include <gtest/gtest.h>

#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/mesh_file.hpp"
#include "tests/support/places.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/tools/called.hpp"
#include "tools/cli/new_secrets.hpp"
#include "tools/cli/subcommands.hpp"

namespace bellwether::cli {
namespace {

Outcome check(const std::string& arguments) { return called(add_check, "check " + arguments); }

const std::string configs = tests::source_dir().string() + "/configs/";

class Check : public ::testing::Test {
protected:
    void write(const std::string& text) { std::ofstream{file} << text; }

    const testing::TemporaryDirectory directory;
    const std::string file = directory.path() / "check_test.toml";
};

TEST_F(Check, OfAGoodFileIsOneLine) {
    const Outcome outcome = check(configs + "five-nodes.toml");
    EXPECT_EQ(outcome.exit_status, 0);
    EXPECT_EQ(outcome.out, "five: 5 voters, quorum 3, survives 2 failures\n");
    EXPECT_EQ(outcome.err, "");
}

TEST_F(Check, TellsWitnessesFromThoseWhoMayLead) {
    EXPECT_EQ(check(configs + "witness.toml").out,
              "witnessed: 3 voters (1 of them never to lead), quorum 2, survives 1 failure\n");
}

TEST_F(Check, OfABadFileIsEachMistakeOnALineOfItsOwn) {
    write("cluster = \"demo\"\ncolour = 1\n");
    const Outcome outcome = check(file);
    EXPECT_EQ(outcome.exit_status, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, file + ":1:1: no node: write a [[node]] table for each node of the mesh\n" + file +
                               ":2:1: no such key \"colour\"; known: cluster, timing, election, elections, security, "
                               "local, node\n");
}

TEST_F(Check, OfAMissingFileNamesIt) {
    const Outcome outcome = check("/no/such/file.toml");
    EXPECT_EQ(outcome.exit_status, 2);
    EXPECT_EQ(outcome.err, "/no/such/file.toml: cannot be opened: No such file or directory\n");
}

TEST_F(Check, OnlyWarnsOfAGroupThatThisHostDoesNotHave) {
    write(R"(cluster = "one"
[[node]]
name = "a"
id = 1
heartbeat = "tcp://127.0.0.1:7101"
vote = "tcp://127.0.0.1:7102"
[local]
group = "no-such-group-here"
)");
    const Outcome outcome = check(file);
    EXPECT_EQ(outcome.exit_status, 0);
    EXPECT_EQ(outcome.err, file +
                               ":8:9: warning: local.group: this host has no group \"no-such-group-here\": create it, "
                               "or name one that exists on every host\n");
}

TEST_F(Check, WarnsWithoutRefusing) {
    write(R"(cluster = "pair"
[[node]]
name = "a"
id = 1
heartbeat = "tcp://127.0.0.1:7101"
vote = "tcp://127.0.0.1:7102"
[[node]]
name = "b"
id = 2
heartbeat = "tcp://127.0.0.1:7103"
vote = "tcp://127.0.0.1:7104"
[[node]]
name = "c"
id = 3
role = "observer"
)");
    const Outcome outcome = check(file);
    EXPECT_EQ(outcome.exit_status, 0);
    EXPECT_EQ(outcome.out, "pair: 2 voters, 1 observer, quorum 2, survives 0 failures\n");
    EXPECT_EQ(outcome.err.find(file + ":2:1: warning: two voters: "), 0U) << outcome.err;

    const auto json = nlohmann::json::parse(check(file + " --json").out);
    EXPECT_EQ(json.at("warnings").size(), 1U);
    EXPECT_EQ(json.at("nodes").at(2).at("heartbeat"), nullptr);
}

TEST_F(Check, ForProgramsIsOneObjectOnOneLine) {
    const Outcome outcome = check(configs + "three-nodes.toml --json");
    EXPECT_EQ(outcome.exit_status, 0);
    EXPECT_EQ(outcome.out,
              R"({"cluster":"three","voters":3,"quorum":2,"nodes":[)"
              R"({"name":"alpha","id":1,"role":"voter","priority":30,"heartbeat":"tcp://127.0.0.1:7201",)"
              R"("vote":"tcp://127.0.0.1:7202"},)"
              R"({"name":"bravo","id":2,"role":"voter","priority":20,"heartbeat":"tcp://127.0.0.1:7203",)"
              R"("vote":"tcp://127.0.0.1:7204"},)"
              R"({"name":"charlie","id":3,"role":"voter","priority":10,"heartbeat":"tcp://127.0.0.1:7205",)"
              R"("vote":"tcp://127.0.0.1:7206"}],"security":"off","secrets":[],"user":null,"warnings":[]})"
              "\n");
}

TEST_F(Check, ForProgramsGivesMistakesWithTheirPlaces) {
    write("cluster = 3\n[[node]]\nname = \"a\"\nid = 1\nrole = \"observer\"\n");
    const Outcome outcome = check(file + " --json");
    EXPECT_EQ(outcome.exit_status, 2);
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(
        outcome.out,
        R"({"mistakes":[{"line":1,"column":11,"text":"cluster: must be a string, not an integer"},)"
        R"({"line":5,"column":8,"text":"node.role: no node is a voter: at least one must have role = \"voter\""}]})"
        "\n");
}

class CheckOfKeys : public Check {
protected:
    void SetUp() override {
        const std::filesystem::path keys = directory.path() / "keys";
        std::filesystem::create_directory(keys);
        secret = (keys / "alpha.secret").string();
        text = node::mesh_file::three_nodes;
        const std::vector<std::string> public_keys{create_secret(secret), std::string(40, 'b'), std::string(40, 'c')};
        for (std::size_t i = 0; i < public_keys.size(); ++i) {
            const std::string id = "id = " + std::to_string(i + 1) + "\n";
            text = node::mesh_file::replaced(text, id, id + "public_key = " + node::quote(public_keys[i]) + "\n");
        }
        write("security.mode = \"enforce\"\n" + text);
    }

    std::string secret;
    std::string text;
};

TEST_F(CheckOfKeys, LooksAtTheSecretsThatAreHere) {
    EXPECT_EQ(check(file).out,
              "demo: 3 voters, quorum 2, survives 1 failure, security enforce, secret key here of alpha\n");
    const auto json = nlohmann::json::parse(check(file + " --json").out);
    EXPECT_EQ(json.at("security"), "enforce");
    EXPECT_EQ(json.at("secrets"), nlohmann::json::array({"alpha"}));
    std::filesystem::remove(secret);
    EXPECT_EQ(check(file).out, "demo: 3 voters, quorum 2, survives 1 failure, security enforce, no secret key here\n");
}

// A daemon of any other user refuses it; root, who checks, may not be the one who starts it.
TEST_F(CheckOfKeys, NamesTheUserToWhomTheSecretOfTheNodeBelongs) {
    const uid_t owner = ::geteuid() == 0 ? 4711 : ::geteuid();
    ASSERT_EQ(::chown(secret.c_str(), owner, static_cast<gid_t>(-1)), 0);
    EXPECT_EQ(check(file + " --node alpha").out,
              "demo: 3 voters, quorum 2, survives 1 failure, security enforce, secret key here of alpha, to be started "
              "by user " +
                  std::to_string(owner) + "\n");
    EXPECT_EQ(nlohmann::json::parse(check(file + " --node alpha --json").out).at("user"), owner);
    EXPECT_EQ(nlohmann::json::parse(check(file + " --json").out).at("user"), nullptr);
}

TEST_F(CheckOfKeys, InsistsOnTheSecretOfTheNodeThatThisHostIsToBe) {
    const Outcome outcome = check(file + " --node bravo");
    EXPECT_EQ(outcome.exit_status, 2);
    EXPECT_EQ(outcome.out, "");
    const std::string other = node::mesh_file::replaced(secret, "alpha", "bravo");
    EXPECT_EQ(outcome.err.find(other + ": cannot be opened: No such file or directory"), 0U) << outcome.err;
    EXPECT_EQ(check(file + " --node zulu").err, file + ": has no node \"zulu\"\n");
}

TEST_F(CheckOfKeys, RefusesASecretThatOthersMayRead) {
    std::filesystem::permissions(secret, std::filesystem::perms{0640});
    const Outcome outcome = check(file);
    EXPECT_EQ(outcome.exit_status, 2);
    EXPECT_EQ(outcome.err.find(secret + ": may be read or written by others, its mode is 0640"), 0U) << outcome.err;
    const auto json = nlohmann::json::parse(check(file + " --json").out);
    EXPECT_EQ(json.at("mistakes").at(0).at("line"), 0);
}

TEST_F(CheckOfKeys, WarnsOfADirectoryThatOthersMayWrite) {
    const auto directory_of_keys = std::filesystem::path{secret}.parent_path();
    std::filesystem::permissions(directory_of_keys, std::filesystem::perms{0755});
    EXPECT_EQ(check(file).err, "");
    std::filesystem::permissions(directory_of_keys, std::filesystem::perms{0777});
    const Outcome outcome = check(file);
    EXPECT_EQ(outcome.exit_status, 0);
    EXPECT_EQ(outcome.err, file + ": warning: security.secret_key_dir: " + directory_of_keys.string() +
                               " may be written by others, who could put another secret in the place of one, or take "
                               "it away: its mode should be 0700\n");
}

TEST_F(CheckOfKeys, RefusesASecretThatIsNotTheOneOfTheFile) {
    std::filesystem::remove(secret);
    static_cast<void>(create_secret(secret));
    const Outcome outcome = check(file);
    EXPECT_EQ(outcome.exit_status, 2);
    EXPECT_EQ(outcome.err.find(secret + ": its public key is \""), 0U) << outcome.err;
}

// They may be made before security is turned on.
TEST_F(CheckOfKeys, LooksAtThemInEachMode) {
    write(text);
    std::filesystem::permissions(secret, std::filesystem::perms{0644});
    EXPECT_EQ(check(file).exit_status, 2);
}

TEST_F(Check, HasAnExampleInItsHelp) {
    CLI::App app;
    int exit_status{};
    add_check(app, exit_status);
    EXPECT_NE(app.get_subcommand("check")->help().find("bellwether check mesh.toml"), std::string::npos);
}

}  // namespace
}  // namespace bellwether::cli
