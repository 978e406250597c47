#include "node/service.hpp"

#include <malloc.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>

#include "node/descriptor_limit.hpp"

namespace bellwether::node {

namespace {

sigset_t awaited_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, signal);
    return set;
}

std::string_view variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view{} : value;
}

std::int64_t number_in(const char* name) {
    std::int64_t number = 0;
    const std::string_view text = variable(name);
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::optional<protocol::Duration> watchdog_of_environment() {
    const std::int64_t pid = number_in("WATCHDOG_PID");
    const std::chrono::microseconds interval{number_in("WATCHDOG_USEC")};
    if (interval.count() <= 0 || (pid != 0 && pid != ::getpid())) return std::nullopt;
    return interval / 2;
}

// libzmq counts the connections of a ROUTER from what rand() says, and nobody may know where it is (zmtp_greeting.hpp).
void seed_dice() {
    unsigned seed = 0;
    if (::getrandom(&seed, sizeof seed, 0) != static_cast<ssize_t>(sizeof seed)) {
        throw std::system_error{errno, std::generic_category(), "the kernel gives no random numbers"};
    }
    std::srand(seed);
}

}  // namespace

void prepare_process() {
    ::umask(0027);
    limit_descriptors();
    seed_dice();
    ::mallopt(M_ARENA_MAX, 1);
}

void close_memory() {
    const rlimit none{};
    ::setrlimit(RLIMIT_CORE, &none);
    ::prctl(PR_SET_DUMPABLE, 0);
}

Signals::Signals() {
    const sigset_t set = awaited_signals();
    std::signal(SIGPIPE, SIG_IGN);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    descriptor_ = Descriptor{::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)};
    if (!descriptor_) throw std::system_error(errno, std::generic_category(), "no signalfd");
}

Signals::~Signals() {
    const sigset_t set = awaited_signals();
    while (take()) {
        // One that came late must not end us by default, now that we end well.
    }
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

std::optional<int> Signals::take() const {
    signalfd_siginfo info{};
    if (::read(fd(), &info, sizeof info) != sizeof info) return std::nullopt;
    return static_cast<int>(info.ssi_signo);
}

Supervisor::Supervisor() : address_(variable("NOTIFY_SOCKET")), watchdog_interval_(watchdog_of_environment()) {
    if (address_.size() >= sizeof(sockaddr_un::sun_path)) address_.clear();
    if (address_.empty()) return;
    if (address_.front() == '@') address_.front() = '\0';  // A name without a file.
    socket_ = Descriptor{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
}

void Supervisor::tell(const std::string& words) const {
    if (!socket_) return;
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, address_.data(), address_.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
    ::sendto(socket_.get(), words.data(), words.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), size);
}

}  // namespace bellwether::node
