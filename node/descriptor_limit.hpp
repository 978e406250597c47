// How many descriptors the daemon may have open, and which of them strangers are given. They never take the last:
// libzmq aborts the process when it accepts a local connection and has none left (its issue 1306), and a commit may
// need one. Nor is one that was just closed given to the next who comes: what libzmq has still to tell of a connection
// that is gone names it by its descriptor, and so would be held against another.
#pragma once

#include <cstddef>

namespace bellwether::node {

// As many as we may have, up to 65,536, and the table for all of them. From then on an accepted connection is given the
// next number of those that are for it, in a circle, and is closed at once if none of them is free. Once, before the
// first thread.
void limit_descriptors();

struct Numbers {
    int begin{};
    int end{};
};

// Of `all` descriptors. The rest is for what the daemon itself opens, which the kernel gives the lowest.
[[nodiscard]] Numbers numbers_of_local_connections(std::size_t all);
[[nodiscard]] Numbers numbers_of_other_hosts(std::size_t all);

}  // namespace bellwether::node
