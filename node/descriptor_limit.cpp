#include "node/descriptor_limit.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

#include "node/descriptor.hpp"
#include "node/intake.hpp"

namespace bellwether::node {

namespace {

// Enough for a mesh of a thousand nodes and thousands of local processes; far below what makes a table of them big.
constexpr rlim_t wanted_limit = max_descriptors;
constexpr std::size_t kept = 64;
// Of numbers that connections are given in turn. Each that was ever used costs some memory.
constexpr std::size_t longest_circle = 16'384;

std::atomic<std::size_t> limit{0};  // 0: not known, so nobody is turned away.

bool is_local(int listener) {
    int domain = 0;
    socklen_t size = sizeof(domain);
    return ::getsockopt(listener, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

// The kernel doubles the table when it is full, and waits meanwhile for all processors if other threads share it: up to
// ten milliseconds, of whichever thread opens the next one. It never shrinks.
void grow_table(rlim_t descriptors) {
    const Descriptor any{::eventfd(0, EFD_CLOEXEC)};
    const Descriptor last{::fcntl(any.get(), F_DUPFD_CLOEXEC, static_cast<int>(descriptors) - 1)};
}

// Another descriptor for the connection: the next in a circle that leaves the lowest numbers to what we open ourselves.
// The same one if none of the circle is free.
int renumber(int accepted) {
    static std::atomic<int> next{0};
    const auto begin = static_cast<int>(limit / 4);
    const auto end = static_cast<int>(std::min(limit - std::min(limit.load(), kept), limit / 4 + longest_circle));
    for (const int from : {std::max(begin, next.load()), begin}) {
        Descriptor found{::fcntl(accepted, F_DUPFD_CLOEXEC, from)};
        if (!found || found.get() >= end) continue;
        next = found.get() + 1;
        ::close(accepted);
        return found.release();
    }
    return accepted;
}

}  // namespace

void limit_descriptors() {
    rlimit allowed{};
    if (::getrlimit(RLIMIT_NOFILE, &allowed) != 0) return;
    allowed.rlim_cur = std::max(allowed.rlim_cur, std::min(allowed.rlim_max, wanted_limit));
    if (::setrlimit(RLIMIT_NOFILE, &allowed) != 0) return;
    limit = std::min(allowed.rlim_cur, wanted_limit);
    grow_table(limit);
}

bool leaves_room(std::size_t open, bool local, std::size_t all) {
    return open < (local ? all / 2 : all - std::min(all, kept));
}

}  // namespace bellwether::node

// In the place of the C library's, also for libzmq: whoever finds no room has not come.
extern "C" int accept4(int fd, sockaddr* addr, socklen_t* addr_len, int flags) noexcept(false) {
    using namespace bellwether::node;
    const auto accepted = static_cast<int>(::syscall(SYS_accept4, fd, addr, addr_len, flags));
    if (accepted < 0) return accepted;
    // The kernel gives the lowest that is free: all below it are open, and hardly any beyond it but connections.
    const std::size_t open = static_cast<std::size_t>(accepted) + watched_from(accepted);
    if (limit != 0 && !leaves_room(open, is_local(fd), limit)) {
        ::close(accepted);
        errno = ECONNABORTED;
        return -1;
    }
    const int connection = limit == 0 ? accepted : renumber(accepted);
    watch_intake(connection, fd);
    return connection;
}
