// What a flood leaves behind: freed memory that the C library keeps, in holes between what is in use.
#pragma once

#include <cstddef>

namespace bellwether::node {

class Heap {
public:
    // Gives it back to the system once it has grown by a few MiB; takes milliseconds then, and microseconds otherwise.
    // Returns whether it did.
    bool tidy();

private:
    std::size_t given_back_ = 0;  // Still counted as free, though no memory stands behind it.
};

}  // namespace bellwether::node
