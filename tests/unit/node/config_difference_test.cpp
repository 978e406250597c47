#include "node/config_difference.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/mesh_file.hpp"

namespace bellwether::node {
namespace {

using namespace mesh_file;
using Names = std::vector<std::string>;

Names differences_after(std::string_view what, std::string_view by) {
    return differences(parsed(three_nodes), parsed(replaced(three_nodes, what, by)));
}

Names differences_with(std::string_view tables) { return differences(parsed(three_nodes), parsed(with(tables))); }

TEST(TheDifferences, OfAFileToItselfAreNone) {
    EXPECT_EQ(differences(parsed(three_nodes), parsed(three_nodes)), Names{});
    EXPECT_EQ(rekeyed_nodes(parsed(three_nodes), parsed(three_nodes)), Names{});
}

TEST(TheDifferences, AreNamedAsInTheFile) {
    EXPECT_EQ(differences_after("demo", "other"), Names{"cluster"});
    EXPECT_EQ(differences_after("priority = 30", "priority = 31"), Names{"node.priority of alpha"});
    EXPECT_EQ(differences_after("id = 2", "id = 4"), Names{"node.id of bravo"});
    EXPECT_EQ(differences_after("127.0.0.1:7101", "127.0.0.1:7201"), Names{"node.heartbeat of alpha"});
    EXPECT_EQ(differences_after("127.0.0.1:7102", "127.0.0.1:7202"), Names{"node.vote of alpha"});
    EXPECT_EQ(differences_after("id = 3", "id = 3\nbind = \"127.0.0.2\""), Names{"node.bind of charlie"});
    EXPECT_EQ(differences_after("id = 3", "id = 3\nmetadata = { a = \"b\" }"), Names{"node.metadata of charlie"});
    EXPECT_EQ(differences_after("\"charlie\"", "\"delta\""), (Names{"node charlie is gone", "node delta is new"}));
    EXPECT_EQ(differences_with("[timing]\nheartbeat = \"60ms\"\nlease = \"400ms\"\nclock_drift_ppm = 1\n"),
              (Names{"timing.heartbeat", "timing.lease", "timing.campaign_timeout", "timing.clock_drift_ppm"}));
    EXPECT_EQ(differences_with("[election]\npreempt = false\n"), Names{"election.preempt"});
    EXPECT_EQ(differences_with("[elections.jobs]\ncandidate = \"session\"\n"), Names{"elections.jobs"});
    EXPECT_EQ(differences_with("[security]\nallow_plaintext = true\nsecret_key_dir = \"else\"\n"),
              (Names{"security.secret_key_dir", "security.allow_plaintext"}));
    EXPECT_EQ(
        differences_with("[local]\nsession_timeout = \"3s\"\nwatch = \"everybody\"\ntcp = \"tcp://127.0.0.1:7199\"\n"),
        (Names{"local.watch", "local.tcp", "local.session_timeout"}));
}

TEST(TheDifferences, DoNotTellOfKeysWhichAreToldByNode) {
    const std::string key(40, 'k');
    const Config other = parsed(replaced(three_nodes, "id = 2", "id = 2\npublic_key = \"" + key + "\""));
    EXPECT_EQ(differences(parsed(three_nodes), other), Names{});
    EXPECT_EQ(rekeyed_nodes(parsed(three_nodes), other), Names{"bravo"});
    EXPECT_EQ(rekeyed_nodes(other, parsed(three_nodes)), Names{"bravo"});
}

}  // namespace
}  // namespace bellwether::node
