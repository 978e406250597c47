#include "tools/run/guardian.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include "client/clock.hpp"
#include "tools/run/children.hpp"
#include "tools/run/guardian_process.hpp"

namespace bellwether::run {

Guardian::Guardian(const Program& program) {
    std::array<int, 2> ends{};
    // Packets, as an order and a report are read whole or not at all.
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw std::system_error(errno, std::generic_category(), "socketpair");
    }
    channel_ = node::Descriptor{ends[0]};
    node::Descriptor its_end{ends[1]};
    adopt_orphans();
    // One that is left over, as its owners were killed together, must not be in the way of a later process of this pid.
    const std::string name = std::to_string(::getpid()) + '-' + std::to_string(protocol::ns_of(client::now()));
    cgroup_ = Cgroup::make("bellwether-run-" + name);
    means_ = cgroup_ ? "cgroup " + cgroup_->path().string() : "process group, and adoption of those who leave it";
    pid_ = ::fork();
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ == 0) {
        channel_ = node::Descriptor{};
        GuardianProcess{std::move(its_end), program, std::move(cgroup_)}.run();
    }
}

Guardian::~Guardian() {
    channel_ = node::Descriptor{};
    if (!dead_) ::kill(pid_, SIGCONT);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void Guardian::order(Order::Kind kind, std::int64_t value) {
    const Order order{.kind = kind, .value = value};
    // Full, the guardian has stood still for long, and its last deadline is near enough.
    if (::send(channel_.get(), &order, sizeof order, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN) dead_ = true;
}

std::optional<Report> Guardian::next_report() {
    Report report;
    const auto size = ::recv(channel_.get(), &report, sizeof report, MSG_DONTWAIT);
    if (size == sizeof report) return report;
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) dead_ = true;
    return std::nullopt;
}

void Guardian::replace(std::optional<pid_t> command) {
    dead_ = true;
    if (cgroup_) cgroup_->kill();
    if (command) ::kill(-*command, SIGKILL);
    kill_children([](pid_t, int) {});
}

}  // namespace bellwether::run
