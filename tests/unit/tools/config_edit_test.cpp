#include "tools/cli/config_edit.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/support/mesh_file.hpp"

namespace bellwether::cli {
namespace {

using node::SecurityMode;
using node::mesh_file::parsed;
using node::mesh_file::replaced;

const std::string one(40, '1');
const std::string two(40, '2');
const std::string three(40, '3');

std::string quoted(const std::string& text) { return '"' + text + '"'; }

std::string enforced(std::string_view text) { return edited(text, {.mode = SecurityMode::enforce}); }

std::string keyed(std::string_view text, std::vector<std::string> keys) {
    return edited(text, {.public_keys = {{"alpha", std::move(keys)}}});
}

TEST(ConfigEdit, KeepsEachCommentAndBlankOfAFileThatAPersonWrote) {
    const std::string before = R"(# The mesh of the back office.
cluster   = "office"   # as in the runbook

[timing]
lease     = "500ms"

# --- who is in it ---
[[node]]
name      = "alpha"    # top rack
id        = 1
heartbeat = "tcp://10.0.0.1:7101"
vote      = "tcp://10.0.0.1:7102"   # same switch
    # metadata follows
[node.metadata]
api = "http://10.0.0.1"

[[node]]
  name = "bravo"
  id = 2
  role = "observer"
)";
    const std::string after = R"(# The mesh of the back office.
cluster   = "office"   # as in the runbook

[timing]
lease     = "500ms"

[security]
mode = "enforce"

# --- who is in it ---
[[node]]
name      = "alpha"    # top rack
id        = 1
heartbeat = "tcp://10.0.0.1:7101"
vote      = "tcp://10.0.0.1:7102"   # same switch
public_key = "1111111111111111111111111111111111111111"
    # metadata follows
[node.metadata]
api = "http://10.0.0.1"

[[node]]
  name = "bravo"
  id = 2
  role = "observer"
  public_key = "2222222222222222222222222222222222222222"
)";
    EXPECT_EQ(edited(before, {.mode = SecurityMode::enforce, .public_keys = {{"alpha", {one}}, {"bravo", {two}}}}),
              after);
    EXPECT_EQ(parsed(after).security.mode, SecurityMode::enforce);
}

TEST(ConfigEdit, OfNothingIsTheSameText) {
    const std::string text = "cluster = \"a\"\r\n\r\n# no newline at the end";
    EXPECT_EQ(edited(text, {}), text);
}

TEST(ConfigEdit, ReplacesAModeWhereverItStands) {
    EXPECT_EQ(enforced("[security]\nmode = \"off\"  # for now\n"), "[security]\nmode = \"enforce\"  # for now\n");
    EXPECT_EQ(enforced("security = { mode = 'off', allow_plaintext = true }\n"),
              "security = { mode = \"enforce\", allow_plaintext = true }\n");
    EXPECT_EQ(enforced("security.mode=\"accept\"\n"), "security.mode=\"enforce\"\n");
}

TEST(ConfigEdit, AddsAModeToATableAsTheTableIsWritten) {
    EXPECT_EQ(enforced("[security]  # later\n\n[local]\n"), "[security]  # later\nmode = \"enforce\"\n\n[local]\n");
    EXPECT_EQ(enforced("  [security]\n    allow_plaintext = true # why\n"),
              "  [security]\n    allow_plaintext = true # why\n    mode = \"enforce\"\n");
    EXPECT_EQ(enforced("security = {}\n"), "security = { mode = \"enforce\" }\n");
    EXPECT_EQ(enforced("security = { secret_key_dir = \"k\" } # c\n"),
              "security = { secret_key_dir = \"k\", mode = \"enforce\" } # c\n");
    EXPECT_EQ(enforced("security.secret_key_dir = \"k\"\n[local]\n"),
              "security.secret_key_dir = \"k\"\nsecurity.mode = \"enforce\"\n[local]\n");
}

TEST(ConfigEdit, AddsASectionAtTheEndWhereNoNodeTableBegins) {
    EXPECT_EQ(enforced("node = [{ name = \"alpha\" }]"),
              "node = [{ name = \"alpha\" }]\n\n[security]\nmode = \"enforce\"\n");
    EXPECT_EQ(enforced("cluster = \"a\"\n"), "cluster = \"a\"\n\n[security]\nmode = \"enforce\"\n");
}

TEST(ConfigEdit, AddsAKeyToANodeOnOneLine) {
    EXPECT_EQ(keyed("node = [ { name = \"alpha\", id = 1 }, { name = \"b\" } ]\n", {one}),
              "node = [ { name = \"alpha\", id = 1, public_key = " + quoted(one) + " }, { name = \"b\" } ]\n");
}

