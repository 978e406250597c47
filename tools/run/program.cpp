#include "tools/run/program.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <system_error>

namespace bellwether::run {

namespace {

int status_of(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return exit_not_found;
    const bool executable = S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0;
    return executable ? 0 : exit_cannot_execute;
}

[[noreturn]] void become(const Program& program, std::uint64_t token) {
    for (const auto& [name, value] : program.environment) ::setenv(name.c_str(), value.c_str(), 1);
    ::setenv("BELLWETHER_TOKEN", std::to_string(token).c_str(), 1);
    std::vector<char*> words;
    words.reserve(program.words.size() + 1);
    for (const std::string& word : program.words) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execvp(words.front(), words.data());
    const int error = errno;
    std::fprintf(stderr, "bellwether: cannot execute %s: %s\n", words.front(), std::strerror(error));
    ::_exit(error == ENOENT ? exit_not_found : exit_cannot_execute);
}

[[noreturn]] void wait_and_become(const Program& program, int starter) {
    std::uint64_t token = 0;
    ssize_t size = 0;
    do {
        size = ::read(starter, &token, sizeof token);
    } while (size < 0 && errno == EINTR);
    // Nobody is there any more who could want it.
    if (size != sizeof token) ::_exit(exit_cannot_execute);
    become(program, token);
}

}  // namespace

int look_for(const std::string& command) {
    if (command.find('/') != std::string::npos) return status_of(command);
    const char* path = std::getenv("PATH");
    int best = exit_not_found;
    std::istringstream folders{path == nullptr ? "/usr/bin:/bin" : path};
    for (std::string folder; std::getline(folders, folder, ':');) {
        const int status = status_of((folder.empty() ? "." : folder) + '/' + command);
        if (status == 0) return 0;
        if (status == exit_cannot_execute) best = status;
    }
    return best;
}

WaitingProgram::WaitingProgram(const Program& program, const std::function<void()>& in_child) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    const node::Descriptor read_end{ends[0]};
    starter_ = node::Descriptor{ends[1]};
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ > 0) {
        // Both do it, so that it is done whoever comes first.
        ::setpgid(pid_, pid_);
        return;
    }
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(exit_cannot_execute);
    ::close(starter_.get());
    in_child();
    program.signals.restore();
    wait_and_become(program, read_end.get());
}

void WaitingProgram::go(std::uint64_t token) {
    // If the child is dead, its parent hears of it otherwise; SIGPIPE is blocked there.
    [[maybe_unused]] const auto written = ::write(starter_.get(), &token, sizeof token);
    starter_ = node::Descriptor{};
}

}  // namespace bellwether::run
