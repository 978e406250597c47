#include "client/access.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/fake_daemon.hpp"

namespace bellwether::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Access : public ::testing::Test {
protected:
    std::string why_at_mode(mode_t mode) {
        EXPECT_EQ(::chmod(directory_.path().c_str(), mode), 0);
        return why_forbidden(directory_.path() / "alpha" / "control.sock");
    }

    TemporaryDirectory directory_;
};

TEST_F(Access, NamesTheClosedDirectoryWhomItIsOpenToAndWhatWouldBeRight) {
    EXPECT_THAT(why_at_mode(0750),
                AllOf(HasSubstr("Permission denied: " + directory_.path().string() + " is open to its owner " +
                                ::getpwuid(::geteuid())->pw_name + " and the group "),
                      HasSubstr("run this as one of them"), HasSubstr("group in [local]")));
}

TEST_F(Access, SaysNothingOfAGroupThatMayNotEnterEither) {
    EXPECT_THAT(why_at_mode(0700), Not(HasSubstr("and the group")));
}

}  // namespace
}  // namespace bellwether::client
