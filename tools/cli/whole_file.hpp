// Files that are there whole or not at all, whenever the host loses its power.
#pragma once

#include <filesystem>
#include <string_view>

namespace bellwether::cli {

// For its owner alone, 0600 whatever the umask; owned by whom its directory belongs to. Throws Failure, also if there
// is a file of this name.
void create_private_file(const std::filesystem::path& file, std::string_view content);

// In the place of the file of this name, with its mode and its owner. A link stays one. Throws Failure; then the file
// is what it was.
void replace_file(const std::filesystem::path& file, std::string_view content);

// The file gets the owner and the group of the other one, if that is there: what takes the place of a file must be
// somebody's who could read that. Throws Failure if this user may not give it.
void belong_like(const std::filesystem::path& file, const std::filesystem::path& other);

// Of the same directory; what has the new name goes. Throws Failure.
void rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

// 0700 if it has to be made. Throws Failure.
void make_private_directory(const std::filesystem::path& directory);

}  // namespace bellwether::cli
