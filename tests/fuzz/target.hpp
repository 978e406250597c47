// What every fuzzer defines and whoever runs it calls: libFuzzer in the fuzz preset, smoke.cpp in the others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// The same input must do the same each time, whatever ran before it. Whoever finds something wrong ends the process.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace bellwether::fuzz {

[[nodiscard]] inline std::span<const std::byte> bytes_of(const std::uint8_t* data, std::size_t size) {
    return std::as_bytes(std::span{data, size});
}

[[noreturn]] void report(std::string_view finding);

// Not an assert: `finding` is said in words, and the input that led here follows it.
inline void require(bool holds, std::string_view finding) {
    if (!holds) report(finding);
}

}  // namespace bellwether::fuzz
