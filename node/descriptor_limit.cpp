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

}  // namespace

void limit_descriptors() {
    rlimit allowed{};
    if (::getrlimit(RLIMIT_NOFILE, &allowed) != 0) return;
    allowed.rlim_cur = std::max(allowed.rlim_cur, std::min(allowed.rlim_max, wanted_limit));
    if (::setrlimit(RLIMIT_NOFILE, &allowed) != 0) return;
    limit = std::min(allowed.rlim_cur, wanted_limit);
    grow_table(limit);
}

// The kernel gives the lowest that is free, so its number says how many there are.
bool leaves_room(int fd, bool local, std::size_t all) {
    const std::size_t room = local ? all / 2 : all - std::min(all, kept);
    return static_cast<std::size_t>(fd) < room;
}

}  // namespace bellwether::node

// In the place of the C library's, also for libzmq: whoever finds no room has not come.
extern "C" int accept4(int fd, sockaddr* addr, socklen_t* addr_len, int flags) noexcept(false) {
    using namespace bellwether::node;
    const auto accepted = static_cast<int>(::syscall(SYS_accept4, fd, addr, addr_len, flags));
    if (accepted < 0) return accepted;
    if (limit == 0 || leaves_room(accepted, is_local(fd), limit)) {
        watch_intake(accepted, fd);
        return accepted;
    }
    ::close(accepted);
    errno = ECONNABORTED;
    return -1;
}
