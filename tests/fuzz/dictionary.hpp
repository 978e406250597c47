// The dictionaries of libFuzzer, for those who do without it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bellwether::fuzz {

// `name="words and \x00 bytes"` a line, the name optional, # begins a comment. Throws std::runtime_error if the file
// cannot be read or has a line that is none of these.
[[nodiscard]] std::vector<std::string> read_dictionary(const std::filesystem::path& file);

}  // namespace bellwether::fuzz
