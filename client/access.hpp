// What keeps this user from a daemon, as a sentence.
#pragma once

#include <filesystem>
#include <string>

namespace bellwether::client {

// Of a path that was refused with EACCES: names what it lies in that is closed, whom that is open to, and what would be
// right.
[[nodiscard]] std::string why_forbidden(const std::filesystem::path& path);

}  // namespace bellwether::client
