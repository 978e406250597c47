// A user who may not enter one of the directories.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace bellwether::testing {

// Closes `closed`, in `base`, to everybody; root, whom that would not keep out, is somebody else while this lives.
class LockedOut {
public:
    LockedOut(const std::filesystem::path& base, const std::filesystem::path& closed)
        : closed_{closed}, is_root_{::geteuid() == 0} {
        constexpr uid_t nobody = 65534;
        ::chmod(base.c_str(), 0755);
        ::chmod(closed.c_str(), 0);
        if (is_root_ && ::seteuid(nobody) != 0) ::_exit(127);
    }
    ~LockedOut() {
        if (is_root_ && ::seteuid(0) != 0) ::_exit(127);
        ::chmod(closed_.c_str(), 0700);
    }
    LockedOut(const LockedOut&) = delete;
    LockedOut& operator=(const LockedOut&) = delete;

private:
    std::filesystem::path closed_;
    bool is_root_;
};

}  // namespace bellwether::testing