TEST(ConfigEdit, KeepsTheLineBreaksOfAnotherSystem) {
    EXPECT_EQ(keyed("[[node]]\r\nname = \"alpha\"\r\n", {one}),
              "[[node]]\r\nname = \"alpha\"\r\npublic_key = " + quoted(one) + "\r\n");
    EXPECT_EQ(enforced("[[node]]\r\nid = 1\r\n"), "[security]\r\nmode = \"enforce\"\r\n\r\n[[node]]\r\nid = 1\r\n");
}

TEST(ConfigEdit, CountsCharactersAndNotBytes) {
    EXPECT_EQ(enforced("\xEF\xBB\xBFsecurity = { secret_key_dir = \"schlüssel→\", mode = \"off\" } # ä\n"),
              "\xEF\xBB\xBFsecurity = { secret_key_dir = \"schlüssel→\", mode = \"enforce\" } # ä\n");
    // What Unicode calls the end of a line is none here.
    EXPECT_EQ(enforced("# a\xE2\x80\xA8 b\xC2\x85 c\n[security]\nmode = \"off\"\n"),
              "# a\xE2\x80\xA8 b\xC2\x85 c\n[security]\nmode = \"enforce\"\n");
}

TEST(ConfigEdit, AddsToTheLastLineThoughItHasNoBreak) {
    EXPECT_EQ(keyed("[[node]]\nname = \"alpha\"", {one}), "[[node]]\nname = \"alpha\"\npublic_key = " + quoted(one));
}

TEST(ConfigEdit, MakesAListOfOneKeyAndOneKeyOfAList) {
    const std::string single = "[[node]]\nname = \"alpha\"\npublic_key = " + quoted(one) + "  # of June\n";
    const std::string both =
        "[[node]]\nname = \"alpha\"\npublic_key = [" + quoted(one) + ", " + quoted(two) + "]  # of June\n";
    EXPECT_EQ(keyed(single, {one, two}), both);
    EXPECT_EQ(keyed(both, {one}), single);
    EXPECT_EQ(keyed(both, {two}), replaced(single, one, two));
}

TEST(ConfigEdit, GivesEachKeyALineWhereEachHasOne) {
    const std::string head = "[[node]]\nname = \"alpha\"\npublic_key = [\n  # all of them\n";
    const std::string first = "  " + quoted(one) + ",  # of June\n";
    const std::string second = "  " + quoted(two) + ",\n";
    EXPECT_EQ(keyed(head + first + "]\n", {one, two}), head + first + second + "]\n");
    EXPECT_EQ(keyed(head + first + second + "]\n", {two}), head + second + "]\n");
    // Without a comma behind the last one, too.
    EXPECT_EQ(keyed(head + "  " + quoted(one) + "\n]\n", {one, two}),
              head + "  " + quoted(one) + ",\n  " + quoted(two) + "\n]\n");
    EXPECT_EQ(keyed("[[node]]\nname = \"alpha\"\npublic_key = [" + quoted(one) + ",\n" + quoted(two) + "]\n",
                    {one, two, three}),
              "[[node]]\nname = \"alpha\"\npublic_key = [" + quoted(one) + ",\n" + quoted(two) + ", " + quoted(three) +
                  "]\n");
}

// The ways to write a mesh down, and what must be the same in all of them after an edit.
TEST(ConfigEdit, OfEachFileThatIsShippedChangesWhatItNamesAndNothingElse) {
    for (const std::string name : {"reference", "five-nodes", "three-nodes", "witness", "fast"}) {
        const auto file = node::mesh_file::configs / (name + ".toml");
        const std::string before = node::mesh_file::content_of(file);
        const node::Config old = parsed(before);
        ConfigEdit edit{.mode = SecurityMode::enforce};
        for (std::size_t i = 0; i < old.nodes.size(); ++i) {
            edit.public_keys[old.nodes[i].name] = {std::string(40, static_cast<char>('a' + i))};
        }
        const std::string after = edited(before, edit);
        const node::Config config = parsed(after);
        EXPECT_EQ(config.security.mode, SecurityMode::enforce) << after;
        for (const node::NodeConfig& node : config.nodes) EXPECT_EQ(node.public_keys, edit.public_keys[node.name]);
        EXPECT_EQ(config.safety_settings(), old.safety_settings());
        EXPECT_EQ(edited(after, edit), after);
    }
}

}  // namespace
}  // namespace bellwether::cli
