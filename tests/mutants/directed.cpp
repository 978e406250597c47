// Processes without a shell: the environment says which bug, the exit status whether the test passed.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/mutants/mutants.hpp"

namespace bellwether::mutants {

namespace {

bool passes(const std::string& program, std::string filter, protocol::Bug planted) {
    std::string bug = "BELLWETHER_PLANTED_BUG=" + std::to_string(static_cast<unsigned>(planted));
    std::vector<char*> environment{bug.data()};
    for (char** entry = environ; *entry != nullptr; ++entry) {
        environment.push_back(*entry);
    }
    environment.push_back(nullptr);
    std::string name = program;
    char* arguments[] = {name.data(), filter.data(), nullptr};
    posix_spawn_file_actions_t quietly;
    posix_spawn_file_actions_init(&quietly);
    posix_spawn_file_actions_addopen(&quietly, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&quietly, STDOUT_FILENO, STDERR_FILENO);
    pid_t pid = 0;
    const int error = posix_spawn(&pid, program.c_str(), &quietly, nullptr, arguments, environment.data());
    posix_spawn_file_actions_destroy(&quietly);
    int status = 1;
    return error == 0 && ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

bool is_noticed_by(protocol::Bug bug, std::string_view program, std::string_view test) {
    const std::string path = std::filesystem::read_symlink("/proc/self/exe").parent_path() / program;
    const std::string filter = "--gtest_filter=" + std::string{test};
    return passes(path, filter, protocol::Bug::none) && !passes(path, filter, bug);
}

}  // namespace bellwether::mutants
