#include "node/config_secret.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <variant>

#include "tests/support/locked_out.hpp"
#include "tests/support/mesh_keys.hpp"
#include "tests/support/temporary_directory.hpp"

namespace bellwether::node {
namespace {

using ::testing::HasSubstr;
using testing::Keys;
using testing::new_keys;
using testing::TemporaryDirectory;

class ASecretFile : public ::testing::Test {
protected:
    void write(const std::string& content, mode_t mode = 0600) const {
        std::ofstream{file} << content;
        ASSERT_EQ(::chmod(file.c_str(), mode), 0);
    }

    // Why it is refused; empty if it is not.
    [[nodiscard]] std::string refusal(uid_t owner = ::geteuid()) const {
        const auto pair = read_key_pair(file, owner);
        const auto* why = std::get_if<std::string>(&pair);
        if (why == nullptr) return "";
        EXPECT_THAT(*why, HasSubstr(file.string() + ": "));
        return *why;
    }

    TemporaryDirectory directory;
    std::filesystem::path file = directory.path() / "alpha.secret";
    Keys keys = new_keys();
};

TEST_F(ASecretFile, GivesTheSecretAndThePublicKeyThatBelongsToIt) {
    for (const char* end : {"\n", ""}) {
        write(keys.secret + end);
        const auto pair = read_key_pair(file, ::geteuid());
        ASSERT_TRUE(std::holds_alternative<KeyPair>(pair));
        EXPECT_EQ(std::get<KeyPair>(pair).secret.z85(), keys.secret);
        EXPECT_EQ(std::get<KeyPair>(pair).public_key, keys.public_key);
    }
}

TEST_F(ASecretFile, IsRefusedIfOthersMayReadOrWriteIt) {
    for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0610U}) {
        write(keys.secret + "\n", mode);
        EXPECT_THAT(refusal(), HasSubstr("may be read or written by others")) << mode;
    }
    write(keys.secret + "\n", 0644);
    EXPECT_THAT(refusal(), HasSubstr("its mode is 0644: it must be 0600"));
    write(keys.secret + "\n", 0400);
    EXPECT_EQ(refusal(), "");
}

TEST_F(ASecretFile, IsRefusedIfItBelongsToSomebodyElse) {
    write(keys.secret + "\n");
    EXPECT_THAT(refusal(::geteuid() + 1), HasSubstr("it must belong to the one who runs the node"));
}

TEST_F(ASecretFile, ThatThisUserMayNotReadIsRefusedWithWhoseItIs) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to have a file of another user";
    write(keys.secret + "\n");
    const testing::LockedOut nobody{directory.path(), directory.path() / "nothing"};
    EXPECT_EQ(refusal(), file.string() +
                             ": belongs to the user 0: it must belong to the one who runs the node, which is 65534; "
                             "only its owner and root may look at it");
}

TEST_F(ASecretFile, BehindAClosedDoorIsRefusedWithWhoMustBeLetIn) {
    const std::filesystem::path closed = directory.path() / "keys";
    std::filesystem::create_directory(closed);
    file = closed / "alpha.secret";
    write(keys.secret + "\n");
    const testing::LockedOut locked{directory.path(), closed};
    EXPECT_THAT(refusal(), HasSubstr("cannot be opened: Permission denied: the user " + std::to_string(::geteuid()) +
                                     " must own it, and be let into its directory"));
}

TEST_F(ASecretFile, IsRefusedIfItHoldsNoKey) {
    for (const std::string& content :
         {std::string{}, std::string{"\n"}, keys.secret.substr(1) + "\n", keys.secret + "x", keys.secret + "\n\n",
          keys.secret.substr(1) + "\"\n", std::string(40, '#') + "\n", std::string(100'000, 'a')}) {
        write(content);
        EXPECT_THAT(refusal(), HasSubstr("holds no secret key")) << content.size();
        EXPECT_THAT(refusal(), Not(HasSubstr(keys.secret.substr(1, 20))));
    }
}

TEST_F(ASecretFile, IsRefusedIfItIsMissingOrNoFile) {
    EXPECT_THAT(refusal(), HasSubstr("cannot be opened: No such file or directory: copy it from where the keys were "
                                     "made, or give the node a new key"));
    ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
    EXPECT_THAT(refusal(), HasSubstr("is no file"));
    file = directory.path();
    EXPECT_THAT(refusal(), HasSubstr("is no file"));
}

TEST_F(ASecretFile, MustBelongToOneOfThePublicKeysOfTheNode) {
    Config config;
    config.file = "mesh.toml";
    config.security.secret_key_dir = directory.path();
    NodeConfig self;
    self.name = "alpha";
    EXPECT_EQ(secret_file(config, self), file);
    write(keys.secret + "\n");
    self.public_keys = {new_keys().public_key, new_keys().public_key};
    const auto other = read_key_pair_of(config, self, ::geteuid());
    ASSERT_TRUE(std::holds_alternative<std::string>(other));
    EXPECT_EQ(std::get<std::string>(other), file.string() + ": its public key is " + quote(keys.public_key) +
                                                ", which is no public_key of alpha in mesh.toml: add it there, or put "
                                                "the secret of one that is there into the file");
    self.public_keys.push_back(keys.public_key);
    EXPECT_TRUE(std::holds_alternative<KeyPair>(read_key_pair_of(config, self, ::geteuid())));
}

TEST(ASecretKey, IsWipedWhenItIsMovedFrom) {
    const Keys keys = new_keys();
    SecretKey first{std::span<const char, key_characters>{keys.secret.data(), key_characters}};
    const SecretKey second = std::move(first);
    EXPECT_EQ(second.z85(), keys.secret);
    EXPECT_STREQ(first.z85(), "");  // NOLINT(bugprone-use-after-move): what is left in memory is the question.
}

TEST(ASecretKey, IsWipedWhenItGoes) {
    const Keys keys = new_keys();
    alignas(SecretKey) std::array<unsigned char, sizeof(SecretKey)> memory{};
    auto* key =
        new (memory.data()) SecretKey{std::span<const char, key_characters>{keys.secret.data(), key_characters}};
    ASSERT_EQ(std::memcmp(memory.data(), keys.secret.data(), key_characters), 0);
    std::destroy_at(key);
    EXPECT_EQ(std::count(memory.begin(), memory.end(), 0), static_cast<std::ptrdiff_t>(memory.size()));
}

}  // namespace
}  // namespace bellwether::node
