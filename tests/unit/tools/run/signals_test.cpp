#include "tools/run/signals.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <set>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bellwether::run {
namespace {

bool is_readable(int fd) {
    pollfd item{.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&item, 1, 0) == 1;
}

// While it lives, the signal does what it is told.
class Disposition {
public:
    Disposition(int signal, void (*action)(int)) : signal_{signal}, before_{std::signal(signal, action)} {}
    ~Disposition() { std::signal(signal_, before_); }
    Disposition(const Disposition&) = delete;
    Disposition& operator=(const Disposition&) = delete;

private:
    int signal_;
    void (*before_)(int);
};

TEST(SignalsForTheCommand, WaitToBeTakenInsteadOfEndingTheProcess) {
    const Signals signals;
    EXPECT_FALSE(is_readable(signals.fd()));
    EXPECT_FALSE(signals.next());
    const std::set<int> sent{SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2};
    for (const int signal : sent) ::kill(::getpid(), signal);
    EXPECT_TRUE(is_readable(signals.fd()));
    std::set<int> taken;
    while (const auto signal = signals.next()) taken.insert(*signal);
    EXPECT_EQ(taken, sent);
    EXPECT_FALSE(is_readable(signals.fd()));
}

TEST(SignalsForTheCommand, ThoseThatWereIgnoredBeforeStayIgnored) {
    const Disposition ignored{SIGHUP, SIG_IGN};  // As nohup leaves it.
    const Signals signals;
    ::kill(::getpid(), SIGHUP);
    ::kill(::getpid(), SIGUSR1);
    EXPECT_EQ(signals.next(), SIGUSR1);
    EXPECT_FALSE(signals.next());
}

TEST(SignalsForTheCommand, AfterwardsTheyDoWhatTheyDidBefore) {
    sigset_t before;
    sigset_t after;
    ::sigprocmask(SIG_BLOCK, nullptr, &before);
    { const Signals signals; }
    ::sigprocmask(SIG_BLOCK, nullptr, &after);
    for (int signal = 1; signal < SIGRTMIN; ++signal) {
        EXPECT_EQ(::sigismember(&before, signal), ::sigismember(&after, signal)) << signal;
    }
}

TEST(SignalsForTheCommand, ThoseThatEndAProcessEndAWaitToo) {
    const Signals signals;
    for (const int signal : {SIGTERM, SIGINT, SIGQUIT}) EXPECT_TRUE(signals.ends_a_wait(signal)) << signal;
    for (const int signal : {SIGUSR1, SIGUSR2}) EXPECT_FALSE(signals.ends_a_wait(signal)) << signal;
}

TEST(SignalsForTheCommand, AHangupEndsAWaitWhereThereIsATerminal) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::setsid();  // Without one.
        ::_exit(Signals{}.ends_a_wait(SIGHUP) ? 1 : 0);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

TEST(SignalsForTheCommand, ThoseThatEndAProcessAreForAllOfIt) {
    for (const int signal : {SIGTERM, SIGINT, SIGQUIT}) EXPECT_TRUE(is_for_all(signal)) << signal;
    for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2}) EXPECT_FALSE(is_for_all(signal)) << signal;
}

}  // namespace
}  // namespace bellwether::run
