#include "tests/explore/bounds.hpp"

namespace bellwether::explore {

std::string_view to_string(Fault fault) {
    constexpr std::array<std::string_view, fault_count> words{"crash", "drop", "duplicate", "delay",    "slow write",
                                                              "nap",   "cut",  "wipe",      "stepdown", "reorder"};
    return words.at(static_cast<std::size_t>(fault));
}

std::string_view plural(Fault fault) {
    constexpr std::array<std::string_view, fault_count> words{
        "crashes", "drops", "duplicates", "delays", "slow-writes", "naps", "cuts", "wipes", "stepdowns", "reorders"};
    return words.at(static_cast<std::size_t>(fault));
}

}  // namespace bellwether::explore
