// The directory that says who on this host may talk to the daemon.
#pragma once

#include <filesystem>
#include <string_view>

#include <sys/types.h>

#include "node/config.hpp"

namespace bellwether::node {

// Every function throws std::runtime_error with a sentence that names the path.

// The directory has the group of [local] then, or the daemon's own where that names none, and mode 0750; 0755 where
// everybody may watch. What is missing above it is made, too. Refused if it, or one of the two above it, belongs to
// another user than the daemon's and root, or if it is a link.
class RunDirectory {
public:
    RunDirectory(std::filesystem::path path, const Local& local);

    // Where a socket of that name is to be bound. Throws WrongCall, see refuse_long_paths().
    [[nodiscard]] std::filesystem::path socket(std::string_view name) const;

    // The group, and mode 0660 or 0666, for a socket that has been bound.
    void admit(const std::filesystem::path& socket) const;

    // Whose members may command.
    [[nodiscard]] gid_t group() const;

private:
    std::filesystem::path path_;
    gid_t group_;  // -1: left as it is.
    Watchers watch_;
};

// Throws WrongCall, naming the path, if that of a socket in this directory would be too long for the kernel. To be
// asked before anything is made.
void refuse_long_paths(const std::filesystem::path& run_dir);

// While it lives, files are made without any access for others. Of the whole process: only while a daemon starts.
class NarrowUmask {
public:
    NarrowUmask();
    ~NarrowUmask();
    NarrowUmask(const NarrowUmask&) = delete;
    NarrowUmask& operator=(const NarrowUmask&) = delete;

private:
    mode_t before_;
};

}  // namespace bellwether::node
