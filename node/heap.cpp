#include "node/heap.hpp"

#include <malloc.h>

#include <algorithm>
#include <chrono>

namespace bellwether::node {

namespace {

constexpr std::size_t worth_it = std::size_t{4} << 20U;

}  // namespace

bool Heap::tidy() {
    if (giving_.valid() && giving_.wait_for(std::chrono::seconds{0}) != std::future_status::ready) return false;
    const std::size_t free = mallinfo2().fordblks;
    given_back_ = std::min(given_back_, free);
    if (free < given_back_ + worth_it) return false;
    giving_ = std::async(std::launch::async, [] { (void)malloc_trim(0); });
    given_back_ = free;
    return true;
}

}  // namespace bellwether::node
