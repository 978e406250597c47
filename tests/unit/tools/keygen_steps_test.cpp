#include "tools/cli/keygen_steps.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <variant>
#include <vector>

#include "node/config_secret.hpp"
#include "tests/support/locked_out.hpp"
#include "tests/support/mesh_file.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tools/cli/exit_status.hpp"
#include "tools/cli/new_secrets.hpp"

namespace bellwether::cli {
namespace {

using node::mesh_file::content_of;
using node::mesh_file::three_nodes;
using ::testing::HasSubstr;
using Keys = std::vector<std::string>;

class KeygenSteps : public ::testing::Test {
protected:
    void SetUp() override { std::ofstream{file} << three_nodes; }

    [[nodiscard]] KeyedMesh mesh() const { return KeyedMesh{file}; }
    [[nodiscard]] Keys keys_of(const std::string& name) const { return mesh().find(name).public_keys; }
    [[nodiscard]] std::filesystem::path secret(const std::string& name) const { return keys / (name + ".secret"); }

    KeygenReport make_missing() const {
        KeyedMesh all = mesh();
        return make_missing_keys(all, std::nullopt);
    }
    // What the step is refused with, and that it changed neither the file nor a secret.
    template <class Step>
    std::string refusal_of(Step step) const {
        const std::string before = state();
        try {
            KeyedMesh all = mesh();
            static_cast<void>(step(all));
        } catch (const Failure& failure) {
            EXPECT_EQ(state(), before);
            return failure.what();
        }
        ADD_FAILURE() << "was not refused";
        return "";
    }
    [[nodiscard]] std::string state() const {
        std::string all = content_of(file);
        std::vector<std::filesystem::path> files;
        if (std::filesystem::exists(keys)) {
            for (const auto& entry : std::filesystem::directory_iterator{keys}) files.push_back(entry.path());
        }
        std::sort(files.begin(), files.end());
        for (const auto& each : files) all += each.string() + "\n" + content_of(each);
        return all;
    }

