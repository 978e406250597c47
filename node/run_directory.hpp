// The directory that says who on this host may talk to the daemon.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace bellwether::node {

// Every function throws std::runtime_error with a sentence that names the path.

// The directory has mode 0750 then, and the group of that name; an empty name leaves the daemon's own. What is missing
// above it is made, too.
class RunDirectory {
public:
    RunDirectory(std::filesystem::path path, const std::string& group);

    // Where a socket of that name is to be bound. Throws WrongCall, see refuse_long_paths().
    [[nodiscard]] std::filesystem::path socket(std::string_view name) const;

    // Mode 0660 and the group for a socket that has been bound.
    void admit(const std::filesystem::path& socket) const;

private:
    std::filesystem::path path_;
    gid_t group_;  // -1: left as it is.
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
