#include "node/reload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <poll.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/mesh_file.hpp"
#include "tests/support/mesh_keys.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::node {
namespace {

using protocol::ControlReply;
using ::testing::HasSubstr;
using testing::Keys;
using testing::new_keys;

class AReload : public ::testing::Test {
protected:
    AReload() {
        give(keys[0]);
        write(file_with({keys[0].public_key}));
    }

    void write(const std::string& text) const { std::ofstream{file} << text; }
    void give(const Keys& pair) const { testing::write_secret(directory.path() / "keys", "alpha", pair); }

    // Encrypted; the keys of alpha are these.
    [[nodiscard]] std::string file_with(const std::vector<std::string>& listed_keys) const {
        std::string text{mesh_file::three_nodes};
        std::string list;
        for (const std::string& key : listed_keys) list += '"' + key + "\", ";
        text = mesh_file::replaced(text, "id = 1", "id = 1\npublic_key = [" + list + "]");
        text = mesh_file::replaced(text, "id = 2", "id = 2\npublic_key = \"" + keys[1].public_key + "\"");
        text = mesh_file::replaced(text, "id = 3", "id = 3\npublic_key = \"" + keys[2].public_key + "\"");
        return text + "[security]\nmode = \"enforce\"\n";
    }

    [[nodiscard]] Reload started() const {
        const Config config = mesh_file::good(load(file));
        return {config, *config.find("alpha"), config.security.mode == SecurityMode::off ? "" : keys[0].public_key};
    }