    const testing::TemporaryDirectory directory;
    const std::filesystem::path file = directory.path() / "mesh.toml";
    const std::filesystem::path keys = directory.path() / "keys";
};

TEST_F(KeygenSteps, GiveEachNodeAPairThatTheDaemonTakes) {
    EXPECT_TRUE(make_missing().is_changed);
    const node::Config config = node::mesh_file::good(node::load(file));
    EXPECT_EQ(config.security.mode, node::SecurityMode::enforce);
    for (const node::NodeConfig& node : config.nodes) {
        const auto pair = node::read_key_pair_of(config, node, ::geteuid());
        EXPECT_TRUE(std::holds_alternative<node::KeyPair>(pair)) << std::get<std::string>(pair);
    }
    struct stat status {};
    ASSERT_EQ(::stat(keys.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0700U);
}

TEST_F(KeygenSteps, LeaveANodeAloneWhoseSecretIsElsewhere) {
    static_cast<void>(make_missing());
    std::filesystem::remove(secret("bravo"));
    const std::string before = content_of(file);
    const KeygenReport report = make_missing();
    EXPECT_FALSE(report.is_changed);
    EXPECT_EQ(report.nodes.at(1).what, "has a key; there is no " + secret("bravo").string() + ", so it is left alone");
    EXPECT_EQ(content_of(file), before);
    EXPECT_FALSE(std::filesystem::exists(secret("bravo")));
}

// Where it was interrupted between the secrets and the configuration.
TEST_F(KeygenSteps, WriteThePublicKeyOfASecretThatIsThere) {
    std::filesystem::create_directory(keys);
    const std::string public_key = create_secret(secret("bravo"));
    EXPECT_TRUE(make_missing().nodes.at(1).is_changed);
    EXPECT_EQ(keys_of("bravo"), Keys{public_key});
}

TEST_F(KeygenSteps, RefuseASecretThatIsNotThatOfTheFile) {
    static_cast<void>(make_missing());
    std::filesystem::remove(secret("bravo"));
    static_cast<void>(create_secret(secret("bravo")));
    const std::string refusal = refusal_of([](KeyedMesh& mesh) { return make_missing_keys(mesh, std::nullopt); });
    EXPECT_EQ(refusal.find(secret("bravo").string() + ": its public key is \""), 0U) << refusal;
    EXPECT_NE(refusal.find("which is no public_key of bravo"), std::string::npos) << refusal;
}

TEST_F(KeygenSteps, LeaveNothingHalfDoneIfOneSecretCannotBeMade) {
    std::filesystem::create_directory(keys);
    // A name that is taken by something that is no secret.
    std::filesystem::create_directory(secret("charlie"));
    const std::string refusal = [&] {
        try {
            static_cast<void>(make_missing());
        } catch (const Failure& failure) {
            return std::string{failure.what()};
        }
        return std::string{"was not refused"};
    }();
    EXPECT_EQ(refusal.find(secret("charlie").string() + ": "), 0U) << refusal;
    EXPECT_EQ(content_of(file), three_nodes);
    EXPECT_FALSE(std::filesystem::exists(secret("alpha")));
    EXPECT_FALSE(std::filesystem::exists(secret("bravo")));
}

TEST_F(KeygenSteps, RotateAKeyInThreeStepsEachOfWhichMayBeTakenTwice) {
    static_cast<void>(make_missing());
    const std::string old = keys_of("alpha").front();
    const std::string untouched = keys_of("bravo").front();
    KeyedMesh all = mesh();

    EXPECT_TRUE(add_new_keys(all, {"alpha"}).is_changed);
    const Keys both = keys_of("alpha");
    ASSERT_EQ(both.size(), 2U);
    EXPECT_EQ(both.front(), old);
    EXPECT_FALSE(add_new_keys(all, {"alpha"}).is_changed);
    EXPECT_EQ(keys_of("alpha"), both);

    EXPECT_TRUE(use_new_keys(all, {"alpha"}).is_changed);
    const auto pair = node::read_key_pair(secret("alpha"), ::geteuid());
    EXPECT_EQ(std::get<node::KeyPair>(pair).public_key, both.back());
    EXPECT_FALSE(std::filesystem::exists(secret("alpha").string() + ".next"));
    EXPECT_FALSE(use_new_keys(all, {"alpha"}).is_changed);
    // From the beginning again, as a script does that was interrupted.
    EXPECT_FALSE(add_new_keys(all, {"alpha"}).is_changed);

    EXPECT_EQ(drop_old_keys(all, {"alpha"}).nodes.front().what, "only its newest key is left, " + both.back());
    EXPECT_EQ(keys_of("alpha"), Keys{both.back()});
    EXPECT_FALSE(drop_old_keys(all, {"alpha"}).is_changed);
    EXPECT_EQ(keys_of("bravo"), Keys{untouched});
}

// Only root can give a file away, and then it is the one who must.
TEST_F(KeygenSteps, GiveTheNewSecretToTheOwnerOfTheOldOne) {
    static_cast<void>(make_missing());
    KeyedMesh all = mesh();
    static_cast<void>(add_new_keys(all, {"alpha"}));
    const uid_t owner = ::geteuid() == 0 ? 65534 : ::geteuid();
    const gid_t group = ::geteuid() == 0 ? 65533 : ::getegid();
    ASSERT_EQ(::chown(secret("alpha").c_str(), owner, group), 0);
    EXPECT_TRUE(use_new_keys(all, {"alpha"}).is_changed);
    struct stat status {};
    ASSERT_EQ(::stat(secret("alpha").c_str(), &status), 0);
    EXPECT_EQ(status.st_uid, owner);
    EXPECT_EQ(status.st_gid, group);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(KeygenSteps, ReplaceNoSecretOfAnotherUserWithOneThatThisUserCannotRead) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to have secrets of two users";
    static_cast<void>(make_missing());
    KeyedMesh all = mesh();
    static_cast<void>(add_new_keys(all, {"alpha", "bravo"}));
    for (const std::string& its : {keys.string(), secret("alpha").string(), secret("alpha").string() + ".next",
                                   secret("bravo").string() + ".next"}) {
        ASSERT_EQ(::chown(its.c_str(), 65534, 65534), 0);
    }
    const std::string before = state();
    const testing::LockedOut somebody_else{directory.path(), directory.path() / "nothing"};
    try {
        static_cast<void>(use_new_keys(all, {"alpha", "bravo"}));
        ADD_FAILURE() << "was not refused";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.what(), secret("bravo").string() +
                                      ".next: cannot be given to the user 0, whose the old one is: Operation not "
                                      "permitted: be root");
    }
    ASSERT_EQ(::seteuid(0), 0);
    EXPECT_EQ(state(), before);
    ASSERT_EQ(::seteuid(65534), 0);
}

TEST_F(KeygenSteps, RotateTheKeysOfSeveralNodesAtOnce) {
    static_cast<void>(make_missing());
    KeyedMesh all = mesh();
    EXPECT_EQ(add_new_keys(all, {"alpha", "charlie"}).nodes.size(), 2U);
    EXPECT_EQ(keys_of("alpha").size(), 2U);
    EXPECT_EQ(keys_of("bravo").size(), 1U);
    EXPECT_EQ(keys_of("charlie").size(), 2U);
    static_cast<void>(use_new_keys(all, {"alpha", "charlie"}));
    static_cast<void>(drop_old_keys(all, {"alpha", "charlie"}));
    EXPECT_EQ(keys_of("charlie").size(), 1U);
}

// An old secret does not come back.
TEST_F(KeygenSteps, ReplaceNoSecretIfThatOfOneOfThemIsMissing) {
    static_cast<void>(make_missing());
    KeyedMesh all = mesh();
    static_cast<void>(add_new_keys(all, {"alpha", "bravo"}));
    std::filesystem::remove(secret("bravo").string() + ".next");
    const auto use = [](KeyedMesh& mesh) { return use_new_keys(mesh, {"alpha", "bravo"}); };
    EXPECT_THAT(refusal_of(use), HasSubstr("there is no " + secret("bravo").string() + ".next: "));
    // Nor does a name that is given twice fail the second time.
    EXPECT_EQ(use_new_keys(all, {"alpha", "alpha"}).nodes.at(1).what, "uses its newest key");
}

TEST_F(KeygenSteps, OfARotationAreRefusedOutOfTheirOrder) {
    const auto add = [](KeyedMesh& mesh) { return add_new_keys(mesh, {"alpha"}); };
    const auto use = [](KeyedMesh& mesh) { return use_new_keys(mesh, {"alpha"}); };
    const auto drop = [](KeyedMesh& mesh) { return drop_old_keys(mesh, {"alpha"}); };
    std::filesystem::create_directory(keys);
    EXPECT_EQ(refusal_of(add),
              "alpha has no key yet: `bellwether keygen --mesh " + file.string() + "` makes its first one");
    EXPECT_EQ(refusal_of(use),
              "alpha has no key yet: `bellwether keygen --mesh " + file.string() + "` makes its first one");
    static_cast<void>(make_missing());
    KeyedMesh all = mesh();
    static_cast<void>(add(all));
    EXPECT_EQ(refusal_of(drop), "alpha does not use its newest key yet, by what is in " + keys.string() +
                                    ": --use-new-key alpha is the step before this one");
    std::filesystem::remove(secret("alpha").string() + ".next");
    EXPECT_EQ(refusal_of(use), "there is no " + secret("alpha").string() +
                                   ".next: this step is taken where the secret of alpha is, after --new-key; if that "
                                   "file is lost, take the last public_key of alpha out of " +
                                   file.string() + " and begin again with --new-key");
}

// A crash between the two writes: the secret is on the disk, the file does not list it yet.
TEST_F(KeygenSteps, ListTheNewKeyWhoseSecretWaitsAlready) {
    static_cast<void>(make_missing());
    const std::string before = content_of(file);
    KeyedMesh first = mesh();
    static_cast<void>(add_new_keys(first, {"alpha"}));
    const Keys both = keys_of("alpha");
    std::ofstream{file} << before;
    KeyedMesh again = mesh();
    EXPECT_TRUE(add_new_keys(again, {"alpha"}).is_changed);
    EXPECT_EQ(keys_of("alpha"), both);
}

TEST_F(KeygenSteps, BeginAgainAfterTheNewSecretWasLost) {
    static_cast<void>(make_missing());
    const std::string before = content_of(file);
    const std::string old = keys_of("alpha").front();
    KeyedMesh all = mesh();
    static_cast<void>(add_new_keys(all, {"alpha"}));
    const std::string lost = keys_of("alpha").back();
    std::filesystem::remove(secret("alpha").string() + ".next");
    // Nothing has changed for the node: its secret belongs to a key that is listed.
    const auto pair = node::read_key_pair(secret("alpha"), ::geteuid());
    EXPECT_EQ(std::get<node::KeyPair>(pair).public_key, old);
    EXPECT_FALSE(add_new_keys(all, {"alpha"}).is_changed) << "it cannot know that the secret is nowhere";
    EXPECT_THAT(refusal_of([](KeyedMesh& mesh) { return use_new_keys(mesh, {"alpha"}); }), HasSubstr("is lost"));
    EXPECT_NE(refusal_of([](KeyedMesh& mesh) { return drop_old_keys(mesh, {"alpha"}); }), "");
    // As the sentence says.
    std::ofstream{file} << before;
    KeyedMesh again = mesh();
    EXPECT_TRUE(add_new_keys(again, {"alpha"}).is_changed);
    EXPECT_NE(keys_of("alpha").back(), lost);
    EXPECT_TRUE(use_new_keys(again, {"alpha"}).is_changed);
    EXPECT_TRUE(drop_old_keys(again, {"alpha"}).is_changed);
}

TEST_F(KeygenSteps, DropTheOldKeyWhereTheSecretsAreNot) {
    static_cast<void>(make_missing());
    KeyedMesh all = mesh();
    static_cast<void>(add_new_keys(all, {"alpha"}));
    std::filesystem::remove_all(keys);
    const std::string newest = keys_of("alpha").back();
    EXPECT_EQ(drop_old_keys(all, {"alpha"}).nodes.front().what,
              "only its newest key is left, " + newest +
                  "; no secret of alpha is here to look at: its host must use the new key already");
    EXPECT_EQ(keys_of("alpha"), Keys{newest});
}

TEST_F(KeygenSteps, SayWhoMayTakeThemIfTheSecretsAreBehindAClosedDoor) {
    static_cast<void>(make_missing());
    const testing::LockedOut locked{directory.path(), keys};
    try {
        static_cast<void>(make_missing());
        ADD_FAILURE() << "was not refused";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.status, exit_no);
        EXPECT_EQ(failure.what(),
                  secret("alpha").string() +
                      ": cannot be looked for: Permission denied: be the user to whom the secrets belong, or root");
    }
}

TEST_F(KeygenSteps, NameANodeThatIsNone) {
    EXPECT_EQ(refusal_of([](KeyedMesh& mesh) { return add_new_keys(mesh, {"alpha", "zulu"}); }).substr(0, 5), "alpha");
    static_cast<void>(make_missing());
    EXPECT_EQ(refusal_of([](KeyedMesh& mesh) {
                  return add_new_keys(mesh, {"alpha", "zulu"});
              }),
              file.string() + " has no node \"zulu\"");
}

}  // namespace
}  // namespace bellwether::cli
