// How many descriptors the daemon may have open, and that strangers never take the last of them: libzmq aborts the
// process when it accepts a local connection and has none left (its issue 1306), and a commit may need one. Nor is the
// number of a connection that is gone given to the next that comes, while there are others: what libzmq has still to
// tell of it names it by that number, and would be held against another.
#pragma once

#include <cstddef>

namespace bellwether::node {

// As many as we may have, up to 65,536, and the table for all of them. From then on connections are accepted only while
// there is room: local ones up to half of all descriptors, those from other hosts up to the last 64. One beyond that is
// closed at once. Once, before the first thread.
void limit_descriptors();

// Whether there is room for one more beside so many.
[[nodiscard]] bool leaves_room(std::size_t open, bool local, std::size_t all);

}  // namespace bellwether::node
