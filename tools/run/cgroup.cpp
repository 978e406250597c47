#include "tools/run/cgroup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>

#include "node/descriptor.hpp"

namespace bellwether::run {

namespace fs = std::filesystem;

namespace {

// Where version 2 is mounted; empty if it is not. A line of mountinfo: "... /root /mount/point options - cgroup2 ...".
fs::path mount_point() {
    std::ifstream mounts{"/proc/self/mountinfo"};
    for (std::string line; std::getline(mounts, line);) {
        if (line.find(" - cgroup2 ") == std::string::npos) continue;
        std::istringstream words{line};
        std::string word;
        for (int i = 0; i < 5; ++i) words >> word;
        return word;
    }
    return {};
}

// "0::/system.slice/x.service"
std::string own_path() {
    std::ifstream groups{"/proc/self/cgroup"};
    for (std::string line; std::getline(groups, line);) {
        if (line.starts_with("0::")) return line.substr(3);
    }
    return {};
}

bool write_to(const fs::path& file, std::string_view text) {
    const node::Descriptor opened{::open(file.c_str(), O_WRONLY | O_CLOEXEC)};
    return opened && ::write(opened.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace

std::unique_ptr<Cgroup> Cgroup::make(const std::string& name) {
    const fs::path mount = mount_point();
    const std::string own = own_path();
    if (mount.empty() || own.empty()) return nullptr;
    const fs::path parent = mount / fs::path{own}.relative_path();
    // To move from one group to another takes the right to write to what they have in common.
    if (::access((parent / "cgroup.procs").c_str(), W_OK) != 0) return nullptr;
    fs::path path = parent / name;
    std::error_code error;
    if (!fs::create_directory(path, error) || error) return nullptr;
    std::unique_ptr<Cgroup> made{new Cgroup{std::move(path)}};
    // Older kernels have cgroups without it.
    return fs::exists(made->path_ / "cgroup.kill", error) ? std::move(made) : nullptr;
}

Cgroup::~Cgroup() { ::rmdir(path_.c_str()); }

bool Cgroup::enter() const { return write_to(path_ / "cgroup.procs", "0"); }
void Cgroup::kill() const { (void)write_to(path_ / "cgroup.kill", "1"); }

}  // namespace bellwether::run
