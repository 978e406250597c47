// A cgroup for the command and all it starts: the kernel ends everything in it in one step, before anything in it can
// start another process. Where there is none to be had, ending child after child does the same in more steps.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace bellwether::run {

class Cgroup {
public:
    // Below the one this process is in. Null where there is no cgroup v2 with cgroup.kill, or this user may make none.
    [[nodiscard]] static std::unique_ptr<Cgroup> make(const std::string& name);
    ~Cgroup();  // Removes it, which works once it is empty.
    Cgroup(const Cgroup&) = delete;
    Cgroup& operator=(const Cgroup&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    // Moves this process in. False if it may not.
    [[nodiscard]] bool enter() const;
    void kill() const;

private:
    explicit Cgroup(std::filesystem::path path) : path_{std::move(path)} {}

    std::filesystem::path path_;
};

}  // namespace bellwether::run
