// What a flood leaves behind: freed memory that the C library keeps, in holes between what is in use.
#pragma once

#include <cstddef>
#include <future>

namespace bellwether::node {

class Heap {
public:
    // Gives it back to the system once it has grown by a few MiB; by a thread that lives so long, as it takes
    // milliseconds. Meanwhile a small allocation is served from its thread's cache, and a larger one may wait.
    // Returns whether that has begun.
    bool tidy();

private:
    std::size_t given_back_ = 0;  // Still counted as free, though no memory stands behind it.
    std::future<void> giving_;    // Waited for at the end.
};

}  // namespace bellwether::node
