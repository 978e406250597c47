#include "tools/cli/keyed_mesh.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/mesh_file.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tools/cli/exit_status.hpp"

namespace bellwether::cli {
namespace {

using node::mesh_file::content_of;
using node::mesh_file::replaced;
using node::mesh_file::three_nodes;

class KeyedMeshes : public ::testing::Test {
protected:
    void write(const std::string& text) const { std::ofstream{file} << text; }

    // What stands on stderr when it is refused, with the sentence of the failure.
    template <class Attempt>
    std::string refusal_of(Attempt attempt) const {
        std::string sentence = "was not refused";
        ::testing::internal::CaptureStderr();
        try {
            attempt();
        } catch (const Failure& failure) {
            sentence = failure.what();
        }
        return ::testing::internal::GetCapturedStderr() + sentence;
    }

    const testing::TemporaryDirectory directory;
    const std::filesystem::path file = directory.path() / "mesh.toml";
    const std::string key = std::string(40, 'k');
};

TEST_F(KeyedMeshes, MayLackTheKeysThatTheirModeAsksFor) {
    write("security.mode = \"enforce\"\n" + replaced(three_nodes, "127.0.0.1:7101", "10.0.0.1:7101"));
    const KeyedMesh mesh{file};
    EXPECT_EQ(mesh.config().nodes.size(), 3U);
    EXPECT_EQ(mesh.find("bravo").id.value, 2U);
}

TEST_F(KeyedMeshes, WithOtherMistakesAreRefusedWithAllOfThem) {
    write("colour = 1\n" + replaced(three_nodes, "id = 2", "id = 0"));
    EXPECT_EQ(refusal_of([&] { static_cast<void>(KeyedMesh{file}); }),
              file.string() + ":1:1: no such key \"colour\"; known: cluster, timing, election, elections, security, " +
                  "local, node\n" + file.string() + ":11:6: node.id: must be from 1 to 65535, not 0\n");
}

TEST_F(KeyedMeshes, ThatCannotBeReadAreRefused) {
    EXPECT_EQ(refusal_of([&] { static_cast<void>(KeyedMesh{file}); }),
              file.string() + ": cannot be opened: No such file or directory\n");
}

TEST_F(KeyedMeshes, AreWrittenOnlyIfThatMakesADifference) {
    write(std::string{three_nodes});
    KeyedMesh mesh{file};
    EXPECT_FALSE(mesh.write({}));
    EXPECT_TRUE(mesh.write({.public_keys = {{"alpha", {key}}}}));
    EXPECT_FALSE(mesh.write({.public_keys = {{"alpha", {key}}}}));
    EXPECT_EQ(content_of(file), replaced(three_nodes, "vote = \"tcp://127.0.0.1:7102\"\n",
                                         "vote = \"tcp://127.0.0.1:7102\"\npublic_key = \"" + key + "\"\n"));
    EXPECT_EQ(mesh.find("alpha").public_keys.front(), key);
}

TEST_F(KeyedMeshes, AreNotWrittenIfTheResultHasMistakes) {
    write(std::string{three_nodes});
    KeyedMesh mesh{file};
    const std::string refusal = refusal_of([&] {
        mesh.write({.mode = node::SecurityMode::enforce, .public_keys = {{"alpha", {key}}, {"bravo", {key}}}});
    });
    EXPECT_NE(refusal.find("is already the node.public_key on line"), std::string::npos) << refusal;
    EXPECT_NE(refusal.find("node.public_key: missing: with mode = \"enforce\""), std::string::npos) << refusal;
    EXPECT_EQ(content_of(file), three_nodes);
}

}  // namespace
}  // namespace bellwether::cli
