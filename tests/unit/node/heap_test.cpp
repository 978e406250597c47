#include "node/heap.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace bellwether::node {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool has_own_allocator = true;
#else
constexpr bool has_own_allocator = false;
#endif

std::size_t resident_kib() {
    std::ifstream status{"/proc/self/status"};
    std::string word;
    while (status >> word) {
        if (word == "VmRSS:") break;
    }
    std::size_t kib = 0;
    status >> kib;
    return kib;
}

TEST(Heap, WhatAFloodHasLeftInHolesIsGivenBack) {
    if (has_own_allocator) return;  // A sanitizer's allocator has no such holes to look at.
    std::vector<std::unique_ptr<char[]>> blocks;
    for (int i = 0; i < 64 * 1024; ++i) blocks.push_back(std::make_unique<char[]>(1000));
    const std::unique_ptr<char[]> last = std::make_unique<char[]>(1000);  // Keeps the end of the heap in use.
    const std::size_t full = resident_kib();
    blocks.clear();
    {
        Heap heap;
        EXPECT_TRUE(heap.tidy());
        EXPECT_FALSE(heap.tidy()) << "once is enough";
    }
    EXPECT_LT(resident_kib(), full - 40 * 1024) << "at the latest when it ends";
}

}  // namespace
}  // namespace bellwether::node
