#include "node/directory_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fmt/format.h>

namespace bellwether::node {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(std::string_view what, const fs::path& path) {
    throw std::runtime_error(fmt::format("{} {}: {}", what, path.string(), std::generic_category().message(errno)));
}

std::string holder_of(int lock) {
    std::array<char, 32> text{};
    const ssize_t size = ::pread(lock, text.data(), text.size(), 0);
    std::string_view pid{text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    pid = pid.substr(0, pid.find('\n'));
    return pid.empty() ? "another process" : "pid " + std::string{pid};
}

// For holder_of() of others only; the lock itself is the kernel's.
void write_pid(int lock, const fs::path& path) {
    const std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(lock, 0) != 0 || ::pwrite(lock, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
        fail("cannot write to", path);
    }
}

}  // namespace

DirectoryLock::DirectoryLock(const fs::path& directory, std::string_view what) {
    const fs::path path = directory / "lock";
    file_ = Descriptor{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    if (!file_) fail("cannot open", path);
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) fail("cannot lock", path);
        throw std::runtime_error(
            fmt::format("{} {} is in use by {}", what, directory.string(), holder_of(file_.get())));
    }
    write_pid(file_.get(), path);
}

}  // namespace bellwether::node
