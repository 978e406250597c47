#include "tools/run/guardian_process.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <system_error>
#include <utility>

#include "client/clock.hpp"
#include "tools/run/children.hpp"

namespace bellwether::run {

using protocol::Time;

GuardianProcess::GuardianProcess(node::Descriptor channel, const Program& program, std::unique_ptr<Cgroup> cgroup)
    : channel_{std::move(channel)}, program_{program}, cgroup_{std::move(cgroup)} {}

void GuardianProcess::run() {
    try {
        ::setpgid(0, 0);
        ::prctl(PR_SET_NAME, "bellwether-grd");
        shut_out_signals();
        hurry(0);
        adopt_orphans();
        timer_ = node::Descriptor{::timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC)};
        if (!timer_) throw std::system_error(errno, std::generic_category(), "timerfd");
        while (!abandoned_) {
            wait();
            keep_the_deadline();
            obey_orders();
            look_at_children();
        }
    } catch (const std::exception&) {
        // Without its tools it can do one thing only, and `run` hears that it is gone.
    }
    kill_everything();
    cgroup_.reset();
    ::_exit(0);
}

// All that can be: the terminal's, and what a careless kill sends to a whole group.
void GuardianProcess::shut_out_signals() {
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    children_ = node::Descriptor{::signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC)};
    if (!children_) throw std::system_error(errno, std::generic_category(), "signalfd");
}

void GuardianProcess::wait() const {
    std::array<pollfd, 3> items{{{channel_.get(), POLLIN, 0}, {children_.get(), POLLIN, 0}, {timer_.get(), POLLIN, 0}}};
    (void)::poll(items.data(), items.size(), -1);
}

void GuardianProcess::obey_orders() {
    for (;;) {
        Order order;
        const auto size = ::recv(channel_.get(), &order, sizeof order, MSG_DONTWAIT);
        if (size == sizeof order) {
            obey(order);
            continue;
        }
        // Nobody can move the deadline any more, and nobody tells the daemon that we have stopped: now is best.
        if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) abandoned_ = true;
        break;
    }
    set_timer();
}

void GuardianProcess::obey(const Order& order) {
    using Kind = Order::Kind;
    if (order.kind == Kind::prepare) return prepare();
    if (!command_) return;
    switch (order.kind) {
        case Kind::prepare: break;
        case Kind::go: command_->go(static_cast<std::uint64_t>(order.value)); break;
        case Kind::deadline: deadline_ = Time{protocol::Duration{order.value}}; break;
        case Kind::stop:
            stop_by_ = Time{protocol::Duration{order.value}};
            ::kill(-command_->pid(), SIGTERM);
            // One that was stopped could not hear it.
            ::kill(-command_->pid(), SIGCONT);
            break;
        case Kind::kill: end_the_command(Report::Kind::expired); break;
        case Kind::signal_all: ::kill(-command_->pid(), static_cast<int>(order.value)); break;
        case Kind::signal_one: ::kill(command_->pid(), static_cast<int>(order.value)); break;
    }
}

void GuardianProcess::prepare() {
    // It still waits if the last attempt never led.
    if (!command_) {
        command_.emplace(program_, [this] {
            scheduling_.restore();
            if (cgroup_) (void)cgroup_->enter();
        });
    }
    report(Report::Kind::ready, command_->pid());
}

void GuardianProcess::look_at_children() {
    signalfd_siginfo ignored{};
    while (::read(children_.get(), &ignored, sizeof ignored) > 0) {
    }
    for (;;) {
        siginfo_t found{};
        const int wanted = WEXITED | WSTOPPED | WNOHANG | WNOWAIT;
        if (::waitid(P_ALL, 0, &found, wanted) != 0 || found.si_pid == 0) return;
        const bool is_command = command_ && found.si_pid == command_->pid();
        // Not yet waited for, so its pid still names its group.
        if (is_command && found.si_code != CLD_STOPPED) return end_the_command(Report::Kind::ended);
        if (is_command) report(Report::Kind::stopped, found.si_status);
        (void)::waitpid(found.si_pid, nullptr, WUNTRACED | WNOHANG);
    }
}

void GuardianProcess::keep_the_deadline() {
    if (command_ && client::now() >= std::min(deadline_, stop_by_)) end_the_command(Report::Kind::expired);
}

// What the command leaves behind does not lead, and ends with it.
void GuardianProcess::end_the_command(Report::Kind how) {
    kill_everything();
    command_.reset();
    deadline_ = stop_by_ = protocol::never;
    report(how, status_);
}

void GuardianProcess::kill_everything() {
    const std::optional<pid_t> command = command_ ? std::optional{command_->pid()} : std::nullopt;
    if (command) hurry(*command);
    if (cgroup_) cgroup_->kill();
    if (command) ::kill(-*command, SIGKILL);
    kill_children([&](pid_t pid, int status) {
        if (pid == command) status_ = status;
    });
}

void GuardianProcess::report(Report::Kind kind, std::int64_t value) const {
    const Report report{.kind = kind, .value = value, .time = client::now()};
    (void)::send(channel_.get(), &report, sizeof report, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void GuardianProcess::set_timer() {
    const Time time = std::min(deadline_, stop_by_);
    const std::int64_t ns = time == protocol::never ? 0 : std::max<std::int64_t>(time.time_since_epoch().count(), 1);
    itimerspec spec{};
    spec.it_value = {.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
    ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &spec, nullptr);
}

}  // namespace bellwether::run
