// The right to be the one daemon that uses a directory, held until the process ends in whatever way.
#pragma once

#include <filesystem>
#include <string_view>

#include "node/descriptor.hpp"

namespace bellwether::node {

class DirectoryLock {
public:
    // The directory must exist. Throws std::runtime_error with a sentence: WHAT is in use, and by which pid.
    DirectoryLock(const std::filesystem::path& directory, std::string_view what);

private:
    Descriptor file_;
};

}  // namespace bellwether::node