    // What became of the next reading.
    ControlReply outcome(Reload& reload) {
        EXPECT_TRUE(reload.ask(Asking{.caller = 7, .request = 8}));
        pollfd bell{.fd = reload.event_fd(), .events = POLLIN, .revents = 0};
        EXPECT_EQ(::poll(&bell, 1, 20'000), 1);
        std::optional<ControlReply> reply;
        reload.take(
            [&](const NewKeys& applied) {
                listed = applied.self.public_keys;
                own = applied.own == nullptr ? "" : applied.own->public_key;
            },
            [&](std::uint64_t caller, const ControlReply& answer) {
                EXPECT_EQ(caller, 7U);
                reply = answer;
            });
        return reply.value_or(ControlReply{});
    }

    testing::TemporaryDirectory directory;
    std::filesystem::path file = directory.path() / "mesh.toml";
    std::vector<Keys> keys{new_keys(), new_keys(), new_keys()};
    std::optional<std::vector<std::string>> listed;  // What was applied, of alpha.
    std::string own;                                 // Empty: has not changed.
};

TEST_F(AReload, OfAnUnchangedFileSaysSo) {
    Reload reload = started();
    const ControlReply reply = outcome(reload);
    EXPECT_TRUE(reply.done);
    EXPECT_EQ(reply.id, 8U);
    EXPECT_EQ(reply.text, "no key has changed");
    EXPECT_EQ(own, "");
}

TEST_F(AReload, DoesNotWaitForAPipe) {
    Reload reload = started();
    std::filesystem::remove(file);
    ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
    EXPECT_THAT(outcome(reload).text, HasSubstr("is no regular file"));
}

TEST_F(AReload, TakesTheKeysAndTheSecretOfTheFile) {
    Reload reload = started();
    const Keys newer = new_keys();
    write(file_with({newer.public_key, keys[0].public_key}));
    EXPECT_EQ(outcome(reload).text, "the public keys of alpha have changed");
    EXPECT_EQ(listed->front(), newer.public_key);
    EXPECT_EQ(own, "");
    give(newer);
    EXPECT_EQ(outcome(reload).text, "this node has another secret key");
    EXPECT_EQ(own, newer.public_key);
    write(file_with({newer.public_key}));
    EXPECT_EQ(outcome(reload).text, "the public keys of alpha have changed");
    EXPECT_EQ(listed->size(), 1U);
    EXPECT_EQ(own, "");
}

TEST_F(AReload, LeavesAllElseToARestartAndNamesIt) {
    Reload reload = started();
    write(mesh_file::replaced(file_with({keys[0].public_key}), "priority = 30", "priority = 29"));
    EXPECT_EQ(outcome(reload).text, "no key has changed\nwhat else differs takes a restart: node.priority of alpha");
}

TEST_F(AReload, OfAFileWithMistakesChangesNothingAndTellsThemAll) {
    Reload reload = started();
    write("colour = 1\n" + mesh_file::replaced(file_with({keys[0].public_key}), "id = 2", "id = 1"));
    const ControlReply reply = outcome(reload);
    EXPECT_FALSE(reply.done);
    EXPECT_EQ(reply.reason, "bad_config");
    EXPECT_THAT(reply.text, HasSubstr(file.string() + ":1:1: "));
    EXPECT_THAT(reply.text, HasSubstr("\n" + file.string() + ":"));
    std::filesystem::remove(file);
    EXPECT_THAT(outcome(reload).text, HasSubstr("cannot be opened"));
    EXPECT_FALSE(listed);
}

TEST_F(AReload, WithASecretThatIsNoneOfTheListedChangesNothing) {
    Reload reload = started();
    write(file_with({new_keys().public_key}));
    EXPECT_THAT(outcome(reload).text, HasSubstr("which is no public_key of alpha"));
    write(mesh_file::replaced(file_with({keys[0].public_key}), "\"alpha\"", "\"zulu\""));
    EXPECT_THAT(outcome(reload).text, HasSubstr("has no node alpha any more"));
    EXPECT_FALSE(listed);
}

// By its own mode it needs none of them; by the one that runs, they would be taken away.
TEST_F(AReload, OfAFileThatIsOffAndLacksAKeyDoesNotCutThatNodeOff) {
    Reload reload = started();
    const std::string text = mesh_file::replaced(file_with({keys[0].public_key}), "\"enforce\"", "\"off\"");
    write(mesh_file::replaced(text, "public_key = \"" + keys[1].public_key + "\"", ""));
    const ControlReply reply = outcome(reload);
    EXPECT_FALSE(reply.done);
    EXPECT_EQ(reply.text, file.string() +
                              ": bravo has no public_key, and this daemon runs with security.mode = \"enforce\": list "
                              "its key until all daemons have been restarted without");
    EXPECT_FALSE(listed);
    write(text);
    EXPECT_EQ(outcome(reload).text, "no key has changed\nwhat else differs takes a restart: security.mode");
}

TEST_F(AReload, OfANodeThatIsGoneTakesItsKeysAway) {
    Reload reload = started();
    const std::string text = file_with({keys[0].public_key});
    const std::size_t charlie = text.rfind("[[node]]");
    write(text.substr(0, charlie) + text.substr(text.find("[security]")));
    EXPECT_EQ(outcome(reload).text,
              "the public keys of charlie have changed\nwhat else differs takes a restart: node charlie is gone");
}

TEST_F(AReload, WithoutEncryptionHasNothingToChange) {
    write(std::string{mesh_file::three_nodes});
    Reload reload = started();
    const ControlReply reply = outcome(reload);
    EXPECT_TRUE(reply.done);
    EXPECT_EQ(reply.text, "security.mode is \"off\", so there are no keys to change");
    EXPECT_FALSE(listed);
}

TEST_F(AReload, ServesAllThatWaitAndNotMoreThanALimit) {
    Reload reload = started();
    int asked = 0;
    while (reload.ask(Asking{.caller = 7, .request = 8})) ASSERT_LT(++asked, 1000);
    int answered = 0;
    while (answered < asked) {
        pollfd bell{.fd = reload.event_fd(), .events = POLLIN, .revents = 0};
        ASSERT_EQ(::poll(&bell, 1, 20'000), 1);
        reload.take([](const NewKeys&) {}, [&](std::uint64_t, const ControlReply&) { ++answered; });
    }
    EXPECT_EQ(answered, asked);
}

}  // namespace
}  // namespace bellwether::node
