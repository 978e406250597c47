#include "node/run_directory.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/config_host.hpp"
#include "node/exit_status.hpp"
#include "protocol/run_directory.hpp"

namespace bellwether::node {
namespace {

constexpr std::size_t max_socket_path = sizeof(sockaddr_un::sun_path) - 1;
constexpr auto unchanged = static_cast<gid_t>(-1);

// What would be right, where it is a matter of permission.
std::string hint_of(int error) {
    return error == EACCES ? "; run this as a user that may, or choose another --run-dir" : "";
}

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path, int error) {
    throw std::runtime_error{what + " " + path.string() + ": " + std::strerror(error) + hint_of(error)};
}

std::filesystem::path socket_in(const std::filesystem::path& directory, std::string_view name) {
    std::filesystem::path socket = directory / name;
    const std::size_t size = socket.native().size();
    if (size <= max_socket_path) return socket;
    throw WrongCall{"the path " + socket.string() + " has " + std::to_string(size) + " bytes, a socket's at most " +
                    std::to_string(max_socket_path) + ": choose a shorter --run-dir"};
}

// False as well where nobody lets us look: making it says why.
bool is_made(const std::filesystem::path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

gid_t group_of(const std::string& name) {
    if (name.empty()) return unchanged;
    const auto found = find_group(name);
    if (!found) throw std::runtime_error{"the group \"" + name + "\" of [local] does not exist on this host"};
    return *found;
}

void set_group(const std::filesystem::path& path, gid_t group) {
    if (group == unchanged || chown(path.c_str(), static_cast<uid_t>(-1), group) == 0) return;
    const std::string hint =
        errno == EPERM ? "this user is not in the group of [local] and may not give it to" : "cannot set the group of";
    fail(hint, path, errno);
}

void set_mode(const std::filesystem::path& path, mode_t mode) {
    if (chmod(path.c_str(), mode) != 0) fail("cannot set the mode of", path, errno);
}

// For everybody to pass through where others are served, else for ourselves.
void make_parents(const std::filesystem::path& path, bool for_others) {
    if (path.empty() || is_made(path)) return;
    make_parents(path.parent_path(), for_others);
    const mode_t mode = for_others ? 0755 : 0700;
    if (mkdir(path.c_str(), mode) == 0) {
        set_mode(path, mode);
    } else if (errno != EEXIST) {
        fail("cannot make the directory", path, errno);
    }
}

struct stat look_at(const std::filesystem::path& path) {
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) fail("cannot look at", path, errno);
    return status;
}

void refuse_if_of_another(const std::filesystem::path& path) {
    const uid_t owner = look_at(path).st_uid;
    if (owner == 0 || owner == geteuid()) return;
    throw std::runtime_error{"the run directory " + path.string() + " belongs to the user " + std::to_string(owner) +
                             ", who could put other sockets in the place of ours: it must belong to the one who runs "
                             "the node, which is " +
                             std::to_string(geteuid()) + ": remove it, or choose another --run-dir"};
}

void refuse_if_link(const std::filesystem::path& path) {
    if (!S_ISLNK(look_at(path).st_mode)) return;
    throw std::runtime_error{"the run directory " + path.string() +
                             " is a link: remove it, or choose another --run-dir"};
}

// BASE/<cluster>/<node>. Whoever made one of them could put other sockets in the place of ours, or have us open a
// directory of ours to others. The base may be behind a link, and what is above it is up to the operator.
void make_all_of(const std::filesystem::path& path, bool for_others) {
    const std::filesystem::path cluster = path.parent_path();
    const std::filesystem::path base = cluster.parent_path();
    make_parents(cluster, for_others);
    for (const auto& each : {base, std::filesystem::canonical(base), cluster}) refuse_if_of_another(each);
    refuse_if_link(cluster);
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) fail("cannot make the directory", path, errno);
    refuse_if_link(path);
    refuse_if_of_another(path);
    if (!is_made(path)) fail("cannot use", path, errno == EACCES ? EACCES : ENOTDIR);
}

}  // namespace

RunDirectory::RunDirectory(std::filesystem::path path, const Local& local)
    : path_{std::move(path)}, group_{group_of(local.group)}, watch_{local.watch} {
    make_all_of(path_, geteuid() == 0 || group_ != unchanged || watch_ == Watchers::everybody);
    // The group first: until then nobody of the wrong one may enter.
    set_group(path_, group_);
    set_mode(path_, watch_ == Watchers::everybody ? 0755 : 0750);
}

std::filesystem::path RunDirectory::socket(std::string_view name) const { return socket_in(path_, name); }

void refuse_long_paths(const std::filesystem::path& run_dir) {
    for (const std::string_view name : {protocol::leader_socket, protocol::control_socket}) {
        static_cast<void>(socket_in(run_dir, name));
    }
}

void RunDirectory::admit(const std::filesystem::path& socket) const {
    set_group(socket, group_);
    set_mode(socket, watch_ == Watchers::everybody ? 0666 : 0660);
}

gid_t RunDirectory::group() const { return group_ == unchanged ? getegid() : group_; }

NarrowUmask::NarrowUmask() : before_{umask(0177)} {}
NarrowUmask::~NarrowUmask() { umask(before_); }

}  // namespace bellwether::node
