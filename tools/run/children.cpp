#include "tools/run/children.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "node/descriptor.hpp"

namespace bellwether::run {

namespace {

constexpr timespec look_interval{.tv_sec = 0, .tv_nsec = 1'000'000};

pid_t number_in(std::string_view text) {
    pid_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} ? number : 0;
}

// "1234 (a name) with) S 1 ...": the parent is the second word after the last parenthesis. 0 if it is gone.
pid_t parent_of(int proc, const char* pid) {
    const std::string path = std::string{pid} + "/stat";
    const node::Descriptor file{::openat(proc, path.c_str(), O_RDONLY | O_CLOEXEC)};
    std::array<char, 512> buffer{};
    const auto size = file ? ::read(file.get(), buffer.data(), buffer.size()) : -1;
    if (size <= 0) return 0;
    const std::string_view text{buffer.data(), static_cast<std::size_t>(size)};
    const auto end_of_name = text.rfind(')');
    if (end_of_name == std::string_view::npos || end_of_name + 4 >= text.size()) return 0;
    return number_in(text.substr(end_of_name + 4));
}

void reap_the_dead(const std::function<void(pid_t, int)>& reaped, bool& none_left) {
    for (;;) {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, WNOHANG);
        none_left = pid < 0 && errno == ECHILD;
        if (pid <= 0) return;
        reaped(pid, status);
    }
}

}  // namespace

void adopt_orphans() {
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
        throw std::system_error(errno, std::generic_category(), "cannot adopt the orphans of the command");
    }
}

std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> children;
    const std::unique_ptr<DIR, int (*)(DIR*)> proc{::opendir("/proc"), ::closedir};
    if (!proc) return children;
    while (const dirent* entry = ::readdir(proc.get())) {
        const pid_t pid = number_in(entry->d_name);
        if (pid > 0 && parent_of(::dirfd(proc.get()), entry->d_name) == parent) children.push_back(pid);
    }
    return children;
}

void kill_children(const std::function<void(pid_t, int)>& reaped) {
    for (;;) {
        bool none_left = false;
        reap_the_dead(reaped, none_left);
        if (none_left) return;
        // They are our children and not yet reaped, so their pids are theirs.
        for (const pid_t child : children_of(::getpid())) ::kill(child, SIGKILL);
        ::nanosleep(&look_interval, nullptr);
    }
}

}  // namespace bellwether::run
