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

std::atomic<std::size_t> limit{0};  // 0: not known; then the kernel's choice is good.

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

// Another descriptor of what `fd` is, or -1 if none of the numbers is free. `next`: where to look first.
int duplicate_among(const Numbers& numbers, std::atomic<int>& next, int fd) {
    for (const int from : {std::max(numbers.begin, next.load()), numbers.begin}) {
        const int duplicate = ::fcntl(fd, F_DUPFD_CLOEXEC, from);
        if (duplicate >= 0 && duplicate < numbers.end) {
            next = duplicate + 1;
            return duplicate;
        }
        if (duplicate >= 0) ::close(duplicate);
    }
    return -1;
}

// Instead of the one that the kernel gave.
int renumber(int accepted, bool local) {
    static std::atomic<int> next_local{0};
    static std::atomic<int> next_of_other_hosts{0};
    const Descriptor given{accepted};
    return local ? duplicate_among(numbers_of_local_connections(limit), next_local, accepted)
                 : duplicate_among(numbers_of_other_hosts(limit), next_of_other_hosts, accepted);
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

Numbers numbers_of_local_connections(std::size_t all) {
    const int quarter = static_cast<int>(all / 4);
    return {.begin = quarter, .end = 3 * quarter};
}

Numbers numbers_of_other_hosts(std::size_t all) {
    return {.begin = numbers_of_local_connections(all).end, .end = static_cast<int>(all)};
}

}  // namespace bellwether::node

// In the place of the C library's, also for libzmq: whoever finds no room has not come.
extern "C" int accept4(int fd, sockaddr* addr, socklen_t* addr_len, int flags) noexcept(false) {
    using namespace bellwether::node;
    auto accepted = static_cast<int>(::syscall(SYS_accept4, fd, addr, addr_len, flags));
    if (accepted < 0) return accepted;
    if (limit != 0) accepted = renumber(accepted, is_local(fd));
    if (accepted < 0) {
        errno = ECONNABORTED;
        return -1;
    }
    watch_intake(accepted, fd);
    return accepted;
}
