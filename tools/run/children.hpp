// Ending all that was started here, also what has moved away to a session of its own: this process is the subreaper, so
// whoever loses its parent becomes our child.
#pragma once

#include <sys/types.h>

#include <functional>
#include <vector>

namespace bellwether::run {

// From now on orphans among our descendants are ours. Throws std::system_error.
void adopt_orphans();

[[nodiscard]] std::vector<pid_t> children_of(pid_t parent);

// kill -9 to every child, then to those who become children thereby, until there are none. Blocks for as long as one of
// them cannot die, which is on purpose: they are not gone; one of another user it may not kill, and says so on stderr.
// `reaped` is told of each. SIGCHLD is blocked from then on, in this thread.
void kill_children(const std::function<void(pid_t, int wait_status)>& reaped);

}  // namespace bellwether::run
