// A node and what happens to it, an act after the other.
#include "tests/fuzz/scene.hpp"
#include "tests/fuzz/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace bellwether;
    constexpr int longest = 256;
    fuzz::Steering choices{fuzz::bytes_of(data, size)};
    fuzz::Scene scene{choices};
    for (int acts = 0; acts < longest && !choices.is_at_end(); ++acts) scene.act();
    return 0;
}
