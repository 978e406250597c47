// A program as a process of its own. What a test starts never outlives it: the kernel kills it with us, however we end.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "node/descriptor.hpp"

namespace bellwether::testing {

// More than anything here takes, on a machine that stands still now and then.
inline constexpr std::chrono::seconds patience{20};

struct Launch {
    std::filesystem::path program;
    std::vector<std::string> arguments = {};
    std::vector<std::string> environment = {};  // NAME=VALUE, added to ours.
    std::filesystem::path output = "/dev/null";  // Appended to.
    std::filesystem::path errors = {};  // The same as `output` where not given.
    std::optional<uid_t> user = {};  // Ours where not given; another one only root may choose.
    int network = -1;  // A network namespace to live in, as a descriptor; ours where not given.
    bool ignores_file_size_signal = false;  // A write beyond RLIMIT_FSIZE fails, instead of ending the process.
};

struct Memory {
    std::size_t resident_mb{};
    std::size_t peak_mb{};  // The most that was ever resident.
};

// Start and wait in the thread that runs the tests: with the thread that started it, a process ends.
class ChildProcess {
public:
    explicit ChildProcess(const Launch& launch);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] bool runs() { return !await_end(std::chrono::milliseconds{0}); }
    void send(int signal);

    // Its exit status, 128 + n if it died of signal n, as a shell says; nothing if it still runs after `span`.
    [[nodiscard]] std::optional<int> await_end(std::chrono::milliseconds span = patience);

    // kill -9; returns when it is gone.
    void kill();

    [[nodiscard]] Memory memory() const;

private:
    pid_t pid_;
    node::Descriptor pidfd_;
    std::optional<int> status_;
};

struct Finished {
    int status{};
    std::string output;
    std::string errors;
};

// To its end. Throws std::runtime_error if there is none in time.
[[nodiscard]] Finished run(Launch launch);

[[nodiscard]] std::string content_of(const std::filesystem::path& file);
[[nodiscard]] std::vector<std::string> lines_of(const std::string& text);
[[nodiscard]] std::string last_lines_of(const std::filesystem::path& file, std::size_t count);

}  // namespace bellwether::testing
