#include "tests/support/places.hpp"

namespace bellwether::tests {

std::filesystem::path source_dir() { return BELLWETHER_SOURCE_DIR; }
std::filesystem::path bin_dir() { return BELLWETHER_BIN_DIR; }

}  // namespace bellwether::tests
