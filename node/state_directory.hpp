// The directory of the durable state, made in such a way that it survives a power cut.
#pragma once

#include <filesystem>

namespace bellwether::node {

// For its owner alone, as are the parents that are missing. Throws std::runtime_error with a sentence.
void make_state_directory(const std::filesystem::path& directory);

// What was created, renamed or removed in the directory is on disk when this returns; throws std::system_error.
void sync_directory(const std::filesystem::path& directory);

}  // namespace bellwether::node
