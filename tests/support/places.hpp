// Where this checkout and its programs are. Only places.cpp is told, so that nothing else has to be compiled anew in
// another checkout.
#pragma once

#include <filesystem>

namespace bellwether::tests {

[[nodiscard]] std::filesystem::path source_dir();
[[nodiscard]] std::filesystem::path bin_dir();

}  // namespace bellwether::tests
