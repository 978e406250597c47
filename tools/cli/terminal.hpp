// Standard output as somebody else's end of a pipe, and Ctrl-C as the end of a stream.
#pragma once

#include <string_view>

namespace bellwether::cli {

// Prints the line and flushes, so that a reader in a pipe sees it now. False once nobody reads any more: the reader
// has all it wanted, which is no mistake. Throws Failure for any other reason, a full disk for one.
[[nodiscard]] bool print_line(std::string_view line);

// From now on Ctrl-C and SIGTERM no longer end the process, but make interrupted() true and end a wait early.
void catch_interrupts();
[[nodiscard]] bool interrupted();

}  // namespace bellwether::cli
