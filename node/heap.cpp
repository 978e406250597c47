#include "node/heap.hpp"

#include <malloc.h>

#include <algorithm>

namespace bellwether::node {

namespace {

constexpr std::size_t worth_it = std::size_t{4} << 20U;

}  // namespace

bool Heap::tidy() {
    const std::size_t free = mallinfo2().fordblks;
    given_back_ = std::min(given_back_, free);
    if (free < given_back_ + worth_it) return false;
    (void)malloc_trim(0);
    given_back_ = free;
    return true;
}

}  // namespace bellwether::node
