// A command that must never run twice at once, and finds out by itself: `only-one LOCK LOG`. It takes the lock or says
// that it is taken, writes a line when it starts and when it is asked to stop, and stays.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "client/clock.hpp"

namespace {

std::string log_file;

// "start <clock ns> <token> <pid> <node>", in one piece.
void log(const char* word) {
    const char* token = std::getenv("BELLWETHER_TOKEN");
    const char* node = std::getenv("BELLWETHER_NODE");
    const std::string line = std::string{word} + ' ' +
                             std::to_string(bellwether::protocol::ns_of(bellwether::client::now())) + ' ' +
                             (token == nullptr ? "0" : token) + ' ' + std::to_string(::getpid()) + ' ' +
                             (node == nullptr ? "-" : node) + '\n';
    const int fd = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0 || ::write(fd, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::abort();
    ::close(fd);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    log_file = argv[2];
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &stop, nullptr);
    const int lock = ::open(argv[1], O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock < 0 || ::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        log("taken");
        return 99;
    }
    log("start");
    int signal = 0;
    ::sigwait(&stop, &signal);
    log("stop");
    return 0;
}
