#include "tools/cli/terminal.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>

#include "tools/cli/exit_status.hpp"

namespace bellwether::cli {

namespace {

volatile std::sig_atomic_t interrupt_seen = 0;

void note_interrupt(int /*signal*/) { interrupt_seen = 1; }

}  // namespace

bool print_line(std::string_view line) {
    errno = 0;
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return true;
    if (errno == EPIPE) return false;
    throw Failure{exit_no, std::string{"cannot write to the standard output: "} + std::strerror(errno)};
}

void catch_interrupts() {
    struct sigaction action {};
    action.sa_handler = note_interrupt;
    // No SA_RESTART: a wait shall end.
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return interrupt_seen != 0; }

}  // namespace bellwether::cli
