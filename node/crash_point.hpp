// Named places around a durable write at which a test build can die, to see that the next life copes. In other builds
// nothing of this exists.
#pragma once

#include <cstdint>

namespace bellwether::node {

enum class CrashPoint : std::uint8_t {
    before_write,    // Nothing of it is in the file.
    before_commit,   // All of it is, none of it counts.
    after_commit,    // It counts, and nobody has been told.
    after_set_aside, // A damaged file is away, the new one is not there yet.
};

#ifdef BELLWETHER_CRASH_POINTS
// Dies of SIGKILL if BELLWETHER_CRASH_AT is "NAME" or, for the n-th passage, "NAME:n".
void crash_point(CrashPoint point);
#else
inline void crash_point(CrashPoint /*point*/) {}
#endif

}  // namespace bellwether::node
