// What the exit status of the program says, to scripts as well: never given another meaning.
#pragma once

#include <stdexcept>
#include <string>

namespace bellwether::cli {

enum ExitStatus : int {
    exit_done = 0,
    exit_no = 1,         // Not leader, refused, timed out.
    exit_bad_call = 2,   // Or a bad configuration.
    exit_unknown = 3,    // No leader known, or the answer is stale.
    exit_no_daemon = 4,  // None reached: there is none, or this user may not ask it.
    // Of `run`, which otherwise ends as its command does.
    exit_run_no_daemon = 122,
    exit_run_lost = 123,
    exit_run_not_led = 124,
    exit_run_bad_call = 125,
    exit_interrupted = 130,
};

// Ends the subcommand: main() prints the sentence, if there is one, and leaves with the status.
struct Failure : std::runtime_error {
    Failure(int exit_status, const std::string& text) : std::runtime_error{text}, status{exit_status} {}
    int status;
};

// There may be a daemon, but not for this user: waiting does not help.
struct NoAccess : Failure {
    explicit NoAccess(const std::string& text) : Failure{exit_no_daemon, text} {}
};

}  // namespace bellwether::cli
