#include "tools/run/children.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "node/descriptor.hpp"
#include "protocol/time.hpp"
#include "tools/run/say.hpp"

namespace bellwether::run {

namespace {

using namespace std::chrono_literals;
using protocol::Duration;

// Between two looks for what has become our child; longer and longer while nothing dies.
constexpr Duration shortest_pause = 1ms;
constexpr Duration longest_pause = 100ms;

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

// How many they were.
std::size_t reap_the_dead(const std::function<void(pid_t, int)>& reaped, bool& none_left) {
    for (std::size_t count = 0;; ++count) {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, WNOHANG);
        none_left = pid < 0 && errno == ECHILD;
        if (pid <= 0) return count;
        reaped(pid, status);
    }
}

// Not where nobody reads: who waits here must not wait for that.
void say_that_it_lives(pid_t child) {
    pollfd item{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    if (::poll(&item, 1, 0) <= 0) return;
    say("process " + std::to_string(child) +
        " of the command cannot be killed, as it is another user's; waiting for its end");
}

// For so long, or until a child has ended.
void wait_for_a_death(Duration span) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    const timespec time{.tv_sec = 0, .tv_nsec = span.count()};
    ::sigtimedwait(&set, nullptr, &time);
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

// To look for children takes milliseconds where many processes run, so what is already dying is waited for first.
void kill_children(const std::function<void(pid_t, int)>& reaped) {
    bool has_said = false;
    bool none_left = false;
    (void)reap_the_dead(reaped, none_left);
    for (Duration pause = shortest_pause; !none_left; pause = std::min(2 * pause, longest_pause)) {
        wait_for_a_death(pause);
        if (reap_the_dead(reaped, none_left) > 0) pause = shortest_pause;
        if (none_left) return;
        // They are our children and not yet reaped, so their pids are theirs.
        for (const pid_t child : children_of(::getpid())) {
            const bool is_out_of_reach = ::kill(child, SIGKILL) != 0 && errno == EPERM;
            if (is_out_of_reach && !std::exchange(has_said, true)) say_that_it_lives(child);
        }
    }
}

}  // namespace bellwether::run
