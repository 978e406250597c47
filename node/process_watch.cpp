#include "node/process_watch.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace bellwether::node {

namespace {

constexpr std::size_t max_watched = 16'384;
constexpr std::size_t dead_at_once = 16;

// Not <sys/pidfd.h>, which Debian 12 has for C alone.
int open_pidfd(std::uint32_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }
bool send(int pidfd, int signal) { return ::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) == 0; }

// A quarter of what we may open: libzmq aborts when it has no descriptor for the next connection.
std::size_t most_of_process() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    return std::min<std::size_t>(max_watched, limit.rlim_cur / 4);
}

}  // namespace

ProcessWatch::ProcessWatch() : epoll_{::epoll_create1(EPOLL_CLOEXEC)}, most_{most_of_process()} {
    if (!epoll_) throw std::system_error{errno, std::generic_category(), "no epoll for processes"};
}

std::optional<ProcessWatch::Key> ProcessWatch::watch(std::uint32_t pid) {
    if (watched_.size() >= most_) {
        errno = EMFILE;
        return std::nullopt;
    }
    Descriptor process{open_pidfd(pid)};
    if (!process) return std::nullopt;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = last_key_ + 1;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, process.get(), &event) != 0) return std::nullopt;
    watched_.emplace(++last_key_, std::move(process));
    return last_key_;
}

bool ProcessWatch::is_dead(Key key) const {
    const auto found = watched_.find(key);
    if (found == watched_.end()) return true;
    pollfd item{.fd = found->second.get(), .events = POLLIN, .revents = 0};
    return ::poll(&item, 1, 0) == 1;
}

bool ProcessWatch::may_kill(Key key) const {
    const auto found = watched_.find(key);
    return found != watched_.end() && send(found->second.get(), 0);
}

void ProcessWatch::kill(Key key) const {
    const auto found = watched_.find(key);
    if (found != watched_.end()) (void)send(found->second.get(), SIGKILL);
}

std::vector<ProcessWatch::Key> ProcessWatch::take_dead() {
    std::vector<Key> dead;
    std::array<epoll_event, dead_at_once> events{};
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
        const Key key = events.at(static_cast<std::size_t>(i)).data.u64;
        forget(key);
        dead.push_back(key);
    }
    return dead;
}

}  // namespace bellwether::node
