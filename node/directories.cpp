#include "node/directories.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include "node/exit_status.hpp"
#include "node/run_directory.hpp"
#include "protocol/run_directory.hpp"

namespace bellwether::node {

namespace fs = std::filesystem;

namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::string home_of_user(unsigned uid) {
    const passwd* user = ::getpwuid(uid);
    return user == nullptr || user->pw_dir == nullptr ? "" : user->pw_dir;
}

// A relative path in an XDG variable is to be ignored, says their specification.
fs::path default_state_base(const Surroundings& surroundings) {
    if (surroundings.uid == 0) return "/var/lib/bellwether";
    if (surroundings.xdg_state_home.starts_with('/')) return fs::path{surroundings.xdg_state_home} / "bellwether";
    if (surroundings.home.starts_with('/')) return fs::path{surroundings.home} / ".local/state/bellwether";
    throw WrongCall("there is no home directory for the state: name a directory with --state-dir");
}

fs::path default_run_base(const Surroundings& surroundings) {
    return protocol::default_run_base(surroundings.uid, surroundings.xdg_runtime_dir);
}

// One spelling whatever the operator typed: "dir/", "./dir" and "dir".
fs::path spelled_out(const fs::path& base) {
    const fs::path path = fs::absolute(base).lexically_normal();
    return path.has_filename() ? path : path.parent_path();
}

}  // namespace

Surroundings Surroundings::of_this_process() {
    Surroundings surroundings{.uid = ::geteuid(),
                              .xdg_state_home = variable("XDG_STATE_HOME"),
                              .xdg_runtime_dir = variable("XDG_RUNTIME_DIR"),
                              .home = variable("HOME")};
    if (surroundings.home.empty()) surroundings.home = home_of_user(surroundings.uid);
    return surroundings;
}

Directories directories_of(std::string_view cluster, std::string_view node, const Bases& named,
                           const Surroundings& surroundings) {
    const fs::path state_base = named.state.empty() ? default_state_base(surroundings) : spelled_out(named.state);
    const fs::path run_base = named.run.empty() ? default_run_base(surroundings) : spelled_out(named.run);
    Directories directories{.state = state_base / cluster / node,
                            .run = protocol::run_directory(run_base.string(), cluster, node)};
    refuse_long_paths(directories.run);
    return directories;
}

void claim_fallback_base(const fs::path& directory, const Surroundings& surroundings) {
    const fs::path base = "/tmp/bellwether-" + std::to_string(surroundings.uid);
    if (std::mismatch(base.begin(), base.end(), directory.begin(), directory.end()).first != base.end()) return;
    if (::mkdir(base.c_str(), 0700) != 0 && errno != EEXIST) {
        throw std::system_error(errno, std::generic_category(), "cannot make the directory " + base.string());
    }
    struct stat status {};
    const bool is_ours = ::lstat(base.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
                         status.st_uid == surroundings.uid && (status.st_mode & 0077U) == 0;
    if (!is_ours) {
        throw std::runtime_error(base.string() +
                                 " is not a directory of our own with mode 0700: somebody else may have "
                                 "made it; set XDG_RUNTIME_DIR or give --run-dir");
    }
}

}  // namespace bellwether::node
