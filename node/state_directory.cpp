#include "node/state_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

#include "node/descriptor.hpp"

namespace bellwether::node {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const std::string& what, const fs::path& path) {
    const std::string hint = errno == EACCES ? "; run this as a user that may, or choose another --state-dir" : "";
    throw std::runtime_error(what + " " + path.string() + ": " + std::generic_category().message(errno) + hint);
}

void make_missing(const fs::path& directory) {
    // Nobody may let us look: then making it says why.
    std::error_code ignored;
    if (directory.empty() || fs::is_directory(directory, ignored)) return;
    make_missing(directory.parent_path());
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) fail("cannot make the state directory", directory);
    sync_directory(directory.has_parent_path() ? directory.parent_path() : ".");
}

void close_to_others(const fs::path& directory) {
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0) fail("cannot look at the state directory", directory);
    if ((status.st_mode & 0077U) == 0) return;
    if (::chmod(directory.c_str(), 0700) != 0) fail("cannot set the mode 0700 of the state directory", directory);
}

}  // namespace

void make_state_directory(const fs::path& directory) {
    make_missing(directory);
    close_to_others(directory);
}

void sync_directory(const fs::path& directory) {
    const Descriptor opened{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!opened || ::fsync(opened.get()) != 0) {
        throw std::system_error(errno, std::generic_category(), "cannot sync the directory " + directory.string());
    }
}

}  // namespace bellwether::node
