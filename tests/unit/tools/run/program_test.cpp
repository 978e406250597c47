#include "tools/run/program.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/temporary_directory.hpp"

namespace bellwether::run {
namespace {

TEST(LookingForACommand, SaysWhatAShellWould) {
    const bellwether::testing::TemporaryDirectory directory;
    const std::filesystem::path plain = directory.path() / "plain";
    std::ofstream{plain} << "text";
    EXPECT_EQ(look_for("/bin/sh"), 0);
    EXPECT_EQ(look_for("sh"), 0);
    EXPECT_EQ(look_for(plain), exit_cannot_execute);
    EXPECT_EQ(look_for(directory.path()), exit_cannot_execute);
    EXPECT_EQ(look_for(directory.path() / "absent"), exit_not_found);
    EXPECT_EQ(look_for("no-such-command-anywhere"), exit_not_found);
}

int status_of(pid_t pid) {
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    return status;
}

Program script(const std::string& text) { return {.words = {"/bin/sh", "-c", text}, .environment = {{"WORD", "yes"}}}; }

TEST(AProgramInRealTime, WaitsInAGroupOfItsOwnAndRunsWithItsToken) {
    const Program wanted = script("test $BELLWETHER_TOKEN-$WORD = 1001-yes");
    WaitingProgram program{wanted, [] {}};
    EXPECT_EQ(::getpgid(program.pid()), program.pid());
    EXPECT_EQ(::waitpid(program.pid(), nullptr, WNOHANG), 0);
    program.go(1001);
    const int status = status_of(program.pid());
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(AProgramInRealTime, ThatIsToldNothingNeverRuns) {
    pid_t pid = 0;
    {
        const Program wanted = script("exit 0");
        const WaitingProgram program{wanted, [] {}};
        pid = program.pid();
    }
    EXPECT_EQ(WEXITSTATUS(status_of(pid)), exit_cannot_execute);
}

TEST(AProgramInRealTime, ThatCannotBeExecutedEndsAsInAShell) {
    const Program wanted{.words = {"/no/such/program"}, .environment = {}};
    WaitingProgram program{wanted, [] {}};
    program.go(1);
    EXPECT_EQ(WEXITSTATUS(status_of(program.pid())), exit_not_found);
}

}  // namespace
}  // namespace bellwether::run
