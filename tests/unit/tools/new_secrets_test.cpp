#include "tools/cli/new_secrets.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <variant>

#include "node/config_secret.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tools/cli/exit_status.hpp"

namespace bellwether::cli {
namespace {

TEST(NewSecret, IsOneThatTheDaemonTakes) {
    const testing::TemporaryDirectory directory;
    const std::filesystem::path file = directory.path() / std::string{"alpha.secret"};
    const std::string public_key = create_secret(file);
    const auto pair = node::read_key_pair(file, ::geteuid());
    ASSERT_TRUE(std::holds_alternative<node::KeyPair>(pair)) << std::get<std::string>(pair);
    EXPECT_EQ(std::get<node::KeyPair>(pair).public_key, public_key);
    EXPECT_EQ(std::filesystem::file_size(file), 41U);
}

TEST(NewSecret, IsANewOneEachTimeAndNeverInThePlaceOfAnother) {
    const testing::TemporaryDirectory directory;
    const std::filesystem::path file = directory.path() / std::string{"alpha.secret"};
    const std::string first = create_secret(file);
    EXPECT_THROW(static_cast<void>(create_secret(file)), Failure);
    std::filesystem::remove(file);
    EXPECT_NE(create_secret(file), first);
}

TEST(NewSecrets, AreGoneIfWhatTheyAreForFails) {
    const testing::TemporaryDirectory directory;
    const std::filesystem::path file = directory.path() / std::string{"alpha.secret"};
    {
        NewSecrets secrets;
        EXPECT_EQ(secrets.create(file).size(), 40U);
        EXPECT_TRUE(std::filesystem::exists(file));
    }
    EXPECT_FALSE(std::filesystem::exists(file));
    {
        NewSecrets secrets;
        EXPECT_EQ(secrets.create(file).size(), 40U);
        secrets.keep();
    }
    EXPECT_TRUE(std::filesystem::exists(file));
}

TEST(NewSecrets, LeaveAloneWhatWasThereBefore) {
    const testing::TemporaryDirectory directory;
    const std::filesystem::path file = directory.path() / std::string{"alpha.secret"};
    const std::string mine = create_secret(file);
    {
        NewSecrets secrets;
        EXPECT_THROW(static_cast<void>(secrets.create(file)), Failure);
    }
    EXPECT_TRUE(std::filesystem::exists(file));
}

TEST(ExpectedOwner, IsWhoAsksAndForRootWhoeverOwnsTheFile) {
    const testing::TemporaryDirectory directory;
    const std::filesystem::path file = directory.path() / std::string{"alpha.secret"};
    EXPECT_EQ(expected_owner(file), ::geteuid());
    static_cast<void>(create_secret(file));
    const uid_t other = ::geteuid() == 0 ? 65534 : ::geteuid();
    ASSERT_EQ(::chown(file.c_str(), other, static_cast<gid_t>(-1)), 0);
    EXPECT_EQ(expected_owner(file), other);
}

}  // namespace
}  // namespace bellwether::cli
