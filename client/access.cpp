#include "client/access.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>

namespace bellwether::client {

namespace {

std::string user_name(uid_t uid) {
    const passwd* user = ::getpwuid(uid);
    return user == nullptr ? std::to_string(uid) : user->pw_name;
}

std::string group_name(gid_t gid) {
    const group* found = ::getgrgid(gid);
    return found == nullptr ? std::to_string(gid) : found->gr_name;
}

std::string admitted(const struct stat& status) {
    std::string owner = "its owner " + user_name(status.st_uid);
    // Without the right to enter, a group cannot use what it may read.
    const mode_t needed = S_ISDIR(status.st_mode) ? S_IXGRP : S_IWGRP;
    if ((status.st_mode & needed) == 0) return owner;
    return owner + " and the group " + group_name(status.st_gid);
}

}  // namespace

std::string why_forbidden(const std::filesystem::path& path) {
    // What a closed directory holds cannot be looked at, so the first that can be is the closed one.
    std::filesystem::path closed = path;
    struct stat status {};
    while (::stat(closed.c_str(), &status) != 0) {
        if (!closed.has_relative_path()) return "Permission denied: " + path.string();
        closed = closed.parent_path();
    }
    return "Permission denied: " + closed.string() + " is open to " + admitted(status) +
           " only; run this as one of them, or let group in [local] of the configuration name a group of yours and "
           "restart the daemon";
}

}  // namespace bellwether::client
